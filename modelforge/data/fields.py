"""Single values of a row: texts, and structures that a table may hold as JSON text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from modelforge.data.json_rows import DEEPEST, depth_of
from modelforge.data.problem_kinds import KINDS
from modelforge.data.problem_log import Fault, shown
from modelforge.data.problem_phrases import phrase
from modelforge.schemas.problem_codes import Phrase

Row = Mapping[str, Any]
MISSING = object()


def text_of(values: Row, name: str, faults: list[Fault], *, required: bool = True) -> str | None:
    """The text in column `name`. Not required: None where it is absent, null or empty."""
    value = values.get(name, MISSING)
    if type(value) is str and value and not value.isspace():
        if "\0" in value or "\ufffd" in value:
            damage(value, name, faults)
        return value
    if not required and (value is MISSING or value is None or value == ""):
        return None
    faults.append(_why_no_text(value, name))
    return None


def _why_no_text(value: Any, name: str) -> Fault:
    if value is MISSING:
        return Fault("missing-field", name, phrase("no-such-column"), phrase("text-in", column=name))
    if value is None:
        return Fault("null-value", name, "null")
    if isinstance(value, str):
        return Fault("empty-value", name, shown(value) if value else phrase("an-empty-text"))
    return Fault("wrong-type", name, typed(value))


def damage(value: str, name: str, faults: list[Fault]) -> None:
    """Characters that a text should not hold. Warnings are faults too; the caller tells them apart."""
    if "\0" in value:
        faults.append(Fault("nul-character", name, phrase("zero-at-character", at=value.index(chr(0)) + 1)))
    if "\ufffd" in value:
        faults.append(
            Fault("replacement-character", name, phrase("lost-character-at", at=value.index(chr(0xFFFD)) + 1))
        )


def typed(value: Any) -> Phrase:
    """A value of a type that is not expected, and that type in the words of JSON."""
    text = shown(value)
    match value:
        case dict():
            return phrase("of-type-object", text=text)
        case list():
            return phrase("of-type-array", text=text)
        case str():
            return phrase("of-type-text", text=text)
        case bool():
            return phrase("of-type-boolean", text=text)
        case int() | float():
            return phrase("of-type-number", text=text)
    return phrase("of-type-other", type=type(value).__name__, text=text)


def decoded(value: Any) -> Any:
    """A list or object that was written as JSON text, as tables and some datasets do; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            structure = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
        return structure if depth_of(structure) <= DEEPEST else value
    return value


def tools_of(values: Row, columns: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
    """`{"tools": [...]}` where the row describes functions, else nothing."""
    name = columns.get("tools")
    value = decoded(values.get(name)) if name else None
    if value is None or value in ("", []):
        return {}
    if isinstance(value, list) and all(_is_tool(tool) for tool in value):
        return {"tools": value}
    faults.append(Fault("malformed-tools", name, shown(value)))
    return {}


def _is_tool(tool: Any) -> bool:
    if not isinstance(tool, dict):
        return False
    function = tool.get("function", tool)
    return isinstance(function, dict) and isinstance(function.get("name"), str) and bool(function["name"])


def is_error(fault: Fault) -> bool:
    """Whether the fault refuses the row."""
    return KINDS[fault.kind].severity == "error"
