"""JSON Schema, the part that a reward needs: whether a document fits, and whether a schema is within that part.

The keywords mean what draft 2020-12 says (https://json-schema.org/draft/2020-12). A schema that uses any other one is
refused, since a rule that is silently not checked would reward what it should not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from modelforge.schemas.named_faults import at_odds

DEEPEST = 20
TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "number": lambda value: _is_number(value),
    "integer": lambda value: _is_number(value) and value == int(value),
}


def fits(document: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a parsed JSON document fits a schema that `fault_in_schema` found nothing wrong with."""
    return all(
        CHECKS[keyword](document, value, schema) for keyword, value in schema.items() if keyword not in ANNOTATIONS
    )


def fault_in_schema(schema: Any, place: str = "json_schema", depth: int = 0) -> PydanticCustomError | None:
    """What is wrong with a schema, or outside of the part that is understood; None where nothing is."""
    if not isinstance(schema, dict):
        return at_odds("schema-no-object", "{place} must be an object", place=place)
    if depth > DEEPEST:
        return at_odds("schema-too-deep", "{place} lies deeper than {most} levels", place=place, most=DEEPEST)
    for keyword, value in schema.items():
        if keyword in ANNOTATIONS:
            continue
        if keyword not in CHECKS:
            unknown = "{place} uses {keyword}, which is not checked; known are {known}"
            known = ", ".join(CHECKS)
            return at_odds("schema-keyword-unknown", unknown, place=place, keyword=repr(keyword), known=known)
        if not ALLOWED[keyword](value):
            wrong = "{keyword} of {place} cannot be {value}"
            return at_odds("schema-value-wrong", wrong, place=place, keyword=repr(keyword), value=f"{value!r:.60}")
    for name, inner in _inner(schema):
        if fault := fault_in_schema(inner, f"{place}.{name}", depth + 1):
            return fault
    return None


def _inner(schema: Mapping[str, Any]) -> list[tuple[str, Any]]:
    inner = list(schema.get("properties", {}).items())
    inner += [
        (keyword, schema[keyword]) for keyword in ("items", "additionalProperties") if _is_object(schema, keyword)
    ]
    inner += [(f"anyOf[{index}]", option) for index, option in enumerate(schema.get("anyOf", ()))]
    return inner


def _is_object(schema: Mapping[str, Any], keyword: str) -> bool:
    return isinstance(schema.get(keyword), dict)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) != float("inf")
    )


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON: `1` is `1.0`, but not `true`."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[name], right[name]) for name in left)
    return bool(left == right)


def _properties(document: Any, value: Mapping[str, Any], _schema: Mapping[str, Any]) -> bool:
    return not isinstance(document, dict) or all(
        fits(document[name], inner) for name, inner in value.items() if name in document
    )


def _additional(document: Any, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(document, dict):
        return True
    others = [document[name] for name in document if name not in schema.get("properties", {})]
    return all(fits(other, value) for other in others) if isinstance(value, dict) else value or not others


def _type(document: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    return any(TYPES[name](document) for name in ([value] if isinstance(value, str) else value))


def _of(kind: type, size: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Mapping[str, Any]], bool]:
    """A check of documents of one kind; others are let through, as JSON Schema has it."""
    return lambda document, value, _schema: not isinstance(document, kind) or size(document, value)


def _number(size: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Mapping[str, Any]], bool]:
    return lambda document, value, _schema: not _is_number(document) or size(document, value)


CHECKS: Mapping[str, Callable[[Any, Any, Mapping[str, Any]], bool]] = {
    "type": _type,
    "enum": lambda document, value, _: any(_same(document, one) for one in value),
    "const": lambda document, value, _: _same(document, value),
    "properties": _properties,
    "required": _of(dict, lambda document, value: all(name in document for name in value)),
    "additionalProperties": _additional,
    "items": _of(list, lambda document, value: all(fits(one, value) for one in document)),
    "minItems": _of(list, lambda document, value: len(document) >= value),
    "maxItems": _of(list, lambda document, value: len(document) <= value),
    "minLength": _of(str, lambda document, value: len(document) >= value),
    "maxLength": _of(str, lambda document, value: len(document) <= value),
    "pattern": _of(str, lambda document, value: re.search(value, document) is not None),
    "minimum": _number(lambda document, value: document >= value),
    "maximum": _number(lambda document, value: document <= value),
    "anyOf": lambda document, value, _: any(fits(document, one) for one in value),
}
ANNOTATIONS = frozenset({"$schema", "$id", "$comment", "title", "description", "default", "examples"})
"""Keywords that say nothing about what fits."""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_type(value: Any) -> bool:
    names = [value] if isinstance(value, str) else value
    return isinstance(names, list) and bool(names) and all(isinstance(name, str) and name in TYPES for name in names)


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError, OverflowError, RecursionError):
        return False
    return isinstance(value, str)


ALLOWED: Mapping[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "enum": lambda value: isinstance(value, list) and bool(value),
    "const": lambda _: True,
    "properties": lambda value: isinstance(value, dict),
    "required": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "additionalProperties": lambda value: isinstance(value, bool | dict),
    "items": lambda value: isinstance(value, dict),
    "minItems": _is_count,
    "maxItems": _is_count,
    "minLength": _is_count,
    "maxLength": _is_count,
    "pattern": _is_pattern,
    "minimum": _is_number,
    "maximum": _is_number,
    "anyOf": lambda value: isinstance(value, list) and bool(value),
}
