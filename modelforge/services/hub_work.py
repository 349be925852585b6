"""Downloads and pushes, as they are carried out in a process of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from modelforge.exceptions import ConflictError, ProviderError
from modelforge.hardware.hub_refusals import SIGN_IN
from modelforge.providers.hub_fetch import fetch
from modelforge.schemas.hub import HubJob
from modelforge.services.hub_errors import hub_errors
from modelforge.services.hub_package import package
from modelforge.storage.file_manager import FileManager

OnProgress = Callable[[int, int | None], None]


def carry_out(job: HubJob, home: Path, on_progress: OnProgress) -> str:
    """Do what the job says; returns its result. Raises ProviderError, ConflictError, NotFoundError."""
    if job.kind == "download":
        return download(job, on_progress)
    return push(job, FileManager(home))


def download(job: HubJob, on_progress: OnProgress) -> str:
    """Fetch a repository into the hub's cache, going on where an earlier attempt ended; returns the commit."""
    with hub_errors(job.repository):
        found = fetch(job.repository, job.repository_kind, job.revision, on_progress)
    on_progress(found.size, found.size)
    return found.commit


def push(job: HubJob, files: FileManager) -> str:
    """Send a model of the library to the hub; what is there already is not sent again. Returns the address.

    Raises:
        ConflictError: it is an adapter whose base nobody else has, or the repository is there with another visibility.
        NotFoundError: there is no such model.
        ProviderError: there is no token, or the hub refuses.
    """
    from huggingface_hub import CommitOperationAdd, HfApi, get_token

    if get_token() is None:
        raise ProviderError("There is no Hugging Face token to push with.", hint=SIGN_IN, code="no-hub-token")
    folder = files.model(job.model_id or "")
    added = [CommitOperationAdd(name, content) for name, content in package(folder, files).items()]
    api = HfApi()
    with hub_errors(job.repository):
        address = api.create_repo(job.repository, private=job.visibility == "private", exist_ok=True)
        there = "private" if api.model_info(job.repository).private else "public"
        if there != job.visibility:
            raise ConflictError(
                f"{job.repository} exists already, and is {there}.",
                hint=f"Confirm it as {there}, or name another repository.",
                code="repository-exists",
                params={"repository": job.repository},
            )
        try:
            api.create_commit(job.repository, added, commit_message=f"{folder.id} from ModelForge")
        except RuntimeError as error:  # what the client makes of a large file that did not arrive
            raise ProviderError(
                f"The files of {folder.id} did not all reach {job.repository}.",
                hint="Try the push again: what has arrived is not sent twice.",
                code="push-incomplete",
                params={"model": folder.id, "repository": job.repository},
            ) from error
    return str(address)
