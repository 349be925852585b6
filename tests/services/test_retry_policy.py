"""Rules 9 and 13, D5 and D10, decided from what is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.events import Event, EventKind
from modelforge.schemas.run import RunError, RunExit
from modelforge.services.retry_policy import Aftermath, judge, step_down


def said(*events: tuple[int, EventKind, dict[str, Any]]) -> list[Event]:
    return [Event(seq=n, epoch=epoch, time=0, kind=kind, data=data) for n, (epoch, kind, data) in enumerate(events, 1)]


def started(*epochs: int) -> list[tuple[int, EventKind, dict[str, Any]]]:
    return [(epoch, "state", {"status": "starting"}) for epoch in epochs]


def config(**values: Any) -> TrainingConfig:
    return TrainingConfig.model_validate({"model": "starter:chat", "dataset": "sample:support", **values})


def after(epoch: int, events: list[Event], error: RunError | None = None, **values: Any) -> Aftermath:
    end = RunExit(status="failed", epoch=epoch, finished_at=datetime.now(UTC), error=error) if error else None
    known: dict[str, Any] = {"stop_requested": False, "disk_is_full": False, "config": config(), **values}
    return Aftermath(epoch=epoch, events=events, end=end, **known)


def test_five_retries_and_progress_resets_them() -> None:
    assert judge(after(5, said(*started(1, 2, 3, 4, 5)))).kind == "again"
    assert judge(after(6, said(*started(1, 2, 3, 4, 5, 6)))).kind == "failed"
    further = said(*started(1, 2, 3, 4), (4, "checkpoint", {"step": 10}), *started(5, 6, 7, 8, 9))
    assert judge(after(9, further)).deaths == 5
    assert judge(after(9, further)).kind == "again"
    assert judge(after(10, [*further, *said((10, "state", {"status": "starting"}))])).kind == "failed"
    again = said(
        (1, "checkpoint", {"step": 10}), *((e, "checkpoint", {"step": 10}) for e in range(2, 8)), *started(*range(1, 8))
    )
    assert judge(after(7, again)).kind == "failed"


def test_attempts_that_a_restart_overtook_count_little() -> None:
    assert judge(after(20, said(*started(1)))).kind == "again"
    assert judge(after(40, said(*started(1)))).kind == "failed"


def test_a_resumed_run_begins_anew() -> None:
    events = said(*started(1, 2, 3, 4, 5, 6), (7, "state", {"status": "queued", "reason": "resumed"}), *started(8))
    assert judge(after(8, events)).deaths == 1


@pytest.mark.parametrize(
    "kind", ["ConfigurationError", "DatasetValidationError", "StrategyError", "TrainingError", "DivergenceError"]
)
def test_what_another_attempt_would_repeat_is_an_end(kind: str) -> None:
    assert judge(after(1, said(*started(1)), RunError(type=kind, message="no"))).kind == "ended"


def test_one_exception_is_tried_once_more() -> None:
    error = RunError(type="OSError", message="connection reset", step=4)
    once = said(*started(1), (1, "error", error.model_dump()))
    twice = said(*started(1), (1, "error", error.model_dump()), *started(2), (2, "error", error.model_dump()))
    elsewhere = said(*started(1), (1, "error", {**error.model_dump(), "step": 3}), (2, "error", error.model_dump()))
    assert judge(after(1, once, error)).kind == "again"
    assert judge(after(2, twice, error)).kind == "ended"
    assert judge(after(2, elsewhere, error)).kind == "again"
    assert judge(after(1, once, error, stop_requested=True)).kind == "ended"


def test_a_full_disk_is_a_pause_and_a_request_to_stop_a_stop() -> None:
    assert judge(after(1, said(*started(1)), disk_is_full=True)).reason == "disk_full"
    told = said(*started(1), (1, "state", {"status": "paused", "reason": "disk_full"}))
    assert judge(after(1, told)).kind == "paused"
    assert judge(after(1, said(*started(1)), stop_requested=True)).kind == "stopped"


def test_each_step_down_keeps_the_effective_batch() -> None:
    current: TrainingConfig | None = config(
        optimization={"per_device_train_batch_size": 12, "gradient_accumulation_steps": 5},
        evaluation={"per_device_eval_batch_size": 32},
    )
    seen = []
    while current is not None:
        batch = current.optimization
        seen.append((batch.per_device_train_batch_size, current.compute.gradient_checkpointing))
        assert batch.per_device_train_batch_size * batch.gradient_accumulation_steps == 60
        current = step_down(current)
    assert seen == [(12, False), (6, False), (3, False), (1, False), (1, True), (1, True)]


def test_a_step_down_that_the_strategy_cannot_go_is_left_out() -> None:
    """KTO compares the answers of a batch: it needs two."""
    batches = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 2}
    begun = config(strategy="kto", optimization=batches, evaluation={"per_device_eval_batch_size": 3})
    smaller = step_down(begun)
    assert smaller is not None
    assert (smaller.optimization, smaller.evaluation) == (begun.optimization, begun.evaluation)
    assert smaller.compute.gradient_checkpointing
    assert step_down(smaller) is None
