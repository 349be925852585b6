"""The answers of question answering rows, in both of SQuAD's forms."""

from __future__ import annotations

import re
from typing import Any

from modelforge.data.fields import Row, decoded, text_of
from modelforge.data.problem_log import Fault, shown
from modelforge.data.problem_phrases import phrase

Answers = dict[str, list[Any]]
"""`text`, and `answer_start` beside it: characters from the beginning of the context, −1 where it is not quoted.

Both are empty where the text does not answer the question.
"""
NO_ANSWER = "The text does not say."
"""What a model that writes its answers is taught to say then."""


def answers_of(values: Row, name: str, context: str | None, faults: list[Fault]) -> Answers | None:
    """The answers of `answers: {text, answer_start}`, of a list of texts, or of a plain `answer`."""
    value = decoded(values.get(name))
    if isinstance(value, dict):
        return _squad(value, name, context, faults)
    if isinstance(value, list):
        return _texts(value, name, context, faults)
    answer = text_of(values, name, faults)
    return None if answer is None else _quoted([answer], name, context, faults)


def _texts(value: list[Any], name: str, context: str | None, faults: list[Fault]) -> Answers | None:
    if not all(isinstance(text, str) and text.strip() for text in value):
        faults.append(Fault("malformed-answers", name, shown(value)))
        return None
    if not value:
        faults.append(Fault("no-answers", name, phrase("an-empty-list")))
    return _quoted(value, name, context, faults)


def _quoted(texts: list[str], name: str, context: str | None, faults: list[Fault]) -> Answers:
    """The texts, each with the first place where the context has it; case does not count."""
    texts = [text.strip() for text in texts]
    places = [-1 if context is None else _place(text, context) for text in texts]
    missing = next((text for text, place in zip(texts, places, strict=True) if place < 0), None)
    if missing is not None and context is not None:
        faults.append(Fault("answer-not-quoted", name, shown(missing)))
    return {"text": texts, "answer_start": places}


def _place(text: str, context: str) -> int:
    exact = context.find(text)
    if exact >= 0:
        return exact
    alike = re.search(re.escape(text), context, re.IGNORECASE)
    return alike.start() if alike else -1


def _squad(value: dict[str, Any], name: str, context: str | None, faults: list[Fault]) -> Answers | None:
    texts, starts = value.get("text"), value.get("answer_start")
    texts = [texts] if isinstance(texts, str) else texts
    starts = [starts] if isinstance(starts, int) else starts
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        faults.append(Fault("malformed-answers", name, shown(value)))
        return None
    if not texts:
        faults.append(Fault("no-answers", name, phrase("an-empty-list")))
    before = len(faults)
    for index, (text, start) in enumerate(zip(texts, starts, strict=True)):
        _check_place(text, start, f"{name}.text[{index}]", context, faults)
    return {"text": texts, "answer_start": starts} if not texts or len(faults) == before else None


def _check_place(text: Any, start: Any, path: str, context: str | None, faults: list[Fault]) -> None:
    if not isinstance(text, str) or not text.strip() or type(start) is not int:
        faults.append(Fault("malformed-answers", path, phrase("answer-at", text=shown(text), at=shown(start))))
    elif context is not None and (start < 0 or context[start : start + len(text)] != text):
        stands = shown(context[max(start, 0) : max(start, 0) + len(text)])
        found = phrase("answer-stands-elsewhere", text=shown(text), at=start, other=stands)
        faults.append(Fault("answer-not-in-context", path, found))
