"""Conversations: OpenAI's `messages` and sharegpt's `conversations`, checked turn by turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelforge.data.fields import Row, damage, decoded, text_of, tools_of, typed
from modelforge.data.problem_log import Fault, shown
from modelforge.data.problem_phrases import phrase
from modelforge.data.tool_calls import checked_calls

Message = dict[str, Any]
ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
KEPT_KEYS = ("name", "tool_call_id", "reasoning_content")
"""Keys of a turn that chat templates read, besides role, content and tool_calls."""

SHAREGPT_ROLES = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "tool": "tool",
    "observation": "tool",
    "function_response": "tool",
    "function_call": "assistant",
}


def messages_row(values: Row, columns: Mapping[str, str], faults: list[Fault]) -> dict[str, Any] | None:
    """`{"messages": [...], "tools"?: [...]}`: a conversation that ends with an answer."""
    name = columns["messages"]
    raw = values.get(name)
    if type(raw) is list and _is_plain(raw):
        return {"messages": raw} | tools_of(values, columns, faults) if "tools" in columns else {"messages": raw}
    turns = turns_of(values, name, faults)
    if turns is None:
        return None
    check_ending(turns, name, faults)
    return {"messages": turns} | tools_of(values, columns, faults)


def _is_plain(turns: list[Any]) -> bool:
    """Whether these are user and assistant in turn with nothing but texts: most conversations, told quickly."""
    for index, turn in enumerate(turns):
        if type(turn) is not dict or len(turn) != 2 or turn.get("role") != ("assistant" if index & 1 else "user"):
            return False
        content = turn.get("content")
        if type(content) is not str or not content or content.isspace():
            return False
        if "\0" in content or "\ufffd" in content:
            return False
    return bool(turns) and len(turns) % 2 == 0


def sharegpt_row(values: Row, columns: Mapping[str, str], faults: list[Fault]) -> dict[str, Any] | None:
    """The same from `from` and `value`, with `system` and `tools` as columns of their own."""
    name = columns["conversations"]
    raw = _list_of_turns(values, name, faults)
    if raw is None:
        return None
    translated = [_from_sharegpt(turn, f"{name}[{index}]", faults) for index, turn in enumerate(raw)]
    system = text_of(values, columns["system"], faults, required=False) if "system" in columns else None
    if system:
        translated.insert(0, {"role": "system", "content": system})
    turns = [turn for turn in translated if turn is not None]
    if len(turns) == len(translated):
        turns = check_order(turns, name, faults)
        check_ending(turns, name, faults)
    return {"messages": turns} | tools_of(values, columns, faults)


def turns_of(values: Row, name: str, faults: list[Fault]) -> list[Message] | None:
    """The turns in column `name`, each checked alone and in order. None where one of them is unusable."""
    raw = _list_of_turns(values, name, faults)
    if raw is None:
        return None
    checked = [_checked_turn(turn, f"{name}[{index}]", faults) for index, turn in enumerate(raw)]
    turns = [turn for turn in checked if turn is not None]
    return check_order(turns, name, faults) if len(turns) == len(raw) else None


def check_ending(turns: list[Message], name: str, faults: list[Fault]) -> None:
    """A conversation to learn from has a question and ends with an answer."""
    if not turns:
        faults.append(Fault("empty-conversation", name, phrase("only-empty-system-turn")))
        return
    role = turns[-1]["role"]
    if role != "assistant":
        faults.append(Fault("ends-without-answer", f"{name}[{len(turns) - 1}].role", shown(role)))
    elif turns[0]["role"] == "assistant":
        faults.append(Fault("no-question", f"{name}[0].role", shown("assistant")))
    elif len(turns) == 2 and turns[0]["role"] == "system":
        faults.append(Fault("no-question", f"{name}[1].role", shown("assistant")))


def check_order(turns: list[Message], name: str, faults: list[Fault]) -> list[Message]:
    """The turns without an empty system turn; faults where roles stand in the wrong order."""
    previous: Message | None = None
    for index, turn in enumerate(turns):
        role = turn["role"]
        if role in ("system", "tool") or (previous is not None and previous["role"] == role):
            _check_neighbours(previous, turn, f"{name}[{index}].role", turns, faults)
        previous = turn
    if turns and turns[0]["role"] == "system" and not turns[0]["content"].strip():
        faults.append(Fault("empty-system-turn", f"{name}[0].content", phrase("an-empty-text")))
        return turns[1:]
    return turns


def _check_neighbours(
    previous: Message | None, turn: Message, path: str, turns: list[Message], faults: list[Fault]
) -> None:
    role = turn["role"]
    if role == "system" and previous is None:
        return
    if role == "system":
        is_second = turns[0]["role"] == "system"
        faults.append(Fault("two-system-turns" if is_second else "late-system-turn", path, shown(role)))
    elif role == "tool":
        if previous is None or not (previous["role"] == "tool" or previous.get("tool_calls")):
            before = None if previous is None else previous["role"]
            found = phrase("behind-turn-without-calls", role=before) if before else phrase("first-turn")
            faults.append(Fault("tool-result-without-call", path, found))
    elif previous is not None and previous["role"] == role:
        faults.append(Fault("roles-do-not-alternate", path, phrase("role-behind-role", role=role)))


def _list_of_turns(values: Row, name: str, faults: list[Fault]) -> list[Any] | None:
    value = decoded(values.get(name))
    if isinstance(value, list) and value:
        return value
    if isinstance(value, list):
        faults.append(Fault("empty-conversation", name, phrase("an-empty-list")))
    elif name not in values:
        faults.append(Fault("missing-field", name, phrase("no-such-column"), phrase("turns-list")))
    elif value is None:
        faults.append(Fault("null-value", name, "null", phrase("turns-list")))
    else:
        faults.append(Fault("wrong-type", name, typed(value), phrase("turns-list"), phrase("turns-as-objects")))
    return None


def _checked_turn(turn: Any, path: str, faults: list[Fault]) -> Message | None:
    if not isinstance(turn, dict) or "role" not in turn:
        faults.append(Fault("malformed-message", path, shown(turn)))
        return None
    role = turn["role"]
    if not isinstance(role, str) or role not in ROLES:
        faults.append(_wrong_role(role, f"{path}.role"))
        return None
    message: Message = {"role": "system" if role == "developer" else role}
    calls = turn.get("tool_calls")
    if calls:
        message["tool_calls"] = checked_calls(calls, f"{path}.tool_calls", faults)
    content = _content(turn, path, message, faults)
    if content is None:
        return None
    message["content"] = content
    for key in KEPT_KEYS:
        if isinstance(turn.get(key), str):
            message[key] = turn[key]
    return message


def _wrong_role(role: Any, path: str) -> Fault:
    known = SHAREGPT_ROLES.get(role.strip().lower()) if isinstance(role, str) else None
    return Fault("wrong-role", path, shown(role), None, phrase("write-role", role=known) if known else None)


def _content(turn: Mapping[str, Any], path: str, message: Message, faults: list[Fault]) -> str | None:
    """The text of a turn; "" where a system turn is empty or an assistant only calls tools."""
    value = turn.get("content")
    if isinstance(value, list):
        value = _joined_parts(value, f"{path}.content", faults)
        if value is None:
            return None
    may_be_empty = "tool_calls" in message or message["role"] in ("system", "tool")
    if may_be_empty and (value is None or (isinstance(value, str) and not value.strip())):
        return ""
    if "content" not in turn:
        faults.append(Fault("malformed-message", path, shown(dict(turn)), phrase("content-beside-role")))
        return None
    return _turn_text(value, f"{path}.content", faults)


def _turn_text(value: Any, path: str, faults: list[Fault]) -> str | None:
    if type(value) is str and value and not value.isspace():
        if "\0" in value or "\ufffd" in value:
            damage(value, path, faults)
        return value
    return text_of({path: value}, path, faults)


def _joined_parts(parts: list[Any], path: str, faults: list[Fault]) -> str | None:
    texts = []
    for index, part in enumerate(parts):
        if not (isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)):
            faults.append(Fault("content-not-text", f"{path}[{index}]", shown(part)))
            return None
        texts.append(part["text"])
    return "".join(texts)


def _from_sharegpt(turn: Any, path: str, faults: list[Fault]) -> Message | None:
    if not isinstance(turn, dict) or "from" not in turn or "value" not in turn:
        wanted = phrase("as-written", text='{"from": "human", "value": "…"}')
        faults.append(Fault("malformed-message", path, shown(turn), wanted))
        return None
    speaker = turn["from"]
    role = SHAREGPT_ROLES.get(speaker) if isinstance(speaker, str) else None
    if role is None:
        wanted = phrase("one-of", names="human, gpt, system, tool")
        faults.append(Fault("wrong-role", f"{path}.from", shown(speaker), wanted))
        return None
    if speaker == "function_call":
        calls = checked_calls(turn["value"], f"{path}.value", faults)
        return {"role": role, "tool_calls": calls, "content": ""}
    if role in ("system", "tool") and turn["value"] == "":
        return {"role": role, "content": ""}
    text = _turn_text(turn["value"], f"{path}.value", faults)
    return None if text is None else {"role": role, "content": text}
