"""Repositories of the hub, fetched into its cache, with what has arrived told in bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, NamedTuple

OnBytes = Callable[[int, int], None]
"""(bytes that are here, bytes in all)."""
NEVER_FETCHED = [
    *("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.h5", "*.msgpack", "*.ot", "*.onnx*", "*.tflite"),
    *("*.py", "*.gguf", "onnx/*", "openvino/*", "coreml/*", "original/*", "consolidated*"),
]
"""Pickles and code, which are never loaded, and weights in forms that are not used here."""
WEIGHTS = ["model.safetensors", "model-*.safetensors"]
"""The files that transformers loads weights from: all in one, or in parts."""
TO_TRAIN_FROM = ["*.json", "*.txt", "*.model", "*.jinja", *WEIGHTS]
"""What transformers loads of a model's repository."""
LOOK_EVERY = 0.5


class Fetched(NamedTuple):
    """What is in the cache now."""

    commit: str
    size: int
    """Bytes of its files, as far as the hub says them."""


def fetch(
    repository: str,
    kind: Literal["model", "dataset"],
    revision: str | None,
    on_bytes: OnBytes,
    only: Sequence[str] | None = None,
) -> Fetched:
    """Fetch a repository into the hub's cache, going on where an earlier attempt ended.

    `on_bytes` hears nothing where all is here already. Raises what the hub's client raises.

    Args:
        only: patterns of the files that are wanted; None wants all that may be loaded.
    """
    from huggingface_hub import snapshot_download

    wanted: dict[str, Any] = {
        "repo_id": repository,
        "repo_type": kind,
        "revision": revision,
        "ignore_patterns": NEVER_FETCHED if kind == "model" else ["*.py"],
        "allow_patterns": only,
    }
    files = _listed(wanted)
    found = Fetched(next((file.commit_hash for file in files), ""), sum(file.file_size or 0 for file in files))
    if any(file.will_download for file in files):
        with _Meter(_cache_folder(repository, kind), found.size, on_bytes):
            snapshot_download(**wanted)
        on_bytes(found.size, found.size)
    return found


def is_weights(name: str) -> bool:
    """Whether a file of a model's repository, by its path in there, has weights that are fetched and loaded."""
    return any(fnmatchcase(name, pattern) for pattern in WEIGHTS)


def _listed(wanted: dict[str, Any]) -> list[Any]:
    """The files that a download is made of."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import DryRunError

    try:
        return list(snapshot_download(**wanted, dry_run=True))
    except DryRunError as error:  # says only that it failed: a missing or a gated repository is its cause
        raise (error.__cause__ or error) from None


class _Meter:
    """Says how many bytes of a download are on the disk, until the block ends."""

    def __init__(self, folder: Path, total: int, on_bytes: OnBytes) -> None:
        self._folder, self._total, self._on_bytes = folder, total, on_bytes
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
            self._on_bytes(min(done, self._total), self._total)


def _cache_folder(repository: str, kind: str) -> Path:
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repository, repo_type=kind)
