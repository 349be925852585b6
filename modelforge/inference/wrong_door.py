"""What is said to who asks a model in a way in which it cannot be asked. Importing this loads no torch."""

from __future__ import annotations

from modelforge.exceptions import ConflictError


def reads_only(model: str) -> ConflictError:
    """The answer to who asks a model that reads to write."""
    return ConflictError(
        f"{model} reads texts and writes no answers.",
        hint=f'Ask what it says of a text: `modelforge predict {model} "…"`, or POST /api/v1/playground/predict.',
        code="writes-no-answers",
        params={"model": model},
    )


def writes_only(model: str) -> ConflictError:
    """The answer to who asks a model that writes to predict."""
    return ConflictError(
        f"{model} writes its answers and predicts nothing of a text.",
        hint=f"Ask it with `modelforge chat {model}`, or by POST /api/v1/playground/chat or /v1/chat/completions.",
        code="predicts-nothing",
        params={"model": model},
    )
