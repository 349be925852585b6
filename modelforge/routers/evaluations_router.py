"""Evaluations over HTTP: a model measured on data, alone or beside another one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.concurrency import run_in_threadpool

from modelforge.dependencies import CurrentCaller, Evaluations
from modelforge.schemas.evaluation import EvaluationJob, EvaluationRequest

router = APIRouter(prefix="/api/v1/evaluations", tags=["models"])


@router.post("", status_code=202)
async def start_evaluation(
    request: EvaluationRequest, evaluations: Evaluations, caller: CurrentCaller, response: Response
) -> EvaluationJob:
    """Measure a model on data in the background, alone or beside another one."""
    job = await evaluations.start(request, caller)
    response.headers["location"] = f"/api/v1/evaluations/{job.id}"
    return job


@router.get("")
async def list_evaluations(evaluations: Evaluations, caller: CurrentCaller) -> list[EvaluationJob]:
    """Evaluations, the newest first."""
    return await run_in_threadpool(evaluations.list_jobs, caller)


@router.get("/{evaluation_id}")
async def read_evaluation(
    evaluation_id: Annotated[str, Path(max_length=64)], evaluations: Evaluations, caller: CurrentCaller
) -> EvaluationJob:
    """One evaluation: whether it is done, and what was found."""
    return await run_in_threadpool(evaluations.job, evaluation_id, caller)


@router.post("/{evaluation_id}/stop")
async def stop_evaluation(
    evaluation_id: Annotated[str, Path(max_length=64)], evaluations: Evaluations, caller: CurrentCaller
) -> EvaluationJob:
    """End an evaluation where it is, or while it waits; nothing of it is kept. It then says `stopped`."""
    return await run_in_threadpool(evaluations.stop, evaluation_id, caller)


@router.delete("/{evaluation_id}", status_code=204)
async def delete_evaluation(
    evaluation_id: Annotated[str, Path(max_length=64)], evaluations: Evaluations, caller: CurrentCaller
) -> None:
    """Delete an evaluation with what it found, or forget one that came to nothing."""
    await run_in_threadpool(evaluations.remove, evaluation_id, caller)
