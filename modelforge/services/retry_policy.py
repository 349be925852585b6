"""What follows when a run's worker has gone: an end, another attempt, or a pause. Decides; does nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.possible import impossible
from modelforge.schemas.events import Event, EventKind
from modelforge.schemas.remark import Remark, remark
from modelforge.schemas.run import RunError, RunExit

MOST_RETRIES = 5
NEVER_AGAIN = frozenset(
    {
        "ConfigurationError",
        "DatasetValidationError",
        "StrategyError",
        "NotFoundError",
        "ConflictError",
        "TrainingError",
        "DivergenceError",
    }
)
"""Errors that another attempt would only repeat: the data, the config or the training itself is at fault."""
TOLD: tuple[EventKind, ...] = ("state", "checkpoint", "report", "error", "notice")
"""The kinds of events that a decision is made from."""
DISK_FULL = "disk_full"
BEGINNINGS = frozenset({"resumed", DISK_FULL, "out_of_memory"})
"""Reasons after which earlier deaths no longer count."""
SILENT_PER_DEATH = 4


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a run whose worker has gone."""

    kind: Literal["ended", "again", "paused", "failed", "stopped"]
    reason: str | None = None
    notice: Remark | None = None
    """For the user, as an event of the run."""
    config: TrainingConfig | None = None
    """What the next attempt goes on with, where that differs."""
    error: RunError | None = None
    """With `failed`: why."""
    deaths: int = 0
    """Deaths in a row without progress."""


@dataclass(frozen=True)
class Aftermath:
    """What is known about a run whose worker has gone."""

    config: TrainingConfig
    epoch: int
    """The attempt that ended."""
    events: Sequence[Event]
    """All events of the kinds `TOLD`, in order."""
    end: RunExit | None
    stop_requested: bool
    disk_is_full: bool


def judge(after: Aftermath) -> Verdict:
    """Decide by PROMISES.md rules 9 and 13, D5 and D10."""
    if after.end is not None:
        return _after_the_end(after, after.end)
    if after.stop_requested:
        return Verdict("stopped")
    if after.disk_is_full or _last_reason(after) == DISK_FULL:
        return Verdict("paused", DISK_FULL, remark("disk-full"))
    deaths = deaths_without_progress(after)
    if deaths <= MOST_RETRIES:
        return Verdict("again", "worker_died", remark("worker-died"), deaths=deaths)
    return Verdict("failed", error=_gave_up(deaths))


def _after_the_end(after: Aftermath, end: RunExit) -> Verdict:
    error = end.error
    if end.status != "failed" or error is None or after.stop_requested:
        return Verdict("ended")
    if is_out_of_memory(error):
        smaller = step_down(after.config)
        if smaller is None:
            return Verdict("ended")
        return Verdict("again", "out_of_memory", _in_less_memory(error, after.config, smaller), smaller)
    deaths = deaths_without_progress(after)
    if error.type in NEVER_AGAIN or _happened_before(after, error) or deaths > MOST_RETRIES:
        return Verdict("ended")
    notice = remark("failed-once", type=error.type, message=error.message[:200])
    return Verdict("again", "error", notice, deaths=deaths)


def deaths_without_progress(after: Aftermath) -> int:
    """Attempts in a row, the last one included, that got no further than the one before.

    An attempt that never said a word was most likely overtaken by a restart of the server: four of them count as one.
    """
    good = _last_good_attempt(after.events)
    started = {event.epoch for event in after.events if event.epoch > good and event.data.get("status") == "starting"}
    known = {event.epoch for event in after.events}
    silent = [epoch for epoch in range(good + 1, after.epoch + 1) if epoch not in known]
    return max(1, len(started) + len(silent) // SILENT_PER_DEATH)


def _last_good_attempt(events: Sequence[Event]) -> int:
    """The last attempt that reached a checkpoint beyond all others, ended its measuring, or was a new beginning."""
    step, good = -1, 0
    for event in events:
        if event.kind == "checkpoint" and event.data.get("step", 0) > step:
            step, good = event.data["step"], event.epoch
        elif event.kind == "report" or event.data.get("reason") in BEGINNINGS:
            good = event.epoch
    return good


def is_out_of_memory(error: RunError) -> bool:
    """Whether the host or the accelerator had no memory left."""
    return error.type == "HardwareError" and "ran out of memory" in error.message


def step_down(config: TrainingConfig) -> TrainingConfig | None:
    """The same run in less memory, its effective batch kept; nothing when there is no smaller step.

    First smaller micro-batches with more accumulation, then recomputation of activations.
    """
    for changed in _smaller(config):
        candidate = config.model_copy(update=changed)
        if candidate != config and next(impossible(candidate), None) is None:
            return candidate
    return None


def _smaller(config: TrainingConfig) -> Iterator[dict[str, object]]:
    """What may be changed, the cheapest first; each with a smaller evaluation batch as well, then without."""
    optimization, evaluation = config.optimization, config.evaluation
    fewer = {"per_device_eval_batch_size": max(1, evaluation.per_device_eval_batch_size // 2)}
    fewer_eval: dict[str, object] = {"evaluation": evaluation.model_copy(update=fewer)}
    micro, effective = optimization.per_device_train_batch_size, _effective(config)
    for size in (size for size in range(micro // 2, 0, -1) if effective % size == 0):
        batches = {"per_device_train_batch_size": size, "gradient_accumulation_steps": effective // size}
        smaller: dict[str, object] = {"optimization": optimization.model_copy(update=batches)}
        yield from ({**smaller, **fewer_eval}, smaller)
    if not config.compute.gradient_checkpointing:
        recomputed: dict[str, object] = {"compute": config.compute.model_copy(update={"gradient_checkpointing": True})}
        yield from ({**recomputed, **fewer_eval}, recomputed)
    yield fewer_eval


def _effective(config: TrainingConfig) -> int:
    return config.optimization.per_device_train_batch_size * config.optimization.gradient_accumulation_steps


def _in_less_memory(error: RunError, before: TrainingConfig, after: TrainingConfig) -> Remark:
    """What the next attempt does otherwise: in English words, and as the keys with their values."""
    parts, keys = [], []
    if after.optimization != before.optimization:
        parts.append(
            f"micro-batches of {after.optimization.per_device_train_batch_size} instead of "
            f"{before.optimization.per_device_train_batch_size}, {after.optimization.gradient_accumulation_steps} "
            f"gathered per step, so that each step still sees {_effective(after)} rows"
        )
        keys += [
            f"optimization.per_device_train_batch_size: {after.optimization.per_device_train_batch_size}",
            f"optimization.gradient_accumulation_steps: {after.optimization.gradient_accumulation_steps}",
        ]
    if after.compute != before.compute:
        parts.append("activations recomputed in the backward pass")
        keys.append("compute.gradient_checkpointing: true")
    if after.evaluation != before.evaluation:
        parts.append(f"evaluation in batches of {after.evaluation.per_device_eval_batch_size}")
        keys.append(f"evaluation.per_device_eval_batch_size: {after.evaluation.per_device_eval_batch_size}")
    changes, settings = "; ".join(parts), ", ".join(keys)
    return remark("retried-in-less-memory", message=error.message, changes=changes, settings=settings)


def _last_reason(after: Aftermath) -> str | None:
    states = [event for event in after.events if event.kind == "state" and event.epoch == after.epoch]
    return states[-1].data.get("reason") if states else None


def _happened_before(after: Aftermath, error: RunError) -> bool:
    same = [
        event
        for event in after.events
        if event.kind == "error"
        and (event.data.get("type"), event.data.get("message"), event.data.get("step"))
        == (error.type, error.message, error.step)
    ]
    return len({event.epoch for event in same}) > 1


def _gave_up(deaths: int) -> RunError:
    return RunError(
        type="TrainingError",
        message=f"The worker died {deaths} times in a row without getting further.",
        hint="The end of the run's log says more (`modelforge runs logs`). Nothing before the last checkpoint is lost.",
        code="worker-died-again",
        params={"times": deaths},
    )
