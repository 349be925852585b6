"""Functions that a model may call, its calls, and where their results may stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from modelforge.schemas.base import Schema
from modelforge.schemas.named_faults import at_odds

MOST_TOOLS = 128
FUNCTION_KEYS = frozenset({"name", "description", "parameters", "strict"})


def _checked_tool(tool: dict[str, Any]) -> dict[str, Any]:
    """A description as it came, since chat templates write its keys in their order; only its shape is looked at."""
    function = tool.get("function")
    if tool.get("type") != "function" or not isinstance(function, dict) or set(tool) != {"type", "function"}:
        raise at_odds(
            "tool-of-other-form",
            'a tool is {"type": "function", "function": {"name": …, "parameters": …}}; no other is offered',
        )
    name, parameters = function.get("name"), function.get("parameters", {})
    if not isinstance(name, str) or not name.strip():
        raise at_odds("function-without-name", "a function needs a name")
    if more := sorted(set(function) - FUNCTION_KEYS):
        reason = "the function '{name}' has keys that are not known: {keys}"
        raise at_odds("function-with-other-keys", reason, name=name, keys=", ".join(more))
    if not isinstance(parameters, dict) or parameters.get("type", "object") != "object":
        reason = """parameters of '{name}' is a JSON schema of an object: {"type": "object", "properties": …}"""
        raise at_odds("function-parameters-wrong", reason, name=name)
    if not isinstance(function.get("description", ""), str):
        raise at_odds("function-description-wrong", "description of '{name}' is a text", name=name)
    if function.get("strict"):
        reason = "strict of '{name}' is not offered: the model writes its calls freely; leave it out"
        raise at_odds("function-not-strict", reason, name=name)
    return tool


def _read_arguments(value: Any) -> Any:
    """OpenAI has arguments as JSON text; chat templates, and the data that models learn from, as an object."""
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value or "{}")
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise ValueError("arguments is the JSON text of an object")
    return read


Tool = Annotated[
    dict[str, Any],
    AfterValidator(_checked_tool),
    WithJsonSchema({
        "type": "object",
        "required": ["type", "function"],
        "properties": {
            "type": {"const": "function"},
            "function": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "description": {"type": "string"},
                    "parameters": {"type": "object", "description": "The JSON schema of the arguments."},
                },
            },
        },
    }),
]  # fmt: skip
Tools = Annotated[tuple[Tool, ...], Field(max_length=MOST_TOOLS)]
Arguments = Annotated[dict[str, Any], BeforeValidator(_read_arguments)]


class CalledFunction(Schema):
    """Which function, with what."""

    name: str = Field(min_length=1)
    arguments: Arguments = Field(default_factory=dict)
    """An object, or its JSON text."""


class ToolCall(Schema):
    """A call of a function."""

    type: Literal["function"] = "function"
    function: CalledFunction
    id: str | None = None
    """By which its result names it."""

    def turn(self) -> dict[str, Any]:
        """As chat templates read it: without an id where it has none."""
        function = {"name": self.function.name, "arguments": self.function.arguments}
        known = {} if self.id is None else {"id": self.id}
        return {"type": self.type, "function": function, **known}


class Turn(Protocol):
    """What is looked at of a turn of a conversation."""

    @property
    def role(self) -> str:
        """Who speaks."""

    @property
    def tool_calls(self) -> Sequence[ToolCall] | None:
        """What is called."""

    @property
    def tool_call_id(self) -> str | None:
        """Of a result: which call it belongs to."""


def check_results(turns: Sequence[Turn]) -> None:
    """Raise ValueError where calls or results stand at turns that can have none, as in data that models learn from."""
    open_calls: Sequence[ToolCall] = ()
    for number, turn in enumerate(turns):
        if turn.tool_calls and turn.role != "assistant":
            raise ValueError(f"messages[{number}] has tool_calls, which only an assistant turn can have")
        if turn.role != "tool":
            open_calls = turn.tool_calls or ()
            continue
        if not open_calls:
            raise ValueError(
                f"messages[{number}] is a tool's result, but no assistant turn with tool_calls is before it"
            )
        known = {call.id for call in open_calls}
        if turn.tool_call_id is not None and None not in known and turn.tool_call_id not in known:
            raise ValueError(f"messages[{number}].tool_call_id names none of the calls before it")
