"""Merges asked for over the network."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelforge.exceptions import NotFoundError, StorageError
from modelforge.inference.refusals import not_an_adapter
from modelforge.schemas.model import MergeCheck, ModelManifest, id_when_merged
from modelforge.schemas.model_requests import Dtype, MergeJob, MergeRequest
from modelforge.schemas.remark import Remark, by_sentence, remark
from modelforge.security.caller import Caller
from modelforge.services.background_jobs import BackgroundJobs
from modelforge.services.heavy_process import CallHandle, Ended, HeavyProcess
from modelforge.storage.file_manager import FileManager
from modelforge.storage.job_records import JobRecords

if TYPE_CHECKING:
    from modelforge.services.model_service import ModelService


class MergeJobs:
    """The merges of one server. A job of another account is not found. Lives in the server's event loop."""

    def __init__(self, models: ModelService, heavy: HeavyProcess) -> None:
        self.models = models
        self.heavy = heavy
        self._jobs = BackgroundJobs(JobRecords(models.files.jobs("merges"), MergeJob))

    def begin(self) -> None:
        """Remember the merges that earlier servers did not make; before any is started."""
        self._jobs.begin(self._is_done)

    async def start(self, model_id: str, wanted: MergeRequest, caller: Caller) -> MergeJob:
        """Begin a merge, or return the job that is already at it.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: it is no adapter.
        """
        model = await asyncio.to_thread(self.models.get, model_id, caller)
        if model.kind != "adapter":
            raise not_an_adapter(model_id)
        for earlier in self._jobs.under_way():
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
        return await self._jobs.start(job, lambda handle: self._merge(job, handle))

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
                hint="GET /api/v1/merges lists merges under way and failed ones; GET /api/v1/models what was made.",
            )
        return job

    def stop(self, job_id: str, caller: Caller) -> MergeJob:
        """End a merge where it is; no file of it is kept. Of one that has ended, nothing changes.

        Raises:
            NotFoundError: there is none, or it belongs to another account.
        """
        return self._jobs.stop(self.job(job_id, caller))

    def forget(self, job_id: str, caller: Caller) -> None:
        """Remember a merge no longer that has ended; what it made stays. Raises NotFoundError, ConflictError."""
        self._jobs.forget(self.job(job_id, caller).id)

    def merging(self, model_id: str) -> list[Remark]:
        """Merges under way from this model."""
        return [remark("used-by-merge", id=job.id) for job in self._jobs.under_way() if job.model_id == model_id]

    def _is_done(self, job: MergeJob) -> bool:
        """Whether the model that a merge was to make has been made since it began."""
        try:
            made = self.models.files.model(merged_id(job)).read_manifest()
        except (NotFoundError, StorageError):
            return False
        return made.created_at >= job.created_at

    async def _merge(self, job: MergeJob, handle: CallHandle) -> dict[str, Any]:
        asked = (self.models.files.home, job.model_id, job.dtype, job.new_id)
        try:
            manifest = await self.heavy.call(ModelManifest, merge_in_child, *asked, handle=handle)
        except Ended:
            with contextlib.suppress(NotFoundError):  # it may have been published a moment before
                await asyncio.to_thread(self.models.add_to_index, merged_id(job))
            raise
        model = await asyncio.to_thread(self.models.add_to_index, manifest.id)
        check = MergeCheck.model_validate(model.merge_check)
        return {"result": model, "check": check.sentence, "remarks": by_sentence([check.remark])}


def merged_id(job: MergeJob) -> str:
    """The id of the model that a merge makes."""
    return job.new_id or id_when_merged(job.model_id)


def merge_in_child(home: Path, model_id: str, dtype: Dtype, new_id: str | None) -> ModelManifest:
    """Merge and publish; the index is the server's."""
    from modelforge.training.merge import merge

    return merge(model_id, files=FileManager(home), dtype=dtype, new_id=new_id)
