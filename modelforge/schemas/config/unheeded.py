"""Keys that are set and change nothing, by the table of `idle_settings`.

`support` refuses what contradicts; what is idle is told, and the run goes on. A key is told where it has another value
than its default: whoever sends every key of the form has set them all, and means the ones that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from modelforge.schemas.config.idle_settings import IDLE, Idle
from modelforge.schemas.config.support import DIMENSIONS

if TYPE_CHECKING:
    from modelforge.schemas.config.training_config import TrainingConfig


@dataclass(frozen=True)
class Known:
    """What a config does not say by itself; nothing where it was not looked at."""

    layout: str | None = None
    """The model's stacks: `decoder`, `encoder`, `encoder-decoder`."""
    shape: str | None = None
    """The shape of the rows."""
    model_has_revisions: bool | None = None
    """Whether the model comes from the hub."""


@dataclass(frozen=True)
class Unheeded:
    """Keys of one config that change nothing in its run."""

    keys: tuple[str, ...]
    reason: str
    remedy: str

    @property
    def message(self) -> str:
        """What was found: `lora.r, lora.lora_alpha: a full fine-tune has no adapter.`"""
        return f"{', '.join(self.keys)}: {self.reason}."


def _held_out(config: TrainingConfig) -> str:
    if config.data.validation_dataset is not None:
        return "a dataset" if config.data.validation_split else "a dataset and no share"
    return "a share" if config.data.validation_split else "none"


def _of_strategy(key: str) -> Callable[[TrainingConfig], str]:
    return lambda config: str(getattr(config.strategy, key, "none"))


READ: Mapping[str, Callable[[TrainingConfig], str]] = {
    **DIMENSIONS,
    "schedule": lambda config: config.optimization.lr_scheduler_type,
    "evaluations": lambda config: config.evaluation.eval_strategy,
    "checkpoints": lambda config: config.checkpointing.save_strategy,
    "early stopping": lambda config: "off" if config.checkpointing.early_stopping_patience is None else "on",
    "answers": lambda config: "on" if config.evaluation.generate else "off",
    "held-out rows": _held_out,
    "truncation": lambda config: config.data.truncation_mode,
    "every turn": _of_strategy("assistant_only_loss"),
    "algorithm": _of_strategy("algorithm"),
    "passes": _of_strategy("num_iterations"),
    "dataset": lambda config: "hub" if config.dataset.startswith("hub:") else "here",
}
"""What a config is in each respect that leaves keys without effect. `model layout`, `rows` and `model` are `Known`."""


def unheeded(config: TrainingConfig, known: Known) -> tuple[Unheeded, ...]:
    """The keys that `config` sets to another value than their default, and that change nothing in its run.

    Args:
        known: what the model and the rows tell beside the config.
    """
    told: set[str] = set()
    found = []
    for idle in idle_in(config, known):
        keys = tuple(key for key in idle.keys if key not in told and _is_set(config, key))
        told.update(keys)
        if keys:
            found.append(Unheeded(keys, idle.reason, idle.remedy))
    return tuple(found)


def idle_in(config: TrainingConfig, known: Known) -> Iterator[Idle]:
    """The lines of the table that speak of `config`, whether their keys are set or not."""
    values = _values(known) | {name: read(config) for name, read in READ.items()}
    for idle in IDLE:
        if all(values.get(name) in meant for name, meant in idle.where.items()):
            yield idle


def without(found: Iterable[Unheeded], passed_on: Collection[str]) -> tuple[Unheeded, ...]:
    """What was found, apart from some keys."""
    kept = (replace(one, keys=tuple(key for key in one.keys if key not in passed_on)) for one in found)
    return tuple(one for one in kept if one.keys)


def _values(known: Known) -> dict[str, str | None]:
    source = {True: "hub", False: "here", None: None}[known.model_has_revisions]
    return {"model layout": known.layout, "rows": known.shape, "model": source}


def _is_set(config: TrainingConfig, key: str) -> bool:
    """Whether the config has the key, with another value than its default."""
    holder: BaseModel = config
    *groups, leaf = key.split(".")
    for group in groups:
        holder = getattr(holder, group)
    info = type(holder).model_fields.get(leaf)
    default: Any = info and info.get_default(call_default_factory=True, validated_data={})
    return info is not None and getattr(holder, leaf) != default
