"""What to change when a run does not fit, the cheapest change first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.plan import Advice, AdviceCode

Total = Callable[[TrainingConfig, int], int]
"""Bytes that a config takes with rows of so many tokens."""
GIB = 2**30
SHORTEST = 64


@dataclass(frozen=True)
class _Change:
    """One thing to set, and what it costs."""

    code: AdviceCode
    set: str
    cost: str
    config: TrainingConfig
    sequence_length: int


def advise(
    config: TrainingConfig, sequence_length: int, available: int, fill: float, total: Total
) -> tuple[Advice, ...]:
    """Changes that help, each on top of the ones before it, up to the one with which the run fits.

    Args:
        available: free bytes on the device, of which the share `fill` may be used.
        total: the bytes of a changed config.
    """
    lines: list[Advice] = []
    needed, length = total(config, sequence_length), sequence_length
    for propose in (_smaller_batch, _smaller_evaluation, _checkpointing, _adapters, _four_bits, _shorter_rows):
        line: Advice | None = None
        for change in propose(config, length):
            changed = total(change.config, change.sequence_length)
            if changed < needed:
                config, length, needed = change.config, change.sequence_length, changed
                gib = round(changed / GIB, 1)
                message = f"Set {change.set} ({change.cost}): {gib:.1f} GiB."
                line = Advice(code=change.code, message=message, params={"set": change.set, "gib": gib})
            if needed <= fill * available:
                break
        if line is not None:
            lines.append(line)
        if needed <= fill * available:
            return tuple(lines)
    message = "With all of this it still does not fit: choose a smaller model, or free memory on the device."
    return (*lines, Advice(code="too-large", message=message))


def _smaller_batch(config: TrainingConfig, length: int) -> Iterator[_Change]:
    """Halve the micro-batch down to 1 and accumulate more: the same step in smaller bites."""
    batch = config.optimization.per_device_train_batch_size
    rows = batch * config.optimization.gradient_accumulation_steps
    while batch > 1:
        batch //= 2
        steps = -(-rows // batch)
        changed = _with(config, "optimization", per_device_train_batch_size=batch, gradient_accumulation_steps=steps)
        names = f"optimization.per_device_train_batch_size={batch} optimization.gradient_accumulation_steps={steps}"
        yield _Change("smaller-batch", names, "the same steps, a little slower", changed, length)


def _smaller_evaluation(config: TrainingConfig, length: int) -> Iterator[_Change]:
    if config.evaluation.per_device_eval_batch_size > 1:
        changed = _with(config, "evaluation", per_device_eval_batch_size=1)
        yield _Change(
            "smaller-evaluation", "evaluation.per_device_eval_batch_size=1", "the same figures, slower", changed, length
        )


def _checkpointing(config: TrainingConfig, length: int) -> Iterator[_Change]:
    if not config.compute.gradient_checkpointing:
        changed = _with(config, "compute", gradient_checkpointing=True)
        yield _Change(
            "gradient-checkpointing", "compute.gradient_checkpointing=true", "a third more time", changed, length
        )


def _adapters(config: TrainingConfig, length: int) -> Iterator[_Change]:
    if config.finetuning_type == "full":
        changed = config.model_copy(update={"finetuning_type": "lora"})
        yield _Change("adapters", "finetuning_type=lora", "adapters instead of all weights", changed, length)


def _four_bits(config: TrainingConfig, length: int) -> Iterator[_Change]:
    if config.finetuning_type == "lora" and config.quantization.bits != 4:
        changed = _with(config, "quantization", bits=4)
        yield _Change(
            "four-bits", "quantization.bits=4", "a slightly less exact base; needs bitsandbytes", changed, length
        )


def _shorter_rows(config: TrainingConfig, length: int) -> Iterator[_Change]:
    while length > SHORTEST:
        length //= 2
        changed = _with(config, "data", max_length=length)
        yield _Change("shorter-rows", f"data.max_length={length}", "longer rows are cut", changed, length)


def _with(config: TrainingConfig, group: str, **values: Any) -> TrainingConfig:
    return config.model_copy(update={group: getattr(config, group).model_copy(update=values)})
