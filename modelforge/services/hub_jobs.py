"""The jobs of a home: each in a process of its own, its state in a file, so that a restart forgets none."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConflictError, ModelForgeException, NotFoundError, StorageError
from modelforge.schemas.hub import HubJob
from modelforge.schemas.problem import ErrorWords
from modelforge.services.background_jobs import fault_of, job_under_way
from modelforge.services.heavy_process import end_with_the_server
from modelforge.storage.file_manager import FileManager
from modelforge.storage.job_records import KEPT, JobRecords

AT_ONCE = 2
log = logging.getLogger(__name__)


class HubJobs:
    """Starts, follows, cancels and repeats jobs."""

    def __init__(self, files: FileManager) -> None:
        self.files = files
        self._records = JobRecords(files.jobs("hub"), HubJob)
        self._jobs: dict[str, HubJob] = {}
        self._children: dict[str, BaseProcess] = {}
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hub")
        self._context = multiprocessing.get_context("spawn")

    def begin(self) -> None:
        """Read the jobs of earlier servers; what was under way then can be tried again."""
        for job in self._records.left():
            self._jobs[job.id] = job
            if job.is_under_way:
                self._change(job.id, status="interrupted", finished_at=datetime.now(UTC))

    def close(self) -> None:
        """End the jobs under way; a download goes on from there when it is tried again."""
        with self._lock:
            under_way = [job.id for job in self._jobs.values() if job.is_under_way]
        for job_id in under_way:
            self._end(job_id, "interrupted")
        self._pool.shutdown(wait=True, cancel_futures=True)

    def all(self) -> list[HubJob]:
        """All jobs, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: (job.created_at, job.id), reverse=True)

    def get(self, job_id: str) -> HubJob:
        """One job. Raises NotFoundError."""
        with self._lock:
            if job_id not in self._jobs:
                raise NotFoundError.named("job", job_id[:64], hint="GET /api/v1/hub/jobs lists them.")
            return self._jobs[job_id]

    def start(self, job: HubJob) -> HubJob:
        """Keep a job, also on the disk, and begin it when its turn comes. Raises StorageError."""
        self._keep(job)
        self._pool.submit(self._work, job.id)
        return job

    def retry(self, job_id: str) -> HubJob:
        """Try a job again that did not succeed. Raises NotFoundError, ConflictError, StorageError."""
        with self._lock:
            job = self.get(job_id)
            if job.is_under_way or job.status == "succeeded":
                raise ConflictError(
                    f"The job is {job.status}.",
                    hint="Only a job that did not succeed is tried again.",
                    code="job-not-failed",
                )
            again = job.model_copy(
                update={"status": "queued", "attempt": job.attempt + 1, "error": None, "finished_at": None}
            )
        return self.start(again)

    def cancel(self, job_id: str) -> HubJob:
        """End a job. Raises NotFoundError, ConflictError."""
        if not self.get(job_id).is_under_way:
            raise ConflictError("The job has ended already.", hint="There is nothing to cancel.", code="job-ended")
        self._end(job_id, "cancelled")
        return self.get(job_id)

    def forget(self, job_id: str) -> None:
        """Remember a job no longer that has ended. Raises NotFoundError, ConflictError."""
        with self._lock:
            if self.get(job_id).is_under_way:
                raise job_under_way(job_id)
            self._forget(job_id)

    # Inside

    def _end(self, job_id: str, status: str) -> None:
        with self._lock:
            self._change(job_id, status=status, finished_at=datetime.now(UTC))
            child = self._children.get(job_id)
            if child is not None:
                child.terminate()

    def _work(self, job_id: str) -> None:
        """Runs in a thread of the pool: a job ends in any case, with what its child says or with why it could not."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or job.status != "queued":
                return
            job = job.model_copy(update={"status": "running"})
            self._change(job_id, status="running")
        fault = ErrorWords(message="The process of this job has died.", hint="Try it again.", code="job-died")
        try:
            self._carry_out(job)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job has ended
            fault = fault_of(job_id, error)
        with self._lock:
            if self._runs(job):
                self._change(job_id, status="failed", error=fault, finished_at=datetime.now(UTC))

    def _carry_out(self, job: HubJob) -> None:
        """Start the child and take down what it says."""
        reader, writer = self._context.Pipe(duplex=False)
        with reader:
            with writer, self._lock:
                if not self._runs(job):  # cancelled meanwhile
                    return
                child = self._context.Process(target=_in_child, args=(job, self.files.home, writer), daemon=True)
                child.start()
                self._children[job.id] = child
            try:
                self._listen(job, reader)
            except BaseException:
                child.kill()
                raise
            finally:
                child.join()
                with self._lock:
                    if self._children.get(job.id) is child:  # else it has been tried again meanwhile
                        del self._children[job.id]

    def _runs(self, job: HubJob) -> bool:
        """Whether this attempt at a job is under way, not a later one."""
        now = self._jobs.get(job.id)
        return now is not None and now.status == "running" and now.attempt == job.attempt

    def _listen(self, job: HubJob, reader: Connection) -> None:
        while True:
            try:
                said: dict[str, Any] = reader.recv()
            except EOFError:
                return
            with self._lock:
                if self._runs(job):
                    ends = {"finished_at": datetime.now(UTC)} if "status" in said else {}
                    self._change(job.id, **said, **ends)

    def _change(self, job_id: str, **changes: Any) -> None:
        """Say more of a job; its record says so too, where it can be written."""
        with self._lock:
            job = self._jobs[job_id].model_copy(update=changes)
            self._hold(job)
            if "status" in changes:
                try:
                    self._records.keep(job)
                except StorageError as error:
                    log.warning("%s is %s, which is not recorded: %s", job_id, job.status, error.message)

    def _keep(self, job: HubJob) -> None:
        with self._lock:
            self._records.keep(job)
            self._hold(job)

    def _hold(self, job: HubJob) -> None:
        with self._lock:
            self._jobs[job.id] = job
            ended = [old.id for old in self._jobs.values() if not old.is_under_way]
            for old in ended[: max(len(self._jobs) - KEPT, 0)]:
                self._forget(old)

    def _forget(self, job_id: str) -> None:
        del self._jobs[job_id]
        try:
            self._records.forget(job_id)
        except StorageError as error:
            log.warning("The record of %s is not deleted: %s", job_id, error.message)


def _in_child(job: HubJob, home: Path, say: Connection) -> None:
    from modelforge.services.hub_work import carry_out

    end_with_the_server()
    try:
        result = carry_out(job, home, lambda done, total: say.send({"bytes_done": done, "bytes_total": total}))
        say.send({"status": "succeeded", "result": result})
    except ModelForgeException as error:
        say.send({"status": "failed", "error": ErrorWords.of(error)})
