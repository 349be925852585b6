"""What is remembered of a job that has no result: one JSON file each, in a folder for each kind."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Generic, TypeVar

from modelforge.exceptions import StorageError
from modelforge.schemas.hub import HubJob
from modelforge.schemas.job import BackgroundJob
from modelforge.storage.atomic import storage_errors, write_json
from modelforge.storage.file_lock import FileLock
from modelforge.storage.file_manager import ID
from modelforge.storage.folders import read_schema

Job = TypeVar("Job", bound=BackgroundJob | HubJob)
KEPT = 100
"""Jobs of one kind that are remembered."""
RECORD = ".json"
LOCK = ".lock"
log = logging.getLogger(__name__)


class JobRecords(Generic[Job]):
    """The records of one kind of job.

    A lock beside the record of a job under way says that its server lives, also to another server of the same home;
    the kernel lets it go when the server dies.
    """

    def __init__(self, folder: Path, schema: type[Job]) -> None:
        """`folder` is made when there is something to keep."""
        self.folder = folder
        self._schema = schema
        self._held: dict[str, FileLock] = {}

    def keep(self, job: Job) -> None:
        """Write a job as it is now, flushed to the disk. Raises StorageError."""
        with storage_errors("created", self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        if job.is_under_way and job.id not in self._held:
            lock = FileLock.try_take(self.folder / f"{job.id}{LOCK}")
            if lock is not None:
                self._held[job.id] = lock
        write_json(self.folder / f"{job.id}{RECORD}", job.model_dump(mode="json"))
        if not job.is_under_way:
            self.let_go(job.id)

    def forget(self, job_id: str) -> None:
        """Remember a job no longer. Raises StorageError."""
        with storage_errors("deleted", self.folder):
            (self.folder / f"{job_id}{RECORD}").unlink(missing_ok=True)
        self.let_go(job_id)

    def let_go(self, job_id: str) -> None:
        """The job is no longer under way here; its record stays as it is. Raises StorageError."""
        if (lock := self._held.pop(job_id, None)) is not None:
            with lock, storage_errors("deleted", lock.path):
                lock.path.unlink(missing_ok=True)

    def left(self) -> list[Job]:
        """What earlier servers have left, the oldest first.

        One that cannot be read is left out, and so is one that a living server has under way.
        """
        found = [job for path in self.folder.glob(f"*{RECORD}") if (job := self._readable(path)) is not None]
        return sorted(found, key=lambda job: (job.created_at, job.id))

    def _readable(self, path: Path) -> Job | None:
        try:
            if self._is_at_work(path.stem):
                return None
            job = read_schema(path, self._schema)
        except StorageError as error:
            log.warning("A job is not remembered: %s", error.message)
            return None
        return job if job.id == path.stem and ID.fullmatch(job.id) else None

    def _is_at_work(self, job_id: str) -> bool:
        path = self.folder / f"{job_id}{LOCK}"
        if not path.exists():
            return False
        lock = FileLock.try_take(path)
        if lock is None:
            return True
        with lock:
            path.unlink(missing_ok=True)
        return False
