"""Jobs that merge, export or measure: each in a process of its own, while whoever asked looks on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from modelforge.exceptions import ModelForgeException
from modelforge.schemas.job import BackgroundJob
from modelforge.schemas.problem import ErrorWords
from modelforge.security.caller import Caller
from modelforge.services.heavy_process import CallHandle, Ended

Job = TypeVar("Job", bound=BackgroundJob)
Work = Callable[[CallHandle], Coroutine[Any, Any, dict[str, Any]]]
"""Does a job, in a call that goes by the handle; returns the fields of the job that it can now fill."""
KEPT = 100
"""Jobs that are remembered."""


class BackgroundJobs(Generic[Job]):
    """The jobs of one kind of one server. Lives in the server's event loop."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._handles: dict[str, CallHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, job: Job, work: Work, handle: CallHandle | None = None) -> Job:
        """Keep a job and begin it.

        It ends as succeeded, as failed with the error of ours that `work` raised, or as stopped.

        Args:
            handle: default: one that nobody hears.
        """
        self._keep(job)
        handle = self._handles[job.id] = handle or CallHandle()
        task = asyncio.create_task(self._carry_out(job, work, handle), name=job.id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def stop(self, job_id: str) -> None:
        """End a job where it is; of one that has ended, nothing changes."""
        if (handle := self._handles.get(job_id)) is not None:
            handle.end()

    def seen_by(self, caller: Caller) -> list[Job]:
        """The jobs that the caller may see, the newest first."""
        return [job for job in reversed(self._jobs.values()) if caller.sees(job.owner)]

    def find(self, job_id: str, caller: Caller) -> Job | None:
        """One job, or nothing where there is none that the caller may see."""
        job = self._jobs.get(job_id)
        return job if job is not None and caller.sees(job.owner) else None

    def running(self) -> list[Job]:
        """The jobs under way."""
        return [job for job in list(self._jobs.values()) if job.status == "running"]

    def change(self, job_id: str, **fields: Any) -> None:
        """Say more of a job that is under way."""
        job = self._jobs.get(job_id)
        if job is not None and job.status == "running":
            self._jobs[job_id] = job.model_copy(update=fields)

    def forget(self, job_id: str) -> None:
        """Remember a job no longer; it has ended."""
        self._jobs.pop(job_id, None)

    async def _carry_out(self, job: Job, work: Work, handle: CallHandle) -> None:
        ends: dict[str, Any]
        try:
            ends = {"status": "succeeded", **await work(handle)}
        except Ended:
            ends = {"status": "stopped"}
        except ModelForgeException as error:
            ends = {"status": "failed", "error": ErrorWords.of(error)}
        finally:
            del self._handles[job.id]
        self._keep(self._jobs.get(job.id, job).model_copy(update={**ends, "finished_at": datetime.now(UTC)}))

    def _keep(self, job: Job) -> None:
        self._jobs[job.id] = job
        ended = [old.id for old in self._jobs.values() if old.status != "running"]
        for old in ended[: max(len(self._jobs) - KEPT, 0)]:
            del self._jobs[old]
