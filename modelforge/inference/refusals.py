"""Refusals: a model cannot do what it is asked for, or gave no answer. Importing this loads no torch."""

from __future__ import annotations

from modelforge.exceptions import ConfigurationError, ConflictError


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


def takes_no_tools(model: str) -> ConfigurationError:
    """The answer to who gives functions, calls or their results to a model whose chat template does not write them."""
    return ConfigurationError(
        f"The chat template of {model} does not write tools, tool calls and their results.",
        hint="Leave them out, or ask a model whose template writes them, as those of Qwen and Llama 3.1 do.",
        code="takes-no-tools",
        params={"model": model},
    )


def not_an_adapter(model: str) -> ConflictError:
    """The answer to who wants to merge full weights."""
    return ConflictError(
        f"{model} holds full weights already.",
        hint="Only adapters are merged; use the model as it is.",
        code="base-already-merged",
        params={"model": model},
    )


def scores_not_numbers() -> ConflictError:
    """What is said where a model computes nothing that could be an answer."""
    return ConflictError(
        "The model's scores are not numbers.",
        hint="Its weights are damaged, or training it has diverged.",
        code="model-scores-not-numbers",
    )


def prediction_stopped() -> ConflictError:
    """What is said where a prediction was asked to end."""
    return ConflictError("The prediction was stopped.", hint="Ask again.", code="prediction-stopped")
