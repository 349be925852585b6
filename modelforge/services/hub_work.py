"""Downloads and pushes, as they are carried out in a process of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConflictError, ProviderError
from modelforge.hardware.hub_refusals import SIGN_IN
from modelforge.schemas.hub import HubJob
from modelforge.services.hub_errors import hub_errors
from modelforge.storage.file_manager import FileManager

OnProgress = Callable[[int, int | None], None]
NEVER_FETCHED = [
    *("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.h5", "*.msgpack", "*.ot", "*.onnx*", "*.tflite"),
    *("*.py", "*.gguf", "onnx/*", "openvino/*", "coreml/*", "original/*"),
]
"""Pickles and code, which are never loaded, and weights in forms that are not used here."""
NOT_PUSHED = ["manifest.json", "*.bin", "*.pt", "*.pkl"]
LOOK_EVERY = 0.5


def carry_out(job: HubJob, home: Path, on_progress: OnProgress) -> str:
    """Do what the job says; returns its result. Raises ProviderError, ConflictError, NotFoundError."""
    if job.kind == "download":
        return download(job, on_progress)
    return push(job, FileManager(home))


def download(job: HubJob, on_progress: OnProgress) -> str:
    """Fetch a repository into the hub's cache, going on where an earlier attempt ended; returns the commit."""
    from huggingface_hub import snapshot_download

    fetch: dict[str, Any] = {
        "repo_id": job.repository,
        "repo_type": job.repository_kind,
        "revision": job.revision,
        "ignore_patterns": NEVER_FETCHED if job.repository_kind == "model" else ["*.py"],
    }
    with hub_errors(job.repository):
        total = _size_of(fetch)
        with _DownloadMeter(_cache_folder(job), total, on_progress):
            folder = Path(snapshot_download(**fetch))
    on_progress(total, total)
    return folder.name


def _size_of(fetch: dict[str, Any]) -> int:
    """Bytes of the files that a download is made of; raises what the hub's client raises."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import DryRunError

    try:
        listed: Any = snapshot_download(**fetch, dry_run=True)
    except DryRunError as error:  # says only that it failed: a missing or a gated repository is its cause
        raise (error.__cause__ or error) from None
    return sum(file.file_size for file in listed)


def push(job: HubJob, files: FileManager) -> str:
    """Send a model of the library to the hub; what is there already is not sent again. Returns the address."""
    from huggingface_hub import HfApi, get_token

    if get_token() is None:
        raise ProviderError("There is no Hugging Face token to push with.", hint=SIGN_IN)
    folder = files.model(job.model_id or "").root
    api = HfApi()
    with hub_errors(job.repository):
        address = api.create_repo(job.repository, private=job.visibility == "private", exist_ok=True)
        there = "private" if api.model_info(job.repository).private else "public"
        if there != job.visibility:
            raise ConflictError(
                f"{job.repository} exists already, and is {there}.",
                hint=f"Confirm it as {there}, or name another repository.",
            )
        try:
            api.upload_folder(
                repo_id=job.repository,
                folder_path=folder,
                commit_message=f"{folder.name} from ModelForge",
                ignore_patterns=NOT_PUSHED,
            )
        except RuntimeError as error:  # what the client makes of a large file that did not arrive
            raise ProviderError(
                f"The files of {folder.name} did not all reach {job.repository}.",
                hint="Try the push again: what has arrived is not sent twice.",
            ) from error
    return str(address)


class _DownloadMeter:
    """Says how many bytes of a download are on the disk, until the block ends."""

    def __init__(self, folder: Path, total: int, on_progress: OnProgress) -> None:
        self._folder, self._total, self._on_progress = folder, total, on_progress
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            files = [path for path in self._folder.glob("blobs/*") if path.is_file()]
            done = sum(path.stat().st_size for path in files)
            self._on_progress(min(done, self._total), self._total)


def _cache_folder(job: HubJob) -> Path:
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=job.repository, repo_type=job.repository_kind)
