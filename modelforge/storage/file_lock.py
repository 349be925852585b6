"""The kernel's advisory lock on a file: it ends with the process that holds it, however that process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from modelforge.storage.atomic import storage_errors


class FileLock:
    """An exclusive `flock` on an open file; released by `release()`, by leaving `with`, or by the end of the process.

    A forked child shares the lock until it, too, has ended or closed the file. Linux and macOS both keep it so.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    @classmethod
    def try_take(cls, path: Path) -> FileLock | None:
        """Take the lock now, or return nothing because another process holds it. Makes the file, not its folder.

        Raises:
            StorageError: the file cannot be opened, because its folder is gone for example.
        """
        descriptor = _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None if descriptor is None else cls(path, descriptor)

    @classmethod
    def take(cls, path: Path) -> FileLock:
        """Take the lock, after whoever holds it: for what takes a moment. Raises StorageError like `try_take`."""
        descriptor = None
        while descriptor is None:
            descriptor = _locked(path, fcntl.LOCK_EX)
        return cls(path, descriptor)

    def release(self) -> None:
        """Give the lock back. A second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _locked(path: Path, how: int) -> int | None:
    """The descriptor of the file, which is locked; or nothing where `how` waits for nobody and another holds it."""
    while True:
        with storage_errors("locked", path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(descriptor, how)
            except BlockingIOError:
                os.close(descriptor)
                return None
        if _still_at(path, descriptor):
            return descriptor
        os.close(descriptor)  # the file was swept away between opening and locking it


def _still_at(path: Path, descriptor: int) -> bool:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))
