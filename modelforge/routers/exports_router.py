"""Exports of models: made, listed, downloaded, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from modelforge.dependencies import CurrentCaller, Exports, Services
from modelforge.schemas.account import DownloadLink
from modelforge.schemas.export import ExportRequest, ExportView
from modelforge.services.download_links import download_link

router = APIRouter(prefix="/api/v1", tags=["exports"])
ExportId = Annotated[str, Path(description="The id of an export.", max_length=64)]
FileName = Annotated[str, Path(description="A file that the export lists.", max_length=128)]
BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/exports", status_code=202)
async def export_model(
    wanted: ExportRequest, exports: Exports, caller: CurrentCaller, response: Response
) -> ExportView:
    """Export a model in the background; kept only if the files, read back, answer as the model does."""
    view = await exports.start(wanted, caller)
    response.headers["location"] = f"/api/v1/exports/{view.id}"
    return view


@router.get("/exports")
async def list_exports(exports: Exports, caller: CurrentCaller) -> list[ExportView]:
    """Exports, the newest first: those that are there, under way, or could not be made."""
    return await run_in_threadpool(exports.list_all, caller)


@router.get("/exports/{export_id}")
async def read_export(export_id: ExportId, exports: Exports, caller: CurrentCaller) -> ExportView:
    """One export: its files, and how it was compared with the model."""
    return await run_in_threadpool(exports.find, export_id, caller)


@router.post("/exports/{export_id}/stop")
async def stop_export(export_id: ExportId, exports: Exports, caller: CurrentCaller) -> ExportView:
    """End an export where it is, or while it waits; no file of it is kept. It then says `stopped`."""
    return await run_in_threadpool(exports.stop, export_id, caller)


@router.head("/exports/{export_id}/files/{name}", response_class=FileResponse, include_in_schema=False)
@router.get("/exports/{export_id}/files/{name}", response_class=FileResponse, responses=BYTES)
async def download_export(export_id: ExportId, name: FileName, exports: Exports, caller: CurrentCaller) -> FileResponse:
    """One file of an export."""
    path = await run_in_threadpool(exports.file, export_id, name, caller)
    return FileResponse(path, media_type="application/octet-stream", filename=name)


@router.get("/exports/{export_id}/files/{name}/link")
async def link_export(
    export_id: ExportId, name: FileName, exports: Exports, caller: CurrentCaller, services: Services
) -> DownloadLink:
    """An address at which a browser fetches the file by itself, within a minute."""
    await run_in_threadpool(exports.file, export_id, name, caller)
    return download_link(f"/api/v1/exports/{export_id}/files/{name}", caller, services)


@router.delete("/exports/{export_id}", status_code=204)
async def delete_export(export_id: ExportId, exports: Exports, caller: CurrentCaller) -> None:
    """Delete an export with its files, or forget one that could not be made; the model stays."""
    await run_in_threadpool(exports.remove, export_id, caller)
