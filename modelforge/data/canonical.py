"""A row as the file has it → the canonical row (TRL's dataset types) that every later part reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modelforge.data.answers import NO_ANSWER, answers_of
from modelforge.data.classes import classification_row
from modelforge.data.conversations import messages_row, sharegpt_row
from modelforge.data.fields import Row, decoded, text_of, tools_of
from modelforge.data.preferences import (
    Columns,
    preference_row,
    prompt_only_row,
    prompt_or_turns,
    unpaired_preference_row,
)
from modelforge.data.problem_log import Fault
from modelforge.data.problem_phrases import phrase
from modelforge.schemas.dataset import Shape

CanonicalRow = dict[str, Any]
"""`messages` and perhaps `tools`; `prompt` and `completion` as message lists or as strings; or `text`, `chosen`, …

A question on a text keeps its `context`, `question` and `answers` beside the prompt that they make.
"""

Converter = Callable[[Row, Columns, list[Fault]], CanonicalRow | None]

SUMMARY_PROMPT = "Summarize the following text.\n\n"
"""Put before the document: a summary needs an instruction, and the file has none."""


def _pair(prompt: str | None, completion: str | None) -> CanonicalRow | None:
    if prompt is None or completion is None:
        return None
    return {
        "prompt": [{"role": "user", "content": prompt}],
        "completion": [{"role": "assistant", "content": completion}],
    }


def _input_output(values: Row, columns: Columns, faults: list[Fault]) -> CanonicalRow | None:
    return _pair(text_of(values, columns["input"], faults), text_of(values, columns["output"], faults))


def _summary(values: Row, columns: Columns, faults: list[Fault]) -> CanonicalRow | None:
    document = text_of(values, columns["document"], faults)
    summary = text_of(values, columns["summary"], faults)
    return _pair(None if document is None else SUMMARY_PROMPT + document, summary)


def _question_answering(values: Row, columns: Columns, faults: list[Fault]) -> CanonicalRow | None:
    context = text_of(values, columns["context"], faults)
    question = text_of(values, columns["question"], faults)
    answers = answers_of(values, columns["answers"], context, faults)
    if context is None or question is None or answers is None:
        return None
    first = answers["text"][0] if answers["text"] else NO_ANSWER
    pair = _pair(f"{context}\n\n{question}", first)
    return pair and pair | {"context": context, "question": question, "answers": answers}


def _alpaca(values: Row, columns: Columns, faults: list[Fault]) -> CanonicalRow | None:
    instruction = text_of(values, columns["instruction"], faults)
    more = text_of(values, columns["input"], faults, required=False) if "input" in columns else None
    system = text_of(values, columns["system"], faults, required=False) if "system" in columns else None
    earlier = _history(values.get(columns["history"]), columns["history"], faults) if "history" in columns else []
    output = text_of(values, columns["output"], faults)
    if instruction is None or output is None:
        return None
    turns = [{"role": "system", "content": system}] if system else []
    turns += earlier
    turns.append({"role": "user", "content": f"{instruction}\n\n{more}" if more else instruction})
    return {"prompt": turns, "completion": [{"role": "assistant", "content": output}]}


def _history(value: Any, name: str, faults: list[Fault]) -> list[dict[str, str]]:
    value = decoded(value)
    if value is None or value == "":
        return []
    turns: list[dict[str, str]] = []
    if not isinstance(value, list):
        faults.append(Fault("malformed-history", name, f"{type(value).__name__}"))
        return turns
    for index, pair in enumerate(value):
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) and text for text in pair)):
            faults.append(Fault("malformed-history", f"{name}[{index}]", repr(pair)[:80]))
            continue
        turns.append({"role": "user", "content": pair[0]})
        turns.append({"role": "assistant", "content": pair[1]})
    return turns


def _prompt_completion(values: Row, columns: Columns, faults: list[Fault]) -> CanonicalRow | None:
    prompt = prompt_or_turns(values, columns["prompt"], faults)
    completion = prompt_or_turns(values, columns["completion"], faults, answer=True)
    if prompt is None or completion is None:
        return None
    if isinstance(prompt, str) != isinstance(completion, str):
        found, wanted = phrase("text-beside-turns"), phrase("texts-or-turns-in-both")
        faults.append(Fault("wrong-type", columns["completion"], found, wanted))
        return None
    return {"prompt": prompt, "completion": completion} | tools_of(values, columns, faults)


def _text(values: Row, columns: Columns, faults: list[Fault]) -> CanonicalRow | None:
    text = text_of(values, columns["text"], faults)
    return None if text is None else {"text": text}


CONVERTERS: dict[Shape, Converter] = {
    "input_output": _input_output,
    "summary": _summary,
    "question_answering": _question_answering,
    "alpaca": _alpaca,
    "sharegpt": sharegpt_row,
    "messages": messages_row,
    "prompt_completion": _prompt_completion,
    "classification": classification_row,
    "text": _text,
    "preference": preference_row,
    "unpaired_preference": unpaired_preference_row,
    "prompt_only": prompt_only_row,
}
"""Shape → a row as the file has it, its columns (expected → in the file), and where faults go: the canonical row, which
is of use where none of the faults is an error."""
