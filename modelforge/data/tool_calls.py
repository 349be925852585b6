"""Tool calls inside a turn, brought into OpenAI's form with arguments as objects, as chat templates read them."""

from __future__ import annotations

from typing import Any

from modelforge.data.fields import decoded
from modelforge.data.problem_log import Fault, shown
from modelforge.data.problem_phrases import phrase


def checked_calls(value: Any, path: str, faults: list[Fault]) -> list[dict[str, Any]]:
    """`[{"type": "function", "function": {"name", "arguments": {...}}}]`; the flat `{name, arguments}` is taken too."""
    calls = decoded(value)
    calls = [calls] if isinstance(calls, dict) else calls
    if not isinstance(calls, list):
        faults.append(Fault("malformed-tool-call", path, shown(value)))
        return []
    checked = (_checked_call(call, f"{path}[{index}]", faults) for index, call in enumerate(calls))
    return [call for call in checked if call is not None]


def _checked_call(call: Any, path: str, faults: list[Fault]) -> dict[str, Any] | None:
    if not isinstance(call, dict):
        faults.append(Fault("malformed-tool-call", path, shown(call)))
        return None
    nested = "function" in call
    function = call["function"] if nested else call
    where = f"{path}.function" if nested else path
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str) or not name.strip():
        faults.append(Fault("malformed-tool-call", f"{where}.name", shown(name), phrase("function-name")))
        return None
    arguments = decoded(function.get("arguments", {}))
    arguments = {} if arguments in (None, "") else arguments
    if not isinstance(arguments, dict):
        wanted = phrase("arguments-object")
        faults.append(Fault("malformed-tool-call", f"{where}.arguments", shown(arguments), wanted))
        return None
    result: dict[str, Any] = {"type": "function", "function": {"name": name, "arguments": arguments}}
    if isinstance(call.get("id"), str):
        result["id"] = call["id"]
    return result
