"""Merges asked for over the network."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelforge.exceptions import ConflictError, NotFoundError
from modelforge.schemas.model import MergeCheck, ModelManifest, id_when_merged
from modelforge.schemas.model_requests import Dtype, MergeJob, MergeRequest
from modelforge.security.caller import Caller
from modelforge.services.background_jobs import BackgroundJobs
from modelforge.services.heavy_process import CallHandle, Ended, HeavyProcess
from modelforge.storage.file_manager import FileManager

if TYPE_CHECKING:
    from modelforge.services.model_service import ModelService


class MergeJobs:
    """The merges of one server. A job of another account is not found. Lives in the server's event loop."""

    def __init__(self, models: ModelService, heavy: HeavyProcess) -> None:
        self.models = models
        self.heavy = heavy
        self._jobs: BackgroundJobs[MergeJob] = BackgroundJobs()

    async def start(self, model_id: str, wanted: MergeRequest, caller: Caller) -> MergeJob:
        """Begin a merge, or return the job that is already at it.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: it is no adapter.
        """
        model = await asyncio.to_thread(self.models.get, model_id, caller)
        if model.kind != "adapter":
            raise ConflictError(
                f"{model_id} holds full weights already.",
                hint="Only adapters are merged; use the model as it is.",
                code="base-already-merged",
                params={"model": model_id},
            )
        for earlier in self._jobs.running():
            if (earlier.model_id, earlier.dtype, earlier.new_id) == (model_id, wanted.dtype, wanted.new_id):
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
        return self._jobs.start(job, lambda handle: self._merge(job, handle))

    def list_jobs(self, caller: Caller) -> list[MergeJob]:
        """The jobs that the caller may see, the newest first."""
        return self._jobs.seen_by(caller)

    def job(self, job_id: str, caller: Caller) -> MergeJob:
        """One job. Raises NotFoundError."""
        job = self._jobs.find(job_id, caller)
        if job is None:
            raise NotFoundError.named(
                "merge",
                job_id[:64],
                hint="Merges are forgotten when the server ends; GET /api/v1/models shows what they made.",
            )
        return job

    def stop(self, job_id: str, caller: Caller) -> MergeJob:
        """End a merge where it is; no file of it is kept. Of one that has ended, nothing changes.

        Raises:
            NotFoundError: there is none, or it belongs to another account.
        """
        job = self.job(job_id, caller)
        self._jobs.stop(job.id)
        return job

    def merging(self, model_id: str) -> list[str]:
        """Merges under way from this model, in words."""
        return [f"the merge {job.id}" for job in self._jobs.running() if job.model_id == model_id]

    async def _merge(self, job: MergeJob, handle: CallHandle) -> dict[str, Any]:
        asked = (self.models.files.home, job.model_id, job.dtype, job.new_id)
        try:
            manifest = await self.heavy.call(ModelManifest, merge_in_child, *asked, handle=handle)
        except Ended:
            with contextlib.suppress(NotFoundError):  # it may have been published a moment before
                await asyncio.to_thread(self.models.add_to_index, job.new_id or id_when_merged(job.model_id))
            raise
        model = await asyncio.to_thread(self.models.add_to_index, manifest.id)
        return {"result": model, "check": MergeCheck.model_validate(model.merge_check).sentence}


def merge_in_child(home: Path, model_id: str, dtype: Dtype, new_id: str | None) -> ModelManifest:
    """Merge and publish; the index is the server's."""
    from modelforge.training.merge import merge

    return merge(model_id, files=FileManager(home), dtype=dtype, new_id=new_id)
