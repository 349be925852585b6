"""The answers of question answering rows, in both of SQuAD's forms."""

from __future__ import annotations

from typing import Any

from modelforge.data.fields import Row, decoded, text_of
from modelforge.data.problem_log import Fault, shown


def question_and_answer(values: Row, name: str, context: str | None, faults: list[Fault]) -> str | None:
    """The first answer of `answers: {text, answer_start}`, of a list of texts, or of a plain `answer`."""
    value = decoded(values.get(name))
    if isinstance(value, dict):
        return _squad(value, name, context, faults)
    if isinstance(value, list):
        return _first_text(value, name, context, faults)
    answer = text_of(values, name, faults)
    _must_be_quoted(answer, name, context, faults)
    return answer


def _first_text(value: list[Any], name: str, context: str | None, faults: list[Fault]) -> str | None:
    if not value:
        faults.append(Fault("no-answers", name, "an empty list"))
        return None
    if not all(isinstance(text, str) and text.strip() for text in value):
        faults.append(Fault("malformed-answers", name, shown(value)))
        return None
    _must_be_quoted(value[0], name, context, faults)
    return str(value[0])


def _must_be_quoted(answer: str | None, name: str, context: str | None, faults: list[Fault]) -> None:
    if answer is not None and context is not None and answer.strip().lower() not in context.lower():
        faults.append(Fault("answer-not-quoted", name, shown(answer)))


def _squad(value: dict[str, Any], name: str, context: str | None, faults: list[Fault]) -> str | None:
    texts, starts = value.get("text"), value.get("answer_start")
    texts = [texts] if isinstance(texts, str) else texts
    starts = [starts] if isinstance(starts, int) else starts
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        faults.append(Fault("malformed-answers", name, shown(value)))
        return None
    if not texts:
        faults.append(Fault("no-answers", name, "an empty list"))
        return None
    for index, (text, start) in enumerate(zip(texts, starts, strict=True)):
        _check_place(text, start, f"{name}.text[{index}]", context, faults)
    return texts[0] if isinstance(texts[0], str) else None


def _check_place(text: Any, start: Any, path: str, context: str | None, faults: list[Fault]) -> None:
    if not isinstance(text, str) or not text.strip() or type(start) is not int:
        faults.append(Fault("malformed-answers", path, f"{shown(text)} at {shown(start)}"))
    elif context is not None and (start < 0 or context[start : start + len(text)] != text):
        stands = shown(context[max(start, 0) : max(start, 0) + len(text)])
        faults.append(Fault("answer-not-in-context", path, f"{shown(text)}, but at {start} stands {stands}"))
