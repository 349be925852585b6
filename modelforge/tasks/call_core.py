"""One call within an answer: as a JSON object, or as a name with the arguments one by one in tags."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

PYTHON_WORDS = {"True": True, "False": False, "None": None}
"""What templates write that turn values into text as Python does."""
DECODER = json.JSONDecoder()


class Call(NamedTuple):
    """A call that was read."""

    name: str
    arguments: dict[str, Any]


class CallCore(Protocol):
    """What differs from call to call: its name and its arguments, and what stands between them."""

    def begin(self, text: str, name: str, at: int) -> int:
        """Where the call of `name` begins at or behind `at`."""

    def read(self, text: str, at: int, tools: Sequence[Mapping[str, Any]]) -> tuple[Call, int] | None:
        """The call that begins at `at` and where it ends; nothing where there is none."""


@dataclass(frozen=True)
class JsonCore:
    """`{"name": …, "arguments": {…}}`, by whatever keys."""

    name: tuple[str, ...]
    arguments: tuple[str, ...]
    """The keys on the way to the two."""
    as_text: bool
    """Whether the arguments are JSON within a string."""

    def begin(self, text: str, name: str, at: int) -> int:
        """Where the object begins that holds the name."""
        return next(place for place in _objects(text, at) if name in json.dumps(_object(text, place)))

    def read(self, text: str, at: int, tools: Sequence[Mapping[str, Any]]) -> tuple[Call, int] | None:
        """The call that begins at `at`, white space left out."""
        del tools
        at += len(text[at:]) - len(text[at:].lstrip())
        try:
            value, end = DECODER.raw_decode(text, at)
            name, arguments = _at(value, self.name), _at(value, self.arguments)
            arguments = json.loads(arguments) if self.as_text else arguments
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return (Call(name, arguments), end) if isinstance(name, str) and isinstance(arguments, dict) else None


@dataclass(frozen=True)
class ParameterCore:
    """`NAME named (opens KEY tells VALUE closes)*`."""

    named: str
    opens: str
    tells: str
    closes: str

    def begin(self, text: str, name: str, at: int) -> int:
        """Where the name stands."""
        return text.index(name, at)

    def read(self, text: str, at: int, tools: Sequence[Mapping[str, Any]]) -> tuple[Call, int] | None:
        """The call that begins at `at`; its values have the types that the function's schema gives them."""
        found = re.compile(r"\s*([\w.:/-]+)").match(text, at)
        if found is None or not text.startswith(self.named, found.end()):
            return None
        properties, end = _properties(found[1], tools), found.end() + len(self.named)
        opens, tells, closes = (re.escape(mark) for mark in (self.opens, self.tells, self.closes))
        pair = re.compile(rf"{opens}(?P<key>[^\s<>]+?){tells}(?P<value>.*?){closes}", re.DOTALL)
        arguments: dict[str, Any] = {}
        while one := pair.match(text, end):
            try:
                arguments[one["key"]] = _typed(one["value"], properties.get(one["key"]))
            except ValueError:
                return None
            end = one.end()
        return Call(found[1], arguments), end


def find_json_core(text: str, name: str, arguments: Mapping[str, Any]) -> JsonCore | None:
    """How a JSON object within `text` holds the two; nothing where none does."""
    for place in _objects(text, 0):
        value = _object(text, place)
        to_name = _path(value, name)
        for as_text in (False, True):
            to_arguments = _path(value, dict(arguments), as_text=as_text)
            if to_name and to_arguments:
                return JsonCore(to_name, to_arguments, as_text)
    return None


def find_parameter_core(text: str, name: str, arguments: Mapping[str, Any]) -> ParameterCore | None:
    """What stands around the name and the two arguments of `text`; nothing where they do not stand once, in order."""
    (key, value), (other_key, other) = arguments.items()
    marks, gaps, at = (name, key, value, other_key, other), [], 0
    for mark in marks:
        if text.count(mark) != 1 or text.index(mark) < at:
            return None
        gaps.append(text[at : text.index(mark)])
        at = text.index(mark) + len(mark)
    first, tells, again = gaps[1], gaps[2], gaps[3]
    opens = _common_end(first, again)
    closes = again.removesuffix(opens)
    if not opens.strip() or not tells.strip() or not closes.strip() or not text[at:].startswith(closes):
        return None
    return ParameterCore(first.removesuffix(opens), opens, tells, closes)


def skip_words(text: str, at: int, mark: str) -> int | None:
    """Behind `mark`, the white space in and around it left out; nothing where it does not stand at `at`."""
    for word in mark.split():
        at += len(text[at:]) - len(text[at:].lstrip())
        if not text.startswith(word, at):
            return None
        at += len(word)
    return at


def _objects(text: str, at: int) -> list[int]:
    """The places from which JSON objects can be read, those inside others too."""
    return [place.start() + at for place in re.finditer(r"\{", text[at:]) if _object(text, place.start() + at)]


def _object(text: str, at: int) -> Any:
    try:
        return DECODER.raw_decode(text, at)[0]
    except ValueError:
        return None


def _path(value: Any, wanted: Any, *, as_text: bool = False) -> tuple[str, ...]:
    """The keys on the way to a value; none where it is not there."""
    for key, one in value.items() if isinstance(value, dict) else ():
        if one == wanted or (as_text and isinstance(one, str) and _object(one, 0) == wanted):
            return (key,)
        if inner := _path(one, wanted, as_text=as_text):
            return (key, *inner)
    return ()


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value[key]
    return value


def _properties(name: str, tools: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The schema of each parameter of a function; empty where it has none."""
    for tool in tools:
        function = tool.get("function") or tool
        if function.get("name") == name and isinstance(function.get("parameters"), dict):
            properties = function["parameters"].get("properties")
            return properties if isinstance(properties, dict) else {}
    return {}


def _typed(text: str, schema: Any) -> Any:
    """A value of the type that its schema names; by its look where that names none. Raises ValueError."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind == "string":
        return text
    try:
        return PYTHON_WORDS[text] if text in PYTHON_WORDS else json.loads(text)
    except ValueError:
        if kind is not None:
            raise
        return text


def _common_end(one: str, other: str) -> str:
    size = next((n for n in range(min(len(one), len(other)), 0, -1) if one.endswith(other[-n:])), 0)
    return one[len(one) - size :]
