"""The Hugging Face hub as the server offers it: searched, downloaded from, pushed to."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from modelforge.exceptions import ConfigurationError, NotFoundError
from modelforge.schemas.hub import (
    DownloadRequest,
    HubEntry,
    HubJob,
    HubModelView,
    HubTokenView,
    PushRequest,
    RepositoryKind,
)
from modelforge.security.caller import Caller
from modelforge.services.hub_errors import hub_errors, require_hub
from modelforge.services.hub_jobs import HubJobs
from modelforge.services.hub_package import check_base
from modelforge.services.hub_token import HubTokenStore
from modelforge.storage.file_manager import FileManager

if TYPE_CHECKING:
    from huggingface_hub import DatasetInfo, ModelInfo

Answer = TypeVar("Answer")
LOOKS_AT_ONCE = 8
LOOK_SECONDS = 20.0
USED = (".safetensors", ".json", ".jinja", ".txt", ".model")
"""Endings of the files that a model is made of."""


class HubService:
    """What users may ask of the hub. A job of another account is not found."""

    def __init__(self, files: FileManager) -> None:
        self.files = files
        self.jobs = HubJobs(files)
        self.token = HubTokenStore(files)
        self._looks = ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="hub-look")

    def begin(self) -> None:
        """Find the token, and the jobs of earlier servers."""
        self.token.begin()
        self.jobs.begin()

    def close(self) -> None:
        """End the jobs under way, and let go of the token."""
        self._looks.shutdown(wait=False, cancel_futures=True)
        self.jobs.close()
        self.token.end()

    async def look(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        """Do `work`, which may ask the hub, in a thread kept for that: a slow hub leaves other requests theirs."""
        return await asyncio.get_running_loop().run_in_executor(self._looks, partial(work, *arguments))

    def search(self, kind: RepositoryKind, text: str, task: str | None, limit: int) -> list[HubEntry]:
        """Repositories whose name fits `text`, the most downloaded first. Raises ProviderError."""
        from huggingface_hub import HfApi

        require_hub()
        with hub_errors(f"a search for {text!r}"):
            api = HfApi()
            found: Any = (
                api.list_models(search=text or None, pipeline_tag=task, sort="downloads", limit=limit)
                if kind == "model"
                else api.list_datasets(search=text or None, sort="downloads", limit=limit)
            )
            return [HubEntry(**_entry(info)) for info in found]

    def model(self, repository: str, revision: str | None) -> HubModelView:
        """One model repository. Raises ProviderError."""
        from huggingface_hub import HfApi

        require_hub()
        with hub_errors(repository):
            info = HfApi().model_info(repository, revision=revision, timeout=LOOK_SECONDS, files_metadata=True)
        files = info.siblings or []
        return HubModelView(
            **_entry(info),
            commit=info.sha,
            parameters=info.safetensors.total if info.safetensors else None,
            bytes=sum(file.size or 0 for file in files if file.rfilename.endswith(USED)),
            has_safetensors=any(file.rfilename.endswith(".safetensors") for file in files),
            license=getattr(info.card_data, "license", None) if info.card_data else None,
            library=info.library_name,
        )

    # Jobs

    def download(self, wanted: DownloadRequest, caller: Caller) -> HubJob:
        """Begin to fetch a repository into the cache of this machine."""
        return self.jobs.start(
            HubJob(
                **_new("download", caller),
                repository=wanted.repository,
                repository_kind=wanted.kind,
                revision=wanted.revision,
            )
        )

    def push(self, wanted: PushRequest, caller: Caller) -> HubJob:
        """Begin to send a model to the hub.

        Raises:
            ConfigurationError: the confirmation does not say the same as the request.
            NotFoundError: there is no such model.
            ConflictError: it is an adapter whose base nobody else has.
        """
        expected = f"{wanted.repository} {wanted.visibility}"
        if wanted.confirmation.strip() != expected:
            raise ConfigurationError(
                "The push is not confirmed.",
                hint=f"Type exactly: {expected}",
                code="push-not-confirmed",
                params={"wanted": expected},
            )
        folder = self.files.model(wanted.model_id)
        caller.require_sight(folder.read_manifest().owner, "model", wanted.model_id)
        check_base(folder)
        return self.jobs.start(
            HubJob(
                **_new("push", caller),
                repository=wanted.repository,
                model_id=wanted.model_id,
                visibility=wanted.visibility,
            )
        )

    def list_jobs(self, caller: Caller) -> list[HubJob]:
        """The caller's jobs, the newest first."""
        return [job for job in self.jobs.all() if caller.sees(job.owner)]

    def job(self, job_id: str, caller: Caller) -> HubJob:
        """One job. Raises NotFoundError."""
        job = self.jobs.get(job_id)
        if not caller.sees(job.owner):
            raise NotFoundError.named("job", job_id[:64], hint="GET /api/v1/hub/jobs lists them.")
        return job

    def retry(self, job_id: str, caller: Caller) -> HubJob:
        """Try a job again that did not succeed. Raises NotFoundError, ConflictError."""
        return self.jobs.retry(self.job(job_id, caller).id)

    def cancel(self, job_id: str, caller: Caller) -> HubJob:
        """End a job; what was downloaded so far is kept. Raises NotFoundError, ConflictError."""
        return self.jobs.cancel(self.job(job_id, caller).id)

    def forget(self, job_id: str, caller: Caller) -> None:
        """Remember a job no longer that has ended. Raises NotFoundError, ConflictError."""
        self.jobs.forget(self.job(job_id, caller).id)

    # The token

    def token_view(self) -> HubTokenView:
        """Whether there is a token, and where it comes from."""
        return HubTokenView(source=self.token.source)

    def put_token(self, token: str) -> HubTokenView:
        """Keep a token. Raises ConflictError, ConfigurationError."""
        self.token.put(token)
        return self.token_view()

    def remove_token(self) -> None:
        """Forget the token that was entered. Raises ConflictError."""
        self.token.remove()


def _new(kind: str, caller: Caller) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": f"{kind}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
        "kind": kind,
        "created_at": now,
        "owner": caller.owner,
    }


def _entry(info: ModelInfo | DatasetInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "downloads": info.downloads,
        "likes": info.likes,
        "task": getattr(info, "pipeline_tag", None),
        "gated": bool(info.gated),
        "private": bool(info.private),
        "last_modified": info.last_modified,
    }
