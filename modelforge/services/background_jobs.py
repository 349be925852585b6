"""Jobs that merge, export or measure: each in a process of its own, while whoever asked looks on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from modelforge.exceptions import ConflictError, ModelForgeException, StorageError
from modelforge.schemas.job import BackgroundJob
from modelforge.schemas.problem import ErrorWords
from modelforge.security.caller import Caller
from modelforge.services.heavy_process import CallHandle, Ended, server_ended
from modelforge.storage.job_records import KEPT, JobRecords

Job = TypeVar("Job", bound=BackgroundJob)
Work = Callable[[CallHandle], Coroutine[Any, Any, dict[str, Any]]]
"""Does a job, in a call that goes by the handle; returns the fields of the job that it can now fill."""
LONGEST = 500
"""Characters of a fault that nobody foresaw."""
log = logging.getLogger(__name__)


class BackgroundJobs(Generic[Job]):
    """The jobs of one kind of one server. Lives in the server's event loop.

    What came to nothing is remembered by its record, what succeeded by its result.
    """

    def __init__(self, records: JobRecords[Job]) -> None:
        self._records = records
        self._jobs: dict[str, Job] = {}
        self._handles: dict[str, CallHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, is_done: Callable[[Job], bool]) -> None:
        """Remember the jobs of earlier servers; before any job starts.

        What was under way has failed, unless its result is there after all: the server may have ended a moment later.

        Args:
            is_done: whether the result of a job is there.
        """
        for job in self._records.left():
            if is_done(job):
                self._forget(job.id)
                continue
            if job.is_under_way:
                fault = ErrorWords.of(server_ended())
                ends = {"status": "failed", "error": fault, "finished_at": datetime.now(UTC)}
                job = job.model_copy(update=ends)
                self._record(job)
            self._keep(job)

    async def start(self, job: Job, work: Work, handle: CallHandle | None = None) -> Job:
        """Keep a job, also on the disk, and begin it.

        It ends as succeeded, as failed with the error that `work` raised, or as stopped.

        Args:
            handle: default: one that nobody hears.

        Raises:
            StorageError: the job cannot be recorded; it has failed.
        """
        handle = self._handles[job.id] = handle or CallHandle()
        loop = asyncio.get_running_loop()
        handle.on_begin = partial(loop.call_soon_threadsafe, partial(self.change, job.id, status="running"))
        self._keep(job)
        recorded = asyncio.create_task(asyncio.to_thread(self._records.keep, job))
        task = asyncio.create_task(self._carry_out(job, work, handle, recorded), name=job.id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(recorded)
        return job

    def stop(self, job: Job) -> Job:
        """End a job where it is, also one that waits; of one that has ended, nothing changes. Returns it as it was."""
        if (handle := self._handles.get(job.id)) is not None:
            handle.end()
        return job

    def seen_by(self, caller: Caller) -> list[Job]:
        """The jobs that the caller may see, the newest first."""
        return [job for job in reversed(self._jobs.values()) if caller.sees(job.owner)]

    def find(self, job_id: str, caller: Caller) -> Job | None:
        """One job, or nothing where there is none that the caller may see."""
        job = self._jobs.get(job_id)
        return job if job is not None and caller.sees(job.owner) else None

    def under_way(self) -> list[Job]:
        """The jobs that wait or are carried out."""
        return [job for job in list(self._jobs.values()) if job.is_under_way]

    def change(self, job_id: str, **fields: Any) -> None:
        """Say more of a job that is under way."""
        job = self._jobs.get(job_id)
        if job is not None and job.is_under_way:
            self._jobs[job_id] = job.model_copy(update=fields)

    def forget(self, job_id: str) -> None:
        """Remember a job no longer. Raises ConflictError where it is under way."""
        job = self._jobs.get(job_id)
        if job is not None and job.is_under_way:
            raise job_under_way(job_id)
        self._jobs.pop(job_id, None)
        self._forget(job_id)

    async def _carry_out(self, job: Job, work: Work, handle: CallHandle, recorded: asyncio.Task[None]) -> None:
        ends: dict[str, Any]
        try:
            await recorded
            ends = {"status": "succeeded", **await work(handle)}
        except Ended:
            ends = {"status": "stopped"}
        except Exception as error:  # noqa: BLE001 - whatever it is, the job has ended
            ends = {"status": "failed", "error": fault_of(job.id, error)}
        except asyncio.CancelledError:  # the server ends; the next one says so
            self._records.let_go(job.id)
            raise
        finally:
            del self._handles[job.id]
        ended = self._jobs.get(job.id, job).model_copy(update={**ends, "finished_at": datetime.now(UTC)})
        try:
            write = partial(self._forget, job.id) if ended.status == "succeeded" else partial(self._record, ended)
            await asyncio.to_thread(write)
        finally:
            self._keep(ended)

    def _keep(self, job: Job) -> None:
        self._jobs[job.id] = job
        ended = [old.id for old in self._jobs.values() if not old.is_under_way]
        for old in ended[: max(len(self._jobs) - KEPT, 0)]:
            del self._jobs[old]
            self._forget(old)

    def _record(self, job: Job) -> None:
        """Write how a job has ended; where that fails, the record says that it is under way."""
        try:
            self._records.keep(job)
        except StorageError as error:
            log.warning("The end of %s is not recorded: %s", job.id, error.message)

    def _forget(self, job_id: str) -> None:
        try:
            self._records.forget(job_id)
        except StorageError as error:
            log.warning("The record of %s is not deleted: %s", job_id, error.message)


def fault_of(job_id: str, error: Exception) -> ErrorWords:
    """Why a job came to nothing, in words; a fault that nobody foresaw stands in the log with its traceback."""
    if isinstance(error, ModelForgeException):
        return ErrorWords.of(error)
    log.error("%s failed", job_id, exc_info=error)
    reason = f"{type(error).__name__}: {error}"[:LONGEST]
    return ErrorWords(
        message=f"The job met a fault that nobody foresaw: {reason}.",
        hint="Start it again. If that does not help, the server's log tells more.",
        code="job-unforeseen",
        params={"reason": reason},
    )


def job_under_way(job_id: str) -> ConflictError:
    """Why a job is not deleted."""
    return ConflictError(
        f"{job_id} is under way.",
        hint="Stop it, or wait until it has ended; then delete it.",
        code="job-under-way",
        params={"job": job_id},
    )
