"""What the schema takes from the factories, so that a plug-in is one file and one line.

The factories stand above the schemas: they are named here in text, and asked when a config is read or described, never
on import. See docs/decisions/0019-the-schema-asks-the-factories.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any, cast, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, SerializationInfo, ValidatorFunctionWrapHandler
from pydantic_core import PydanticKnownError, core_schema

from modelforge.schemas.config.strategies import StrategyConfig
from modelforge.schemas.config.strategy_knobs import StrategyKnobs

PROVIDERS = "modelforge.providers.provider_factory:ProviderFactory.providers"
TASKS = "modelforge.tasks.task_factory:TaskFactory.tasks"
STRATEGIES = "modelforge.strategies.strategy_factory:StrategyFactory.strategies"
OWN_KNOBS: tuple[type[StrategyKnobs], ...] = get_args(get_args(StrategyConfig)[0])
"""The members of the union, in its order."""


def registered(registry: str) -> Mapping[str, Any]:
    """Name → plug-in, the class itself, in the dict of a factory."""
    module, _, path = registry.partition(":")
    found: Mapping[str, Any] = attrgetter(path)(import_module(module))
    return found


def name_of(knobs: type[StrategyKnobs]) -> str:
    """The strategy that the knobs belong to."""
    return str(knobs.model_fields["name"].default)


def further_knobs() -> dict[str, type[StrategyKnobs]]:
    """The knobs of strategies that the union does not list, by name: what the strategies themselves say."""
    own = {name_of(knobs) for knobs in OWN_KNOBS}
    found = {name: strategy.knobs for name, strategy in registered(STRATEGIES).items() if name not in own}
    return {name: knobs for name, knobs in found.items() if knobs is not None}


@dataclass(frozen=True)
class NameIn:
    """Of a field: it takes the names in the dict of a factory, as a `Literal` of them would."""

    registry: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order of the factory."""
        return tuple(registered(self.registry))

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._known, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.names)}

    def _known(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.names:
            *first, last = (repr(name) for name in self.names)
            expected = f"{', '.join(first)} or {last}" if first else last
            raise PydanticKnownError("literal_error", {"expected": expected})
        return value


@dataclass(frozen=True)
class FurtherKnobs:
    """Of a field with the union of knobs: it takes those of the factory's other strategies as well."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        union = handler(source)
        return core_schema.no_info_wrap_validator_function(
            _read_knobs,
            union,
            serialization=core_schema.wrap_serializer_function_ser_schema(_write_knobs, info_arg=True, schema=union),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        union: dict[str, Any] = handler(schema)
        for name, knobs in further_knobs().items():
            member = handler(_with_reference(knobs))
            union["oneOf"].append(member)
            union["discriminator"]["mapping"][name] = member["$ref"]
        return union


def _with_reference(knobs: type[StrategyKnobs]) -> core_schema.CoreSchema:
    """The schema of a class so that its JSON Schema is a definition of its own, as those of the union's members are."""
    whole = knobs.__pydantic_core_schema__
    reference = f"{knobs.__module__}.{knobs.__qualname__}:{id(knobs)}"
    inner, definitions = (whole["schema"], whole["definitions"]) if whole["type"] == "definitions" else (whole, [])
    named = cast(core_schema.CoreSchema, {**inner, "ref": reference})
    return core_schema.definitions_schema(core_schema.definition_reference_schema(reference), [*definitions, named])


def _read_knobs(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    if any(name == name_of(knobs) for knobs in OWN_KNOBS):
        return union(value)
    knobs = further_knobs().get(str(name))
    return union(value) if knobs is None else knobs.model_validate(value)


def _write_knobs(value: Any, union: Any, info: SerializationInfo) -> Any:
    if type(value) in OWN_KNOBS:
        return union(value)
    return value.model_dump(mode=info.mode, exclude_unset=info.exclude_unset, exclude_defaults=info.exclude_defaults)
