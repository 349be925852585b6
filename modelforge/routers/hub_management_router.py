"""The Hugging Face hub: searched, downloaded from, pushed to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from modelforge.dependencies import Admin, CurrentCaller, Hub
from modelforge.schemas.hub import (
    REVISION,
    DownloadRequest,
    HubEntry,
    HubJob,
    HubModelView,
    HubToken,
    HubTokenView,
    PushRequest,
)

router = APIRouter(prefix="/api/v1/hub", tags=["hub"])
Text = Annotated[str, Query(alias="query", max_length=200, description="Part of the name.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Part = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$")]
JobId = Annotated[str, Path(max_length=64)]


@router.get("/models")
async def search_hub_models(
    hub: Hub,
    text: Text = "",
    task: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9-]+$")] = None,
    limit: Limit = 20,
) -> list[HubEntry]:
    """Search models, the most downloaded first."""
    return await hub.look(hub.search, "model", text, task, limit)


@router.get("/datasets")
async def search_hub_datasets(hub: Hub, text: Text = "", limit: Limit = 20) -> list[HubEntry]:
    """Search datasets, the most downloaded first."""
    return await hub.look(hub.search, "dataset", text, None, limit)


@router.get("/models/{owner}/{name}")
async def read_hub_model(
    hub: Hub, owner: Part, name: Part, revision: Annotated[str | None, Query(pattern=REVISION)] = None
) -> HubModelView:
    """A model repository: its size, its licence, and whether it can be used."""
    return await hub.look(hub.model, f"{owner}/{name}", revision)


@router.post("/downloads", status_code=202)
async def begin_download(wanted: DownloadRequest, hub: Hub, caller: CurrentCaller, response: Response) -> HubJob:
    """Fetch a repository in the background; a broken download goes on where it ended."""
    return _accepted(await run_in_threadpool(hub.download, wanted, caller), response)


@router.post("/pushes", status_code=202)
async def begin_push(wanted: PushRequest, hub: Hub, caller: CurrentCaller, response: Response) -> HubJob:
    """Send a model to the hub in the background, once a person has typed where to and for whom."""
    return _accepted(await run_in_threadpool(hub.push, wanted, caller), response)


@router.get("/jobs")
async def list_hub_jobs(hub: Hub, caller: CurrentCaller) -> list[HubJob]:
    """Downloads and pushes, the newest first."""
    return await run_in_threadpool(hub.list_jobs, caller)


@router.get("/jobs/{job_id}")
async def read_hub_job(job_id: JobId, hub: Hub, caller: CurrentCaller) -> HubJob:
    """One download or push: how far it is, and how it ended."""
    return await run_in_threadpool(hub.job, job_id, caller)


@router.post("/jobs/{job_id}/retry", status_code=202)
async def retry_hub_job(job_id: JobId, hub: Hub, caller: CurrentCaller, response: Response) -> HubJob:
    """Try again what did not succeed."""
    return _accepted(await run_in_threadpool(hub.retry, job_id, caller), response)


@router.post("/jobs/{job_id}/cancel")
async def cancel_hub_job(job_id: JobId, hub: Hub, caller: CurrentCaller) -> HubJob:
    """End a download or a push."""
    return await run_in_threadpool(hub.cancel, job_id, caller)


@router.delete("/jobs/{job_id}", status_code=204)
async def forget_hub_job(job_id: JobId, hub: Hub, caller: CurrentCaller) -> None:
    """Forget a download or a push that has ended; what came and went stays."""
    await run_in_threadpool(hub.forget, job_id, caller)


@router.get("/token")
async def read_hub_token(hub: Hub, _admin: Admin) -> HubTokenView:
    """Whether there is a Hugging Face token, and where it comes from; never the token."""
    return await run_in_threadpool(hub.token_view)


@router.put("/token")
async def put_hub_token(token: HubToken, hub: Hub, _admin: Admin) -> HubTokenView:
    """Enter a Hugging Face token, once."""
    return await run_in_threadpool(hub.put_token, token.token.get_secret_value())


@router.delete("/token", status_code=204)
async def remove_hub_token(hub: Hub, _admin: Admin) -> None:
    """Forget the Hugging Face token that was entered."""
    await run_in_threadpool(hub.remove_token)


def _accepted(job: HubJob, response: Response) -> HubJob:
    response.headers["location"] = f"/api/v1/hub/jobs/{job.id}"
    return job
