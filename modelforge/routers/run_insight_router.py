"""What can be seen of a run: events as they happen, series, log, checkpoints, report, and runs side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import StreamingResponse

from modelforge.dependencies import CurrentCaller, Feeds, Insight, Runs
from modelforge.schemas.events import EventKind
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunSpec
from modelforge.schemas.run_requests import AnswerPage, CheckpointView, EventPage, LogTail, RunComparison, RunMetrics
from modelforge.services.run_insight import compare_found

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])

RunId = Annotated[str, Path(description="The id of a run.")]
LAST = 2**53
"""No event has a larger number: every JSON reader knows whole numbers up to here."""
Seen = Annotated[
    int | None, Header(alias="Last-Event-ID", ge=0, le=LAST, description="The last event that was received.")
]
Since = Annotated[int, Query(ge=0, le=LAST, description="Only events behind this number.")]
NOT_KEPT = {"cache-control": "no-store", "x-accel-buffering": "no"}


@router.get("/compare")
def compare_runs(
    runs: Runs, caller: CurrentCaller, ids: Annotated[list[str], Query(min_length=2, max_length=20)]
) -> RunComparison:
    """The settings in which runs differ, and what they measured; runs that are gone are named and left out."""
    return compare_found(ids, lambda run_id: runs.get(run_id, caller))


@router.get(
    "/{run_id}/events",
    response_model=EventPage,
    responses={200: {"content": {"text/event-stream": {}, "application/json": {}}}},
)
def events(
    run_id: RunId,
    runs: Runs,
    feeds: Feeds,
    caller: CurrentCaller,
    accept: Annotated[str, Header()] = "*/*",
    last_event_id: Seen = None,
    after: Since = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="Events on a page of JSON.")] = 200,
    kind: Annotated[list[EventKind] | None, Query(description="Only these kinds, on a page of JSON.")] = None,
) -> Response | EventPage:
    """Every event once and in order: as a stream that ends with the run, or, with `Accept: application/json`, in pages.

    A stream goes on behind `Last-Event-ID`, also after the server was restarted.
    """
    run = runs.get(run_id, caller)
    seen = max(after, last_event_id or 0)
    if accept.partition(",")[0].partition(";")[0].strip() == "application/json":
        return runs.events(run.id, seen, limit, kind or ())
    return StreamingResponse(feeds.watch(run.id, seen), media_type="text/event-stream", headers=NOT_KEPT)


@router.get("/{run_id}/metrics")
def metrics(
    run_id: RunId,
    runs: Runs,
    insight: Insight,
    caller: CurrentCaller,
    points: Annotated[int, Query(ge=3, le=5000, description="At most so many points of each series.")] = 500,
) -> RunMetrics:
    """Loss, learning rate, speed and all else that was measured, over the steps."""
    return insight.metrics(runs.get(run_id, caller).id, points)


@router.get("/{run_id}/logs")
def logs(
    run_id: RunId,
    runs: Runs,
    insight: Insight,
    caller: CurrentCaller,
    lines: Annotated[int, Query(ge=1, le=5000)] = 200,
) -> LogTail:
    """The end of what the worker and its libraries printed."""
    return insight.log_tail(runs.get(run_id, caller).id, lines)


@router.get("/{run_id}/checkpoints")
def checkpoints(run_id: RunId, runs: Runs, insight: Insight, caller: CurrentCaller) -> list[CheckpointView]:
    """The checkpoints that are kept, the newest first."""
    return insight.checkpoints(runs.get(run_id, caller).id)


@router.get("/{run_id}/spec")
def spec(run_id: RunId, runs: Runs, insight: Insight, caller: CurrentCaller) -> RunSpec:
    """All that is needed to run again: the resolved config, the data's SHA-256, the libraries' versions."""
    return insight.folder(runs.get(run_id, caller).id).read_spec()


@router.head("/{run_id}/report", include_in_schema=False)
@router.get("/{run_id}/report")
def report(run_id: RunId, runs: Runs, insight: Insight, caller: CurrentCaller) -> EvaluationReport:
    """Base against tuned on the same held-out rows."""
    return insight.report(runs.get(run_id, caller).id)


@router.get("/{run_id}/report/answers")
def answers(
    run_id: RunId,
    runs: Runs,
    insight: Insight,
    caller: CurrentCaller,
    offset: Annotated[int, Query(ge=0, le=LAST)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> AnswerPage:
    """All held-out rows that were measured, with the answers of both models; the report itself has a few of them."""
    return insight.answers(runs.get(run_id, caller).id, offset, limit)
