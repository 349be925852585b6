"""Uploads that may be cut: announced, sent by parts from where they stand, finished into a dataset."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from modelforge.dependencies import CurrentCaller, Uploads
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.upload import UploadPlan, UploadView

router = APIRouter(prefix="/api/v1/uploads", tags=["uploads"])
UploadId = Annotated[str, Path(description="The id of an unfinished upload.", max_length=64)]
PART_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
NO_BODY_LIMIT = 2**62
"""The service counts the bytes of a part itself, against what was announced."""


@router.get("")
async def list_uploads(uploads: Uploads, caller: CurrentCaller) -> list[UploadView]:
    """The caller's own unfinished uploads, the latest first."""
    return await run_in_threadpool(uploads.list_uploads, caller)


@router.post("", status_code=201)
async def begin_upload(plan: UploadPlan, response: Response, uploads: Uploads, caller: CurrentCaller) -> UploadView:
    """Announce a file, to be sent by parts. What has come in is kept for 24 hours after its last byte."""
    view = await run_in_threadpool(uploads.begin, plan, caller)
    response.headers["location"] = f"/api/v1/uploads/{view.id}"
    return view


@router.get("/{upload_id}")
async def read_upload(upload_id: UploadId, uploads: Uploads, caller: CurrentCaller) -> UploadView:
    """How much of an upload is here: where to go on after a cut."""
    return await run_in_threadpool(uploads.get, upload_id, caller)


@router.patch("/{upload_id}", openapi_extra=PART_BODY, max_body_size=NO_BODY_LIMIT)
async def append_part(
    upload_id: UploadId,
    request: Request,
    uploads: Uploads,
    caller: CurrentCaller,
    offset: Annotated[int, Query(ge=0, le=2**62, description="Where the part begins: the bytes that are here.")],
) -> UploadView:
    """Send a part of the file, of any size; of one that breaks off, what came is kept."""
    return await uploads.append(upload_id, offset, request.stream(), caller)


@router.post("/{upload_id}/finish", status_code=201)
async def finish_upload(
    upload_id: UploadId, response: Response, uploads: Uploads, caller: CurrentCaller
) -> DatasetView:
    """Check every row of a file that is here whole and add it to the library."""
    view = await uploads.finish(upload_id, caller)
    response.headers["location"] = f"/api/v1/datasets/{view.id}"
    return view


@router.delete("/{upload_id}", status_code=204)
async def delete_upload(upload_id: UploadId, uploads: Uploads, caller: CurrentCaller) -> None:
    """Give an upload up; nothing of it is kept."""
    await run_in_threadpool(uploads.delete, upload_id, caller)
