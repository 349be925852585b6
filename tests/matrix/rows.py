"""Rows to learn from, by task and strategy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

COLOURS = ("red", "green", "blue", "white")
ROWS = 24


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _pair(number: int) -> dict[str, Any]:
    return {
        "input": f"Which colour has ball {number}{' of them all' * (number % 3)}?",
        "output": f"{_colour(number)} {number}",
    }


def _summary(number: int) -> dict[str, Any]:
    return {
        "document": f"Ball {number} lies on the grass. It is {_colour(number)}{' indeed' * (number % 3)}.",
        "summary": f"Ball {number} is {_colour(number)}.",
    }


def _question(number: int) -> dict[str, Any]:
    context = f"Ball {number} lies on the grass. It is {_colour(number)}{' indeed' * (number % 3)}."
    answer = {"text": [_colour(number)], "answer_start": [context.index(_colour(number))]}
    return {"context": context, "question": f"Which colour has ball {number}?", "answers": answer}


def _label(number: int) -> dict[str, Any]:
    return {"text": f"I like my {_colour(number)} ball {number} best.", "label": _colour(number)}


def _preference(number: int) -> dict[str, Any]:
    return {
        "prompt": f"Ball {number}?{' Well?' * (number % 3)} ",
        "chosen": f"good {number}",
        "rejected": f"bad {number}!",
    }


def _mark(number: int) -> dict[str, Any]:
    return {"prompt": f"Ball {number}? ", "completion": f"it is {_colour(number)}", "label": number % 2 == 0}


def _prompt(number: int) -> dict[str, Any]:
    return {"prompt": f"Say something about ball {number}{', please' * (number % 3)}: "}


BY_TASK = {
    "text-generation": _pair,
    "summarization": _summary,
    "extractive-question-answering": _question,
    "text-classification": _label,
}
BY_STRATEGY = {"dpo": _preference, "reward": _preference, "kto": _mark, "rlhf": _prompt}
"""Strategies that learn from rows of their own, whatever the task."""


def write_rows(task: str, strategy: str, folder: Path) -> Path:
    """A file of rows that the pair can learn from."""
    make = BY_STRATEGY.get(strategy) or BY_TASK[task]
    path = folder / f"{task}-{strategy}.jsonl"
    path.write_text("".join(json.dumps(make(number)) + "\n" for number in range(ROWS)), encoding="utf-8")
    return path
