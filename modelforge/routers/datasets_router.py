"""Datasets: uploaded, looked at, given their columns, renamed, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from modelforge.dependencies import CurrentCaller, Datasets
from modelforge.routers.upload_body import incoming_file
from modelforge.schemas.dataset import DatasetView, RepeatsView, ValidationReport
from modelforge.schemas.dataset_requests import (
    CanonicalPage,
    ColumnChoice,
    DatasetName,
    DatasetPage,
    DatasetQuestion,
    InspectionView,
    RepeatsQuestion,
)

router = APIRouter(prefix="/api/v1/datasets", tags=["datasets"])
DatasetId = Annotated[str, Path(description="The id of a dataset of the library.", max_length=64)]
BINARY = {"type": "string", "format": "binary"}
UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": BINARY},
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY}},
            },
        },
    }
}
NO_BODY_LIMIT = 2**62
"""The service counts the bytes of an upload itself, against the limit in the settings."""


@router.post("", status_code=201, openapi_extra=UPLOAD_BODY, max_body_size=NO_BODY_LIMIT)
async def upload_dataset(
    request: Request,
    response: Response,
    datasets: Datasets,
    caller: CurrentCaller,
    name: Annotated[
        str | None, Query(max_length=200, description="The file's name; its ending says what it is.")
    ] = None,
) -> DatasetView:
    """Upload a file, as it is or in a form. Every row is checked before it is added."""
    file = await incoming_file(request, name)
    view = await datasets.add(file.blocks, file.name, caller, file.announced)
    response.headers["location"] = f"/api/v1/datasets/{view.id}"
    return view


@router.get("")
async def list_datasets(datasets: Datasets, caller: CurrentCaller) -> DatasetPage:
    """All datasets, the newest first, and the names of the bundled samples."""
    return await run_in_threadpool(datasets.list_datasets, caller)


@router.post("/inspect")
async def inspect_dataset(question: DatasetQuestion, datasets: Datasets, caller: CurrentCaller) -> InspectionView:
    """What a dataset is: format, columns, ways to read them, first rows, problems."""
    return await datasets.inspect(question, caller)


@router.post("/validate")
async def validate_dataset(question: DatasetQuestion, datasets: Datasets, caller: CurrentCaller) -> ValidationReport:
    """Check every row as a task would read it; the problems are in the answer."""
    return await datasets.validate(question, caller)


@router.post("/repeats")
async def find_repeats(question: RepeatsQuestion, datasets: Datasets, caller: CurrentCaller) -> RepeatsView:
    """Rows that equal or resemble an earlier one, or one of another dataset: what would leak into a held-out set."""
    return await datasets.repeats(question, caller)


@router.get("/{dataset_id}")
async def read_dataset(dataset_id: DatasetId, datasets: Datasets, caller: CurrentCaller) -> DatasetView:
    """One dataset."""
    return await run_in_threadpool(datasets.get, dataset_id, caller)


@router.get("/{dataset_id}/rows")
async def read_rows(
    dataset_id: DatasetId,
    datasets: Datasets,
    caller: CurrentCaller,
    offset: Annotated[int, Query(ge=0, le=2**40)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    characters: Annotated[int | None, Query(ge=1, description="Where to cut long values; nothing cuts none.")] = None,
) -> CanonicalPage:
    """Rows as they are trained on."""
    return await run_in_threadpool(datasets.rows, dataset_id, caller, offset, limit, characters)


@router.put("/{dataset_id}/columns")
async def choose_columns(
    dataset_id: DatasetId, choice: ColumnChoice, datasets: Datasets, caller: CurrentCaller
) -> DatasetView:
    """Say how the columns are to be read; every row is checked that way."""
    return await datasets.choose(dataset_id, choice, caller)


@router.patch("/{dataset_id}")
async def rename_dataset(
    dataset_id: DatasetId, change: DatasetName, datasets: Datasets, caller: CurrentCaller
) -> DatasetView:
    """Give a dataset another name."""
    return await run_in_threadpool(datasets.rename, dataset_id, change.name, caller)


@router.delete("/{dataset_id}", status_code=204)
async def delete_dataset(dataset_id: DatasetId, datasets: Datasets, caller: CurrentCaller) -> None:
    """Delete a dataset with its files."""
    await run_in_threadpool(datasets.delete, dataset_id, caller)
