"""Reasoning that stands before an answer, as `<think>…</think>` in its text or as `reasoning_content` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

OPENS, CLOSES = "<think>", "</think>"


class Written(NamedTuple):
    """What a model wrote, without white space around the two."""

    reasoning: str
    answer: str


def written(text: str) -> Written:
    """Part a text behind its first `</think>`.

    A chat template may have written `<think>` into the prompt, so that the text begins within the reasoning. A text
    that was cut off within it is taken as a whole: it has come to no answer.
    """
    before, closed, behind = text.partition(CLOSES)
    if not closed:
        return Written("", text.strip())
    return Written(before.strip().removeprefix(OPENS).strip(), behind.strip())


def answer_of(text: str) -> str:
    """What is compared and rewarded of a text: the part behind its reasoning, or all of it where it has none."""
    return written(text).answer if CLOSES in text else text


def reasons(turn: Mapping[str, Any]) -> bool:
    """Whether a turn of a conversation has reasoning of its own; `<think></think>` is none."""
    if turn.get("reasoning_content"):
        return True
    content = turn.get("content") or ""
    return content.lstrip().startswith(OPENS) and bool(written(content).reasoning)


def thinking_for(answer: Mapping[str, Any]) -> bool | None:
    """What a chat template is told as `enable_thinking` before `answer`; nothing where that is yet to be written."""
    return reasons(answer) if answer.get("content") or answer.get("tool_calls") else None
