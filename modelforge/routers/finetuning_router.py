"""Plans and runs over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Response

from modelforge.dependencies import CurrentCaller, HardwareAdvice, Runs, Services, WhileConnected
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.plan import MemoryPlan
from modelforge.schemas.preflight import RowPreview
from modelforge.schemas.run import RunStatus, RunView
from modelforge.schemas.run_requests import PlanReport, QueueAhead, QueuePlace, RunAccepted, RunOrder, RunPage
from modelforge.services.queue_ahead import queue_ahead
from modelforge.services.references import check_config

router = APIRouter(tags=["runs"])

CONFIG_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TrainingConfig"}}},
    }
}
"""The body is read by `parse_training_config`, which knows other tools' spellings and names the nearest key."""
Config = Annotated[dict[str, Any], Body(description=TrainingConfig.__doc__)]
OF_STAGES = "With `stages`, a list of partial configs laid over the keys beside it: one run for each, in this order."
Recipe = Annotated[dict[str, Any], Body(description=f"{TrainingConfig.__doc__} {OF_STAGES}")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", description="The same key makes no second run.")]
Force = Annotated[bool, Query(description="Start although the memory plan says that it does not fit.")]
Priority = Annotated[int, Query(ge=-1000, le=1000, description="Runs of higher priority go first.")]


@router.post("/api/v1/plans")
async def plan(config: Recipe, runs: Runs, caller: CurrentCaller, handle: WhileConnected) -> PlanReport:
    """Preflight over all rows and memory plan; nothing is started or kept. It ends when the client hangs up."""
    return await runs.plan(config, caller, handle)


@router.post("/api/v1/plans/memory")
async def plan_memory(
    config: Config,
    advice: HardwareAdvice,
    services: Services,
    caller: CurrentCaller,
    longest: Annotated[int | None, Query(ge=1, description="Tokens of the longest row, where known.")] = None,
) -> MemoryPlan:
    """The memory plan alone, from the model's shape and the settings; no row is read, so it is there at once."""

    def find() -> MemoryPlan:
        read = parse_training_config(config).config
        check_config(read, services.files, caller)
        return advice.plan(read, min(longest or read.data.max_length, read.data.max_length))

    return await services.hub.look(find)


@router.post("/api/v1/plans/tokens")
async def preview_tokens(
    config: Config,
    runs: Runs,
    caller: CurrentCaller,
    handle: WhileConnected,
    rows: Annotated[int, Query(ge=1, le=50)] = 3,
    tokens: Annotated[int, Query(ge=1, le=2**20, description="The most tokens of a row.")] = 2000,
    first: Annotated[int, Query(ge=1, description="The row to begin with.")] = 1,
) -> list[RowPreview]:
    """Rows token by token: trained, ignored or cut."""
    return await runs.preview(config, rows, tokens, caller, handle, first)


@router.post("/api/v1/runs", status_code=202)
@router.post("/api/start_training", status_code=202, name="start_training")
async def start(
    config: Recipe,
    runs: Runs,
    caller: CurrentCaller,
    response: Response,
    idempotency_key: Key = None,
    force: Force = False,
    priority: Priority = 0,
) -> RunAccepted:
    """Check a config over all rows, then queue its run, or those of all stages; the answer is the first."""
    run = await runs.submit(config, caller=caller, key=idempotency_key, priority=priority, force=force)
    response.headers["location"] = f"/api/v1/runs/{run.id}"
    return run


@router.get("/api/v1/runs")
def list_runs(
    runs: Runs,
    caller: CurrentCaller,
    status: Annotated[list[RunStatus] | None, Query(description="Only runs in one of these states.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(description="The last run of the page before.")] = None,
    text: Annotated[
        str, Query(alias="query", max_length=200, description="Part of the id, name, model or dataset.")
    ] = "",
    order: Annotated[RunOrder, Query(description="By what runs are sorted; alike ones by age.")] = "newest",
) -> RunPage:
    """Runs in pages, the newest first unless another order is asked for."""
    return runs.page(*(status or ()), limit=limit, before=before, text=text, order=order, caller=caller)


@router.get("/api/v1/queue")
def queue(runs: Runs, caller: CurrentCaller) -> list[RunView]:
    """The waiting runs, the next one first."""
    return runs.queue(caller)


@router.get("/api/v1/queue/ahead")
def ahead(runs: Runs) -> QueueAhead:
    """How many runs a new one would wait for."""
    return queue_ahead(runs.database, len(runs.supervisor.slots))


@router.get("/api/v1/runs/{run_id}")
def show(run_id: str, runs: Runs, caller: CurrentCaller) -> RunView:
    """One run: its state, progress, report and error."""
    return runs.get(run_id, caller)


@router.post("/api/v1/runs/{run_id}/stop", status_code=202)
def stop(run_id: str, runs: Runs, caller: CurrentCaller, response: Response) -> RunView:
    """Ask a run to save a checkpoint and stop; it has stopped within about 30 seconds."""
    run = runs.stop(run_id, caller)
    response.headers["location"] = f"/api/v1/runs/{run.id}"
    return run


@router.post("/api/v1/runs/{run_id}/resume", status_code=202)
def resume(run_id: str, runs: Runs, caller: CurrentCaller, response: Response) -> RunView:
    """Queue a stopped, failed or paused run again, from its newest valid checkpoint, and the stages behind it."""
    run = runs.resume(run_id, caller)
    response.headers["location"] = f"/api/v1/runs/{run.id}"
    return run


@router.post("/api/v1/runs/{run_id}/move")
def move(run_id: str, place: QueuePlace, runs: Runs, caller: CurrentCaller) -> RunView:
    """Give a waiting run another priority, or the place right before another; stages of one recipe move together."""
    return runs.move(run_id, place, caller)


@router.delete("/api/v1/runs/{run_id}", status_code=204)
def delete(run_id: str, runs: Runs, caller: CurrentCaller) -> None:
    """Delete a run with its checkpoints, log and report; the model that it made stays."""
    runs.delete(run_id, caller)
