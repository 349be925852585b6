"""Merges asked for over the network: each in a process of its own, while whoever asked looks on."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from modelforge.exceptions import ConflictError, ModelForgeException, NotFoundError
from modelforge.schemas.hub import JobFault
from modelforge.schemas.model import MergeCheck, ModelManifest
from modelforge.schemas.model_requests import Dtype, MergeJob, MergeRequest
from modelforge.security.caller import Caller
from modelforge.storage.file_manager import FileManager

if TYPE_CHECKING:
    from modelforge.services.heavy_process import HeavyProcess
    from modelforge.services.model_service import ModelService

KEPT = 100
"""Jobs that are remembered."""


class MergeJobs:
    """The merges of one server. A job of another account is not found. Lives in the server's event loop."""

    def __init__(self, models: ModelService, heavy: HeavyProcess) -> None:
        self.models = models
        self.heavy = heavy
        self._jobs: dict[str, MergeJob] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, model_id: str, wanted: MergeRequest, caller: Caller) -> MergeJob:
        """Begin a merge, or return the job that is already at it.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: it is no adapter.
        """
        model = await asyncio.to_thread(self.models.get, model_id, caller)
        if model.kind != "adapter":
            raise ConflictError(
                f"{model_id} holds full weights already.", hint="Only adapters are merged; use the model as it is."
            )
        for earlier in self._jobs.values():
            same = (earlier.model_id, earlier.dtype, earlier.new_id) == (model_id, wanted.dtype, wanted.new_id)
            if same and earlier.status == "running":
                return earlier
        now = datetime.now(UTC)
        job = MergeJob(
            id=f"merge-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
            model_id=model_id,
            dtype=wanted.dtype,
            new_id=wanted.new_id,
            created_at=now,
            owner=model.owner,
        )
        self._keep(job)
        task = asyncio.create_task(self._carry_out(job), name=job.id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def list_jobs(self, caller: Caller) -> list[MergeJob]:
        """The jobs that the caller may see, the newest first."""
        return [job for job in reversed(self._jobs.values()) if caller.sees(job.owner)]

    def job(self, job_id: str, caller: Caller) -> MergeJob:
        """One job. Raises NotFoundError."""
        job = self._jobs.get(job_id)
        if job is None or not caller.sees(job.owner):
            raise NotFoundError(
                f"There is no merge {job_id[:64]!r}.",
                hint="Merges are forgotten when the server ends; GET /api/v1/models shows what they made.",
            )
        return job

    def merging(self, model_id: str) -> list[str]:
        """Merges under way from this model, in words."""
        return [
            f"the merge {job.id}"
            for job in list(self._jobs.values())
            if job.model_id == model_id and job.status == "running"
        ]

    async def _carry_out(self, job: MergeJob) -> None:
        try:
            manifest = await self.heavy.call(
                ModelManifest, merge_in_child, self.models.files.home, job.model_id, job.dtype, job.new_id
            )
            model = await asyncio.to_thread(self.models.add_to_index, manifest.id)
        except ModelForgeException as error:
            fault = JobFault(message=error.message, hint=error.hint)
            self._keep(job.model_copy(update={"status": "failed", "error": fault, "finished_at": datetime.now(UTC)}))
            return
        check = MergeCheck.model_validate(model.merge_check).sentence
        end = {"status": "succeeded", "result": model, "check": check, "finished_at": datetime.now(UTC)}
        self._keep(job.model_copy(update=end))

    def _keep(self, job: MergeJob) -> None:
        self._jobs[job.id] = job
        ended = [old.id for old in self._jobs.values() if old.status != "running"]
        for old in ended[: max(len(self._jobs) - KEPT, 0)]:
            del self._jobs[old]


def merge_in_child(home: Path, model_id: str, dtype: Dtype, new_id: str | None) -> ModelManifest:
    """Merge and publish; the index is the server's."""
    from modelforge.training.merge import merge

    return merge(model_id, files=FileManager(home), dtype=dtype, new_id=new_id)
