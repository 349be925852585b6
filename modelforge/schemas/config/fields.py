"""Every key of `TrainingConfig` as a dotted path: what the parser, the command line and the docs walk over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from modelforge.schemas.config.plug_ins import OWN_KNOBS, further_knobs, name_of
from modelforge.schemas.config.strategy_knobs import StrategyKnobs
from modelforge.schemas.config.training_config import TrainingConfig


@dataclass(frozen=True)
class ConfigField:
    """One leaf of the schema. `owners` are the strategies that have the key, empty for keys of every run."""

    path: tuple[str, ...]
    info: FieldInfo
    owners: tuple[str, ...] = ()

    @property
    def dotted(self) -> str:
        """The path as users write it: `optimization.learning_rate`."""
        return ".".join(self.path)


def strategy_classes() -> tuple[type[StrategyKnobs], ...]:
    """The knobs of every strategy: the members of the union in its order, then those that strategies bring along."""
    return (*OWN_KNOBS, *further_knobs().values())


def config_fields() -> tuple[ConfigField, ...]:
    """All leaves, in the order of the schema; a key that several strategies share appears once."""
    return _fields_with(strategy_classes())


def groups() -> frozenset[str]:
    """The top-level keys that hold further keys."""
    return _groups_with(strategy_classes())


@cache
def _fields_with(strategies: tuple[type[StrategyKnobs], ...]) -> tuple[ConfigField, ...]:
    return tuple(_walk(strategies))


@cache
def _groups_with(strategies: tuple[type[StrategyKnobs], ...]) -> frozenset[str]:
    return frozenset(field.path[0] for field in _fields_with(strategies) if len(field.path) == 2)


def _walk(strategies: tuple[type[StrategyKnobs], ...]) -> Iterator[ConfigField]:
    for name, info in TrainingConfig.model_fields.items():
        if name == "strategy":
            yield from _strategy_fields(strategies)
        elif isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from (ConfigField((name, leaf), sub) for leaf, sub in info.annotation.model_fields.items())
        else:
            yield ConfigField((name,), info)


def _strategy_fields(strategies: tuple[type[StrategyKnobs], ...]) -> Iterator[ConfigField]:
    found: dict[str, tuple[FieldInfo, list[str]]] = {}
    for strategy in strategies:
        for leaf, info in strategy.model_fields.items():
            found.setdefault(leaf, (info, []))[1].append(name_of(strategy))
    for leaf, (info, owners) in found.items():
        yield ConfigField(("strategy", leaf), info, tuple(owners))


def value_at(config: BaseModel, path: tuple[str, ...]) -> Any:
    """The value that `config` holds at `path`."""
    value: Any = config
    for name in path:
        value = getattr(value, name)
    return value
