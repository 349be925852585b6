"""Which settings of a form apply beside the others: what the two tables say of every key, and of every choice.

`idle_settings` names the keys without effect, `support` the pairs that are refused. No key is known by name here but
those that others follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from modelforge.schemas.applicability import Applicability, IdleSetting, RefusedChoice
from modelforge.schemas.config.fields import ConfigField, config_fields, strategy_classes, value_at
from modelforge.schemas.config.plug_ins import NameIn, name_of
from modelforge.schemas.config.support import REFUSALS, Refusal, why_not
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.config.unheeded import Known, idle_in

Choice = bool | int | str | None

DECISIVE = ("task", "strategy.name", "finetuning_type")
"""Keys that a proposal for the machine is made for, so that the other settings follow them: each is held against the
others of them, and what they bring along, alone."""


def applicable(config: TrainingConfig, known: Known, device: str) -> Applicability:
    """What a form may offer beside `config`.

    Args:
        known: what the model and the rows tell beside the config.
        device: what `compute.device: auto` means on this machine: `cpu`, `cuda`, `mps`.
    """
    fields = [field for field in config_fields() if not field.owners or config.strategy.name in field.owners]
    return Applicability(
        idle=tuple(_idle(config, known, fields)),
        refused=tuple(refused for field in fields for refused in _refused(config, field, device)),
    )


def _idle(config: TrainingConfig, known: Known, fields: list[ConfigField]) -> Iterator[IdleSetting]:
    by_key = {field.dotted: field for field in fields}
    told: set[str] = set()
    for idle in idle_in(config, known):
        for key in idle.keys:
            if key in by_key and key not in told and _stays_idle(config, known, by_key[key]):
                told.add(key)
                yield IdleSetting(key=key, code=idle.code, reason=idle.reason, remedy=idle.remedy)


def _stays_idle(config: TrainingConfig, known: Known, field: ConfigField) -> bool:
    """Whether no other choice gives the key an effect, as `truncation_mode: drop` has one where `keep_end` has none."""
    others = (_with(config, field, value) for value in _choices(field))
    return all(any(field.dotted in idle.keys for idle in idle_in(other, known)) for other in others)


def _refused(config: TrainingConfig, field: ConfigField, device: str) -> Iterator[RefusedChoice]:
    now = value_at(config, field.path)
    for value in _choices(field):
        if value != now and (refusal := _refusal(config, field, value, device)):
            yield RefusedChoice(key=field.dotted, value=value, code=refusal.code, reason=refusal.reason)


def _refusal(config: TrainingConfig, field: ConfigField, value: Choice, device: str) -> Refusal | None:
    if field.dotted in DECISIVE:
        return _refusal_of_decision({**_decided(config), field.path[0]: value})
    changed = _with(config, field, value)
    return why_not(changed, **({"device": device} if changed.compute.device == "auto" else {}))


def _decided(config: TrainingConfig) -> dict[str, Choice]:
    plain = config.model_dump(include={"model", "dataset", "provider", "task", "finetuning_type"})
    return {**plain, "strategy": config.strategy.name}


def _refusal_of_decision(decided: dict[str, Choice]) -> Refusal | None:
    try:
        TrainingConfig.model_validate(decided)
    except ValidationError as error:
        codes = {fault["type"] for fault in error.errors()}
        return next((refusal for refusal in REFUSALS if refusal.code in codes), None)
    return None


def _choices(field: ConfigField) -> tuple[Choice, ...]:
    """The values of a key that can be listed; of a number that may be left empty, one stands for all."""
    if field.dotted == "strategy.name":
        return tuple(name_of(knobs) for knobs in strategy_classes())
    for more in field.info.metadata:
        if isinstance(more, NameIn):
            return more.names
    return tuple(_values_of(field.info.annotation))


def _values_of(annotation: Any) -> Iterator[Choice]:
    if annotation is bool:
        yield from (True, False)
    elif get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from (None,) if one is type(None) else (1,) if one in (int, float) else _values_of(one)


def _with(config: TrainingConfig, field: ConfigField, value: Choice) -> TrainingConfig:
    """The same config with another value, which is not checked: whether it can be right is the question."""
    *groups, leaf = field.path
    if not groups:
        return config.model_copy(update={leaf: value})
    holder: BaseModel = getattr(config, groups[0])
    return config.model_copy(update={groups[0]: holder.model_copy(update={leaf: value})})
