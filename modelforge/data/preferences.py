"""Rows that say which answer is better, and rows that only ask: texts or lists of turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelforge.data.conversations import Message, turns_of
from modelforge.data.fields import MISSING, Row, text_of, tools_of
from modelforge.data.problem_log import Fault, shown
from modelforge.data.problem_phrases import phrase

Columns = Mapping[str, str]
TRUE = (True, 1, "true", "True", "1")
FALSE = (False, 0, "false", "False", "0")


def prompt_or_turns(values: Row, name: str, faults: list[Fault], *, answer: bool = False) -> str | list[Message] | None:
    """A text as it is, or a list of turns; an answer's turns end with the assistant's."""
    if not isinstance(values.get(name), list):
        return text_of(values, name, faults)
    turns = turns_of(values, name, faults)
    if turns and answer and turns[-1]["role"] != "assistant":
        faults.append(Fault("ends-without-answer", f"{name}[{len(turns) - 1}].role", shown(turns[-1]["role"])))
    return turns


def preference_row(values: Row, columns: Columns, faults: list[Fault]) -> dict[str, Any] | None:
    """`{"prompt"?, "chosen", "rejected"}`; without a prompt column the prompt is inside both answers."""
    chosen = prompt_or_turns(values, columns["chosen"], faults, answer=True)
    rejected = prompt_or_turns(values, columns["rejected"], faults, answer=True)
    row: dict[str, Any] = {}
    if "prompt" in columns:
        row["prompt"] = prompt_or_turns(values, columns["prompt"], faults)
    if chosen is not None and chosen == rejected:
        faults.append(Fault("chosen-equals-rejected", columns["rejected"], phrase("chosen-again")))
    row |= {"chosen": chosen, "rejected": rejected}
    _same_kind(row, columns, faults)
    return row | tools_of(values, columns, faults)


def unpaired_preference_row(values: Row, columns: Columns, faults: list[Fault]) -> dict[str, Any] | None:
    """`{"prompt", "completion", "label"}` with a boolean label."""
    row: dict[str, Any] = {
        "prompt": prompt_or_turns(values, columns["prompt"], faults),
        "completion": prompt_or_turns(values, columns["completion"], faults, answer=True),
    }
    _same_kind(row, columns, faults)
    row["label"] = _label(values.get(columns["label"], MISSING), columns["label"], faults)
    return row | tools_of(values, columns, faults)


def sides_of(row: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The canonical rows that are tokenised for one: itself, or a preference's chosen and rejected answer.

    Where no prompt is named, it is what both answers begin with: whole turns, or whole words of a text.
    """
    if "chosen" not in row:
        return (dict(row),)
    chosen, rejected = row["chosen"], row["rejected"]
    prompt = row.get("prompt")
    if prompt is None:
        shared = _shared_turns(chosen, rejected) if isinstance(chosen, list) else _shared_words(chosen, rejected)
        prompt, chosen, rejected = chosen[:shared], chosen[shared:], rejected[shared:]
    more = {"tools": row["tools"]} if "tools" in row else {}
    return tuple({"prompt": prompt, "completion": answer, **more} for answer in (chosen, rejected))


def _shared_turns(chosen: list[Message], rejected: list[Message]) -> int:
    """How many turns both begin with; the last turn of each is its answer, whatever it says."""
    most = min(len(chosen), len(rejected)) - 1
    return next((at for at in range(most) if chosen[at] != rejected[at]), most)


def _shared_words(chosen: str, rejected: str) -> int:
    """How many characters both begin with, up to the white space before the words that differ."""
    pairs = enumerate(zip(chosen, rejected, strict=False))
    same = next((at for at, (left, right) in pairs if left != right), min(len(chosen), len(rejected)))
    return max(chosen.rfind(" ", 0, same), chosen.rfind("\n", 0, same)) + 1


def prompt_only_row(values: Row, columns: Columns, faults: list[Fault]) -> dict[str, Any] | None:
    """`{"prompt", …}` with every other column kept: reward functions read them."""
    prompt = prompt_or_turns(values, columns["prompt"], faults)
    used = set(columns.values())
    others = {name: value for name, value in values.items() if name not in used}
    return others | {"prompt": prompt} | tools_of(values, columns, faults)


def _same_kind(row: Mapping[str, Any], columns: Columns, faults: list[Fault]) -> None:
    kinds = {isinstance(value, str) for value in row.values() if value is not None}
    if len(kinds) > 1:
        found, wanted = phrase("texts-beside-turns"), phrase("texts-or-turns-in-all")
        faults.append(Fault("wrong-type", columns[next(iter(row))], found, wanted))


def _label(value: Any, name: str, faults: list[Fault]) -> bool | None:
    if value is MISSING:
        faults.append(Fault("missing-field", name, phrase("no-such-column"), phrase("true-or-false")))
    elif isinstance(value, bool | int | str) and value in TRUE:
        return True
    elif isinstance(value, bool | int | str) and value in FALSE:
        return False
    else:
        faults.append(Fault("label-not-boolean", name, shown(value)))
    return None
