"""Folders for work in progress: gone when the work ends, swept when the process that made them has died."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelforge.storage.atomic import storage_errors
from modelforge.storage.file_lock import FileLock

LOCK = ".lock"


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Yield a new, empty folder under `parent`; whatever is left in it is removed afterwards.

    A lock beside the folder tells the sweep that its maker lives; the kernel lets it go when the maker dies.
    """
    with storage_errors("created", parent):
        parent.mkdir(parents=True, exist_ok=True)
    with _new_lock(parent) as lock:
        folder = lock.path.with_suffix("")
        try:
            with storage_errors("created", folder):
                folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.path.unlink(missing_ok=True)


def _new_lock(parent: Path) -> FileLock:
    while True:
        lock = FileLock.try_take(parent / f"{secrets.token_hex(8)}{LOCK}")
        if lock is not None:  # else a sweep looks at the new file this very moment, and will remove it
            return lock


def sweep_scratch(parent: Path) -> list[Path]:
    """Remove the folders whose makers have died; those of living processes stay. Returns what was removed."""
    removed: list[Path] = []
    for lock_path in sorted(parent.glob(f"*{LOCK}")):
        lock = FileLock.try_take(lock_path)
        if lock is None:
            continue
        with lock:
            folder = lock_path.with_suffix("")
            shutil.rmtree(folder, ignore_errors=True)
            lock_path.unlink(missing_ok=True)
            removed.append(folder)
    return removed
