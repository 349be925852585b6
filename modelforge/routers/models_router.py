"""The models of the library: listed, read, renamed, merged, downloaded, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from modelforge.dependencies import CurrentCaller, Merges, Models, Services, Shelf
from modelforge.schemas.account import DownloadLink
from modelforge.schemas.model import ModelKind, ModelView
from modelforge.schemas.model_requests import MergeJob, MergeRequest, ModelDetail, ModelName, ModelPage
from modelforge.services.download_links import download_link
from modelforge.services.model_download import begun, zipped

router = APIRouter(prefix="/api/v1", tags=["models"])
ModelId = Annotated[str, Path(description="The id of a model of the library.", max_length=64)]
JobId = Annotated[str, Path(max_length=64)]
ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The model's folder as a zip file",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/models")
async def list_models(
    shelf: Shelf,
    caller: CurrentCaller,
    kind: Annotated[ModelKind | None, Query(description="Only models of this kind.")] = None,
    task: Annotated[str | None, Query(max_length=64, description="Only models for this task.")] = None,
    text: Annotated[str, Query(alias="query", max_length=200, description="Part of the name, id or base.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=64, description="The last model of the page before.")] = None,
) -> ModelPage:
    """Models, the newest first, in pages, and the bundled starters."""
    return await run_in_threadpool(
        lambda: shelf.page(caller, limit=limit, before=before, kind=kind, task=task, text=text)
    )


@router.get("/models/{model_id}")
async def read_model(model_id: ModelId, shelf: Shelf, caller: CurrentCaller) -> ModelDetail:
    """One model: what it is, its card, the run and the models that it came from, and what came from it."""
    return await run_in_threadpool(shelf.detail, model_id, caller)


@router.patch("/models/{model_id}")
async def rename_model(model_id: ModelId, change: ModelName, models: Models, caller: CurrentCaller) -> ModelView:
    """Give a model another name; its id stays."""
    return await run_in_threadpool(models.rename, model_id, change.name, caller)


@router.delete("/models/{model_id}", status_code=204)
async def delete_model(model_id: ModelId, models: Models, caller: CurrentCaller) -> None:
    """Delete a model with its files; refused while a run, an adapter or the playground needs it."""
    await run_in_threadpool(models.delete, model_id, caller)


@router.head("/models/{model_id}/download", response_class=StreamingResponse, include_in_schema=False)
@router.get("/models/{model_id}/download", response_class=StreamingResponse, responses=ZIP)
async def download_model(
    model_id: ModelId, models: Models, caller: CurrentCaller, request: Request
) -> StreamingResponse:
    """The model's folder as a zip file."""
    model = await run_in_threadpool(models.get, model_id, caller)
    blocks = await run_in_threadpool(begun if request.method == "HEAD" else zipped, models.files.model(model.id))
    headers = {"content-disposition": f'attachment; filename="{model.id}.zip"'}
    return StreamingResponse(blocks, media_type="application/zip", headers=headers)


@router.get("/models/{model_id}/download/link")
async def link_model(model_id: ModelId, models: Models, caller: CurrentCaller, services: Services) -> DownloadLink:
    """An address at which a browser fetches the zip file by itself, within a minute."""
    model = await run_in_threadpool(models.get, model_id, caller)
    return download_link(f"/api/v1/models/{model.id}/download", caller, services)


@router.post("/models/{model_id}/merge", status_code=202)
async def merge_model(
    model_id: ModelId, wanted: MergeRequest, merges: Merges, caller: CurrentCaller, response: Response
) -> MergeJob:
    """Merge an adapter into its base, as a model of its own, in the background; kept only if both answer alike."""
    job = await merges.start(model_id, wanted, caller)
    response.headers["location"] = f"/api/v1/merges/{job.id}"
    return job


@router.get("/merges")
async def list_merges(merges: Merges, caller: CurrentCaller) -> list[MergeJob]:
    """Merges, the newest first."""
    return merges.list_jobs(caller)


@router.get("/merges/{job_id}")
async def read_merge(job_id: JobId, merges: Merges, caller: CurrentCaller) -> MergeJob:
    """One merge: whether it is done, the model that it made, and how that was compared with the adapter."""
    return merges.job(job_id, caller)


@router.post("/merges/{job_id}/stop")
async def stop_merge(job_id: JobId, merges: Merges, caller: CurrentCaller) -> MergeJob:
    """End a merge where it is, or while it waits; no file of it is kept. It then says `stopped`."""
    return merges.stop(job_id, caller)


@router.delete("/merges/{job_id}", status_code=204)
async def forget_merge(job_id: JobId, merges: Merges, caller: CurrentCaller) -> None:
    """Forget a merge that has ended; the model that it made stays."""
    await run_in_threadpool(merges.forget, job_id, caller)
