"""Exports: which there are, and those asked for over the network."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelforge.exceptions import NotFoundError, StorageError
from modelforge.schemas.export import ExportKind, ExportManifest, ExportRequest, ExportView
from modelforge.schemas.remark import Remark, remark
from modelforge.security.caller import HOME_OWNER, Caller
from modelforge.services.background_jobs import BackgroundJobs
from modelforge.services.heavy_process import CallHandle, HeavyProcess
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ExportFolder
from modelforge.storage.job_records import JobRecords

if TYPE_CHECKING:
    from modelforge.services.model_service import ModelService


class ExportLibrary:
    """Reads the folders of the exports, which are the truth. An export of another account is not found."""

    def __init__(self, files: FileManager) -> None:
        self.files = files

    def list_exports(self, caller: Caller = HOME_OWNER) -> list[ExportView]:
        """The exports that the caller may see, the newest first; one whose manifest is damaged is left out."""
        found = [view for folder in self.files.exports() if (view := _readable(folder)) and caller.sees(view.owner)]
        return sorted(found, key=lambda view: view.created_at, reverse=True)

    def get(self, export_id: str, caller: Caller = HOME_OWNER) -> ExportView:
        """One export. Raises NotFoundError, StorageError."""
        view = _view(self.files.export(export_id))
        caller.require_sight(view.owner, "export", export_id)
        return view

    def file(self, export_id: str, name: str, caller: Caller = HOME_OWNER) -> Path:
        """One file of an export. Raises NotFoundError."""
        self.get(export_id, caller)
        return self.files.export(export_id).file(name)

    def delete(self, export_id: str, caller: Caller = HOME_OWNER) -> None:
        """Delete an export with its files. Raises NotFoundError."""
        try:
            self.get(export_id, caller)
        except StorageError:  # its manifest is damaged, so nobody knows whose it is
            caller.require("admin")
        self.files.delete_export(export_id)


class ExportService(ExportLibrary):
    """The exports of one server, and those under way. Lives in the server's event loop."""

    def __init__(self, models: ModelService, heavy: HeavyProcess) -> None:
        super().__init__(models.files)
        self.models = models
        self.heavy = heavy
        self._jobs = BackgroundJobs(JobRecords(self.files.jobs("exports"), ExportView))

    def begin(self) -> None:
        """Remember the exports that earlier servers did not make; before any is started."""
        made = {folder.id for folder in self.files.exports()}
        self._jobs.begin(lambda job: job.id in made)

    async def start(self, wanted: ExportRequest, caller: Caller) -> ExportView:
        """Begin an export, or return the one that is there, or under way. Raises NotFoundError."""
        model = await asyncio.to_thread(self.models.get, wanted.model_id, caller)
        export_id = wanted.id_for(model.id)
        job = self._jobs.find(export_id, caller)
        if job is not None and job.is_under_way:
            return job
        kind = ExportKind(format=wanted.format, quantization=wanted.quantization, dtype=wanted.dtype)
        job = ExportView(
            **kind.model_dump(), id=export_id, model_id=model.id, created_at=datetime.now(UTC), owner=model.owner
        )
        return await self._jobs.start(job, lambda handle: self._export(model.id, kind, handle))

    def list_all(self, caller: Caller) -> list[ExportView]:
        """The exports that are there, under way, or could not be made, the newest first."""
        done = self.list_exports(caller)
        known = {view.id for view in done}
        others = [job for job in self._jobs.seen_by(caller) if job.id not in known and job.status != "succeeded"]
        return sorted([*done, *others], key=lambda view: view.created_at, reverse=True)

    def find(self, export_id: str, caller: Caller) -> ExportView:
        """One export, whatever its state. Raises NotFoundError, StorageError."""
        job = self._jobs.find(export_id, caller)
        return job if job is not None and job.status != "succeeded" else self.get(export_id, caller)

    def stop(self, export_id: str, caller: Caller) -> ExportView:
        """End an export where it is; no file of it is kept. Of one that has ended, nothing changes.

        Raises:
            NotFoundError: there is none, or it belongs to another account.
        """
        return self._jobs.stop(self.find(export_id, caller))

    def remove(self, export_id: str, caller: Caller) -> None:
        """Delete an export, or forget one that could not be made. Raises NotFoundError, ConflictError."""
        job = self._jobs.find(export_id, caller)
        if job is not None:
            self._jobs.forget(export_id)
        try:
            self.delete(export_id, caller)
        except NotFoundError:
            if job is None:
                raise

    def exporting(self, model_id: str) -> list[Remark]:
        """Exports under way from this model."""
        return [remark("used-by-export", id=job.id) for job in self._jobs.under_way() if job.model_id == model_id]

    async def _export(self, model_id: str, kind: ExportKind, handle: CallHandle) -> dict[str, Any]:
        asked = (self.files.home, model_id, kind)
        made = await self.heavy.call(ExportManifest, export_in_child, *asked, handle=handle)
        return {"result": made, "check": made.check.sentence}


def export_in_child(home: Path, model_id: str, kind: ExportKind) -> ExportManifest:
    """Export and publish."""
    from modelforge.exporting.export import export

    return export(model_id, kind, files=FileManager(home))


def _readable(folder: ExportFolder) -> ExportView | None:
    try:
        return _view(folder)
    except StorageError:
        return None


def _view(folder: ExportFolder) -> ExportView:
    made = folder.read_manifest()
    return ExportView(
        **made.model_dump(include=set(ExportKind.model_fields)),
        id=made.id,
        model_id=made.model_id,
        status="succeeded",
        created_at=made.created_at,
        finished_at=made.created_at,
        result=made,
        path=str(folder.root),
        check=made.check.sentence,
        owner=made.owner,
    )
