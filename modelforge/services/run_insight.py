"""What can be seen of a run: its measured series, log, checkpoints and report, and runs side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from modelforge.database.database_manager import DatabaseManager
from modelforge.evaluation.row_scores import RowScores, side_by_side
from modelforge.exceptions import ConfigurationError, NotFoundError, StorageError
from modelforge.schemas.config.fields import config_fields, value_at
from modelforge.schemas.problem import ErrorWords
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunView
from modelforge.schemas.run_requests import AnswerPage, CheckpointView, LogTail, RunComparison, RunMetrics, Series
from modelforge.services.measured import Measured, MeasuredRuns
from modelforge.services.thinning import thin
from modelforge.storage.atomic import storage_errors
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder, read_schema
from modelforge.training.checkpoints import published, read_manifest

BLOCK = 1 << 16
LONGEST_TAIL = 4 << 20
"""Bytes of a log that are looked at, however long its lines are."""
MOST_COMPARED = 20


class RunInsight:
    """Reads the index and the folder of a run."""

    def __init__(self, database: DatabaseManager, files: FileManager) -> None:
        self.database = database
        self.files = files
        self.measured = MeasuredRuns(database)

    def metrics(self, run_id: str, points: int) -> RunMetrics:
        """Every number that progress and evaluation events carry, over the steps, at most `points` of each.

        A step that was done again after a crash counts as it was done last. Raises NotFoundError.
        """
        measured = self.measured.read(run_id)
        series = {name: _series(one, points) for name, one in measured.series.items()}
        return RunMetrics(series=series, last_seq=measured.last_seq)

    def log_tail(self, run_id: str, lines: int) -> LogTail:
        """The last lines that the worker and its libraries printed."""
        path = self.files.run(run_id).worker_log
        if not path.exists():
            return LogTail(lines=(), size=0, truncated=False)
        with storage_errors("read", path), path.open("rb") as file:
            size = start = file.seek(0, os.SEEK_END)
            tail = b""
            while start > 0 and tail.count(b"\n") <= lines and len(tail) < LONGEST_TAIL:
                step = min(BLOCK, start)
                start -= step
                file.seek(start)
                tail = file.read(step) + tail
        found = tail.decode("utf-8", "replace").split("\n")
        if found and not found[-1]:
            found.pop()
        shown = found[1:] if start > 0 and len(found) <= lines else found[-lines:]
        return LogTail(lines=tuple(shown), size=size, truncated=start > 0 or len(found) > lines)

    def checkpoints(self, run_id: str) -> list[CheckpointView]:
        """The checkpoints of a run, the newest first."""
        found = [view for path in published(self.files.run(run_id)) if (view := _checkpoint(path)) is not None]
        losses = [view.evaluation_loss for view in found if view.evaluation_loss is not None]
        return [
            view.model_copy(update={"best": bool(losses) and view.evaluation_loss == min(losses)}) for view in found
        ]

    def report(self, run_id: str) -> EvaluationReport:
        """The before/after report. Raises NotFoundError while there is none."""
        path = self.files.run(run_id).report_json
        if not path.exists():
            raise NotFoundError(
                f"Run {run_id} has no report yet.",
                hint="It is written when training has ended, if rows are held out.",
                code="no-report-yet",
                params={"run": run_id},
            )
        return read_schema(path, EvaluationReport)

    def answers(self, run_id: str, offset: int, limit: int) -> AnswerPage:
        """The held-out rows with both answers, as they were measured; the report draws its examples from them."""
        folder = self.folder(run_id)
        base, tuned = folder.scores("base"), folder.scores("tuned")
        if not (base.exists() and tuned.exists()):
            return AnswerPage(items=(), total=0)
        pair = (read_schema(base, RowScores), read_schema(tuned, RowScores))
        total = min(len(one.answers or ()) for one in pair)
        return AnswerPage(items=side_by_side(*pair, range(total)[offset : offset + limit]), total=total)

    def folder(self, run_id: str) -> RunFolder:
        """The run's folder. Raises NotFoundError."""
        return self.files.run(run_id)


def compare_found(run_ids: Sequence[str], find: Callable[[str], RunView]) -> RunComparison:
    """`compare` of the runs that `find` finds; the others are named as missing.

    Raises:
        ConfigurationError: fewer than two ids, or too many to look at.
        NotFoundError: none of the runs is there.
    """
    runs: list[RunView] = []
    missing: dict[str, NotFoundError] = {}
    for run_id in dict.fromkeys(run_ids):
        try:
            runs.append(find(run_id))
        except NotFoundError as error:
            missing[run_id] = error
    if missing and not runs:
        raise next(iter(missing.values()))
    return compare(runs, tuple(missing))


def compare(runs: Sequence[RunView], missing: Sequence[str] = ()) -> RunComparison:
    """The settings in which runs differ, and what they measured.

    Args:
        missing: the ids that were asked for too, and are not there.

    Raises:
        ConfigurationError: fewer than two runs, or too many to look at.
    """
    if not 2 <= len(runs) + len(missing) <= MOST_COMPARED:
        raise ConfigurationError(
            f"{len(runs)} run(s) cannot be compared.",
            hint=f"Name two to {MOST_COMPARED} different runs.",
            code="too-few-runs",
            params={"most": MOST_COMPARED},
        )
    reports = [(run.report or {}).get("metrics", {}) for run in runs]
    names = dict.fromkeys(name for report in reports for name in report)
    return RunComparison(
        runs=tuple(run.id for run in runs),
        settings=differing_settings(runs),
        metrics={name: tuple(report.get(name, {}).get("tuned") for report in reports) for name in names},
        missing=tuple(missing),
    )


def differing_settings(runs: Sequence[RunView]) -> dict[str, tuple[Any, ...]]:
    """Dotted key → each run's value, for the keys in which they differ."""
    found: dict[str, tuple[Any, ...]] = {}
    for field in config_fields():
        if field.owners and any(run.config.strategy.name not in field.owners for run in runs):
            continue
        values = tuple(value_at(run.config, field.path) for run in runs)
        if any(value != values[0] for value in values):
            found[field.dotted] = values
    return found


def _series(one: Measured, points: int) -> Series:
    kept = thin(one.steps, one.values, points)
    return Series(
        steps=tuple(one.steps[index] for index in kept),
        values=tuple(one.values[index] for index in kept),
        total=len(one.steps),
    )


def _checkpoint(path: Any) -> CheckpointView | None:
    try:
        manifest = read_manifest(path)
    except StorageError as error:
        return None if not path.exists() else _faulty(path, error)
    return CheckpointView(
        name=path.name,
        step=manifest.step,
        attempt=manifest.epoch,
        created_at=manifest.created_at,
        evaluation_loss=manifest.evaluation_loss,
        bytes=sum(record.size for record in manifest.files.values()),
        best=False,
    )


def _faulty(path: Any, error: StorageError) -> CheckpointView:
    from datetime import UTC, datetime

    step = int(path.name.split("-")[1])
    when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return CheckpointView(
        name=path.name,
        step=step,
        attempt=0,
        created_at=when,
        evaluation_loss=None,
        bytes=0,
        best=False,
        fault=error.message,
        error=ErrorWords.of(error),
    )
