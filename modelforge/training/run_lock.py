"""Who works on a run: one process at a time, known by a lock that the kernel keeps.

The lock, not a clock, says whether a run is worked on. `attempt.json` holds the current epoch: it is raised under the
lock, so that a worker of an earlier attempt that comes late finds itself out of date and leaves. `owner.json` names the
process that holds the lock, or held it last. Data loaders forked by a worker share its lock: when the lock is held but
its owner is gone, they are what is left, and are ended.
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from types import TracebackType

from modelforge.exceptions import ConflictError
from modelforge.schemas.base import Schema
from modelforge.storage.atomic import flush_path, storage_errors, write_json
from modelforge.storage.file_lock import FileLock
from modelforge.storage.folders import RunFolder, read_schema
from modelforge.training.process_group import PAUSE, created, is_same, kill_group

PATIENCE = 10.0
"""Seconds until a lock whose holder cannot be found is given up on."""


class Owner(Schema):
    """`owner.json`: the process that works on a run, or did last. It leads a process group of its own."""

    pid: int
    created: float
    """When the process started, in seconds since 1970: tells it from a later one with the same number."""
    epoch: int
    host: str

    @property
    def is_here(self) -> bool:
        """Whether the process is, or was, one of this machine."""
        return self.host == socket.gethostname()

    @property
    def is_alive(self) -> bool:
        """Whether this very process lives, as far as can be seen from this machine."""
        return self.is_here and is_same(self.pid, self.created)


class Attempt(Schema):
    """`attempt.json`: the number of the current attempt, from 1."""

    epoch: int


@dataclass
class RunLock:
    """The lock of one run, held by this process until it is released or ends."""

    folder: RunFolder
    lock: FileLock

    @property
    def epoch(self) -> int:
        """The number of the current attempt; 0 before the first."""
        return current_epoch(self.folder)

    def raise_epoch(self) -> int:
        """Begin the next attempt: every earlier worker that comes late now leaves."""
        epoch = self.epoch + 1
        write_json(self.folder.attempt, Attempt(epoch=epoch).model_dump())
        return epoch

    def write_owner(self, epoch: int) -> None:
        """Say that this process works on the run."""
        pid = os.getpid()
        owner = Owner(pid=pid, created=created(pid) or 0.0, epoch=epoch, host=socket.gethostname())
        write_json(self.folder.owner, owner.model_dump())

    def release(self) -> None:
        """Let another process work on the run."""
        self.lock.release()

    def __enter__(self) -> RunLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def current_epoch(folder: RunFolder) -> int:
    """The number of the current attempt; 0 before the first."""
    return read_schema(folder.attempt, Attempt).epoch if folder.attempt.exists() else 0


def read_owner(folder: RunFolder) -> Owner | None:
    """Which process works on the run, or did last; nothing before the first."""
    return read_schema(folder.owner, Owner) if folder.owner.exists() else None


def is_worked_on(folder: RunFolder) -> bool:
    """Whether a process holds the run's lock at this moment."""
    lock = FileLock.try_take(folder.lock)
    if lock is None:
        return True
    lock.release()
    return False


def take_run_lock(folder: RunFolder, patience: float = PATIENCE) -> RunLock:
    """Take the run's lock, ending what an earlier, dead owner left behind; one that has written the end is waited for.

    Raises:
        ConflictError: a living process works on the run, or the lock's holder cannot be found.
        StorageError: the folder is gone.
    """
    deadline = time.monotonic() + patience
    while True:
        lock = FileLock.try_take(folder.lock)
        owner = read_owner(folder)
        if owner is not None and owner.is_here and not owner.is_alive:
            kill_group(owner.pid, owner.created)
        if lock is not None:
            return RunLock(folder, lock)
        if owner is not None and owner.is_alive and not folder.exit.exists():
            raise ConflictError(
                f"Run {folder.id} is being worked on by process {owner.pid}.",
                hint=f"Wait for it, or stop it: `modelforge runs stop {folder.id}`.",
                code="run-in-work",
                params={"run": folder.id},
            )
        if time.monotonic() > deadline:
            raise ConflictError(
                f"Run {folder.id} is locked by a process that cannot be found from this machine.",
                hint=f"End it on {owner.host if owner else 'the machine that shares this folder'}, then try again.",
                code="run-locked-elsewhere",
                params={"run": folder.id, "host": owner.host if owner else "?"},
            )
        time.sleep(PAUSE)


def begin_attempt(folder: RunFolder, *, resume: bool = False) -> int:
    """Raise the run's epoch, so that exactly the worker started with the number returned may work on it.

    Args:
        folder: the run.
        resume: the user asked for it: a stopped or failed run is opened again, its end kept as `exit-EPOCH.json`, and
            an old request to stop is forgotten.

    Raises:
        ConflictError: the run is being worked on, or has ended and cannot or was not asked to go on.
    """
    with take_run_lock(folder) as lock:
        end = folder.read_exit()
        if end is not None and (end.status == "succeeded" or not resume):
            raise ConflictError(
                f"Run {folder.id} has ended: {end.status}.",
                hint="Start a new run." if end.status == "succeeded" else f"`modelforge runs resume {folder.id}`",
            )
        epoch = lock.raise_epoch()
        with storage_errors("opened again", folder.root):
            if resume:
                folder.stop_request.unlink(missing_ok=True)
            if end is not None:
                os.replace(folder.exit, folder.earlier_exit(end.epoch))
            flush_path(folder.root)
        return epoch
