"""From what a user wrote to a `TrainingConfig`: spellings translated, unknown keys refused with the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config.fields import config_fields, groups, strategy_classes
from modelforge.schemas.config.plug_ins import name_of
from modelforge.schemas.config.spellings import FLAT, INSTEAD
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.config.written import is_storable, shown
from modelforge.schemas.named_faults import OF_PYDANTIC
from modelforge.schemas.problem import limits_of
from modelforge.schemas.remark import Remark, remark, sentences

Path = tuple[str, ...]
MOST_FAULTS = 20
"""Keys that a refusal names as unknown, at most."""


@dataclass(frozen=True)
class ParsedConfig:
    """A valid config, and what was read differently from how it was written."""

    config: TrainingConfig
    remarks: tuple[Remark, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        """The remarks in English."""
        return sentences(self.remarks)


@dataclass
class Reading:
    """What has been understood so far of keys as they were written."""

    values: dict[str, Any] = field(default_factory=dict)
    written_as: dict[Path, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def put(self, path: Path, value: Any, written: str) -> None:
        """Set `value` at `path`. The same key under two names with two values is a fault, as is text none can keep."""
        if path in self.written_as and self._value(path) != value:
            other, said = self.written_as[path], shown(self._value(path))
            expected = f"`{other}` already says {said}"
            self._fault("said-twice", written, value, expected, "Keep one.", other=other, said=said)
            return
        if not is_storable(value):
            expected = "text without the character NUL or halves of characters"
            self._fault("no-text", written, value, expected, "Take them out.")
            return
        self.written_as[path] = written
        if written != ".".join(path):
            self.remarks.append(remark("read-as", written=written, key=".".join(path)))
        holder = self.values
        for name in path[:-1]:
            holder = holder.setdefault(name, {})
        holder[path[-1]] = value

    def unknown(self, written: str, value: Any) -> None:
        """Refuse a key, naming the nearest known one."""
        if len(self.faults) >= MOST_FAULTS:
            return  # the nearest of a hundred thousand keys would take minutes
        if near := _nearest(written):
            self._fault("misspelt-key", written, value, "a known key", f"Did you mean `{near}`?", near=near)
        else:
            fix = "See `modelforge init` for a recipe with every key."
            self._fault("unknown-key", written, value, "a known key", fix)

    def over(self, shared: Reading) -> Reading:
        """These keys laid over those that several runs share. Another strategy takes none of the shared one's knobs."""
        merged = Reading(written_as={**shared.written_as, **self.written_as}, remarks=self.remarks, faults=self.faults)
        for key, value in (*shared.values.items(), *self.values.items()):
            known = merged.values.get(key)
            if isinstance(value, dict) and isinstance(known, dict) and not _other_strategy(key, value, known):
                merged.values[key] = {**known, **value}
            else:
                merged.values[key] = dict(value) if isinstance(value, dict) else value
        return merged

    @property
    def keys(self) -> frozenset[str]:
        """What was read, each key as its dotted path."""
        return frozenset(".".join(path) for path in self.written_as)

    def _value(self, path: Path) -> Any:
        value: Any = self.values
        for name in path:
            value = value[name]
        return value

    def _fault(self, kind: str, key: str, found: Any, expected: str, fix: str, **params: str) -> None:
        self.faults.append(fault_of(kind, key, found, expected, fix, **params))


def parse_training_config(written: Mapping[str, Any]) -> ParsedConfig:
    """Read a recipe, an API body or command-line options.

    Raises:
        ConfigurationError: with `details["errors"]`, each fault as key, found, expected and fix.
    """
    if "stages" in written:
        raise ConfigurationError(
            "This recipe has stages; here one run is asked for.",
            hint="`modelforge train -c RECIPE` and `POST /api/v1/runs` carry out all stages, one after the other.",
            code="stages-not-here",
        )
    reading = read_keys(written)
    config, faults = validate(reading)
    if config is None:
        raise refusal(faults)
    return ParsedConfig(config, tuple(reading.remarks))


def read_keys(written: Mapping[str, Any]) -> Reading:
    """Every key at its place, other spellings translated; values are not judged yet."""
    reading = Reading()
    for key, value in written.items():
        _read_key(reading, str(key), value)
    return reading


def validate(reading: Reading) -> tuple[TrainingConfig | None, list[dict[str, Any]]]:
    """The config that was meant; or nothing, and each fault as key, found, expected and fix."""
    if reading.faults:
        return None, reading.faults
    try:
        return TrainingConfig.model_validate(reading.values), []
    except ValidationError as error:
        return None, [_fault_of(item, reading.written_as) for item in error.errors()]


def _read_key(reading: Reading, key: str, value: Any) -> None:
    if key in groups() and isinstance(value, Mapping):
        for name, inner in value.items():
            _read_leaf(reading, str(name), inner, group=key)
    elif key == "strategy" and isinstance(value, str):
        reading.put(("strategy", "name"), value, "strategy.name")
    elif key in TrainingConfig.model_fields:
        reading.put((key,), value, key)
    else:
        _read_leaf(reading, key, value, group=None)


def _read_leaf(reading: Reading, name: str, value: Any, group: str | None) -> None:
    written = f"{group}.{name}" if group else name
    if group and any(known.path == (group, name) for known in config_fields()):
        reading.put((group, name), value, written)
    elif name in FLAT:
        path, read = FLAT[name]
        reading.put(path, read(value), written)
    elif path_of_leaf := _paths_by_leaf().get(name) if group is None else None:
        reading.put(path_of_leaf, value, written)
    else:
        reading.unknown(written, value)


def _paths_by_leaf() -> dict[str, Path]:
    """Leaf names that are unique in the schema; `name` and `dtype`-like doubles stay where they are."""
    found: dict[str, Path] = {}
    doubles: set[str] = set()
    for known in config_fields():
        leaf = known.path[-1]
        (doubles.add(leaf) if leaf in found else found.setdefault(leaf, known.path))
    return {leaf: path for leaf, path in found.items() if leaf not in doubles}


def _nearest(written: str) -> str | None:
    if written in INSTEAD:
        return INSTEAD[written]
    dotted = {known.dotted: known.dotted for known in config_fields()}
    leaves = {known.path[-1]: known.dotted for known in config_fields()}
    spelled = {name: ".".join(path) for name, (path, _) in FLAT.items()}
    names = {**spelled, **leaves, **dotted}
    for text in (written, written.rpartition(".")[2]):
        if close := difflib.get_close_matches(text, names, n=1, cutoff=0.6):
            return names[close[0]]
    return None


def _fault_of(item: Any, written_as: Mapping[Path, str]) -> dict[str, Any]:
    path = _known_prefix(item["loc"])
    key = written_as.get(path, ".".join(path)) or WHOLE
    if item["type"] == "missing":
        return {"key": key, "found": "nothing", "expected": "a value", "fix": f"Add `{key}: …`.", "kind": item["type"]}
    if item["type"] == "extra_forbidden" and path == ("strategy", item["loc"][-1]):
        owners = ", ".join(next(field.owners for field in config_fields() if field.path == path))
        fix = f"Leave it out, or choose a strategy that has it: {owners}."
        return fault_of("of-another-strategy", key, item["input"], "a key of the chosen strategy", fix, owners=owners)
    together = not path or (item["type"] not in OF_PYDANTIC and isinstance(item["input"], dict))
    found = COMBINATION if together else shown(item["input"])
    expected = _expected_of(item)
    fix = f"Correct `{key}`." if path else ""
    unnamed = "combination" if path else "whole-recipe"
    kind = unnamed if together and item["type"] == "value_error" else item["type"]
    return {"key": key, "found": found, "expected": expected, "fix": fix, "kind": kind, "params": limits_of(item)}


def _expected_of(item: Any) -> str:
    """What pydantic looked for, in words that know nothing of its unions."""
    if item["type"] == "union_tag_invalid":
        return f"one of {item['ctx']['expected_tags']} under {item['ctx']['discriminator']}"
    if item["type"] == "union_tag_not_found":
        return f"the key {item['ctx']['discriminator']}, which says what it is"
    return str(item["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")


def fault_of(kind: str, key: str, found: Any, expected: str, fix: str, **params: str) -> dict[str, Any]:
    """A fault of a recipe: where, what, and by its kind and the values within it, what other languages say of it."""
    return {"key": key, "found": shown(found), "expected": expected, "fix": fix, "kind": kind, "params": params}


def _known_prefix(loc: tuple[int | str, ...]) -> Path:
    """The key that a location speaks of, without pydantic's tags of unions and list positions."""
    strategies = {name_of(knobs) for knobs in strategy_classes()}
    names = tuple(str(part) for part in loc if part not in strategies)
    known = {field.path[:length] for field in config_fields() for length in (1, 2)}
    return next((names[:length] for length in (2, 1) if names[:length] in known), ())


COMBINATION = "this combination"
"""What is found where no key is wrong by itself."""
WHOLE = "the recipe"
"""The key of a fault that lies between keys of different groups."""


def _other_strategy(key: str, own: dict[str, Any], shared: dict[str, Any]) -> bool:
    name = shared.get("name", "sft")
    return key == "strategy" and own.get("name", name) != name


def refusal(faults: list[dict[str, Any]]) -> ConfigurationError:
    """The error that names every fault, each key once."""
    faults = list({fault["key"]: fault for fault in reversed(faults)}.values())[::-1]
    lines = " ".join(_sentence(fault) for fault in faults)
    return ConfigurationError(
        f"The configuration cannot be used. {lines}",
        details={"errors": faults},
        code="config-not-usable",
        params={"faults": lines},
    )


def _sentence(fault: dict[str, Any]) -> str:
    """A fault in words; that of several keys together is a sentence already."""
    if fault["found"] == COMBINATION:
        place = "" if fault["key"] == WHOLE else f"{fault['key']}: "
        return f"{place}{fault['expected']}."
    return f"{fault['key']}: found {fault['found']}, expected {fault['expected']}. {fault['fix']}".strip()
