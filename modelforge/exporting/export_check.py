"""Whether an export answers as the model that it was made from: the same ids in, and how much the same out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from modelforge.exceptions import ErrorCode, Params, TrainingError
from modelforge.inference.chat_engine import ChatEngine
from modelforge.schemas.export import ExportCheck
from modelforge.tasks.call_form import ASKED, PROBE_TALK, PROBE_TOOLS
from modelforge.training.merge_check import Answer

BLOCKS = ("q8_0", "q4_0")
LEAST_SAME_TOKENS = 0.5
"""An export that would choose another token more often than not, along the model's own answers, is refused."""
LARGEST_DIVERGENCE = {"float32": 1e-6, "f16": 1e-3, "float16": 1e-3, "bfloat16": 1e-2, "q8_0": 0.1, "q4_0": 1.0}
"""What an export's weights are held in → the mean divergence in nats above which it is refused: about a hundred times
what rounding brings, and of Q4_0 ten times (see docs/guides/exporting.md). One logit alone is no measure: in a model
that answers at random, rounding to 16 bits moves single logits by some hundredths."""
FINER = {
    "q4_0": "--quantization q8_0 or f16, or --format safetensors",
    "q8_0": "--quantization f16, or --format safetensors",
    "f16": "--format safetensors",
    "float16": "--dtype float32",
    "bfloat16": "--dtype float32",
}
"""What to ask for instead of an export that was refused; nothing is finer than float32."""


def check_export(
    model: Sequence[Answer],
    export: Sequence[Answer],
    numbers: str,
    *,
    base: Sequence[Answer] = (),
    weight_error: float,
    texts: tuple[int, int] = (0, 0),
) -> ExportCheck:
    """Compare both sides' answers to the same prompts.

    Args:
        model: what the model answers.
        export: what the export answers, its logits along the model's answers.
        numbers: what the export's weights are held in.
        base: of an adapter, the base's logits along the model's answers.
        weight_error: from `largest_error`.
        texts: how many texts were tokenised, and how many of them to the same ids.

    Raises:
        TrainingError: the export differs by more than `LARGEST_DIVERGENCE` or `LEAST_SAME_TOKENS` allow, or there is
            nothing to compare.
    """
    if any(ours.prompt_ids != theirs.prompt_ids for ours, theirs in zip(model, export, strict=True)):
        reason = "its tokenizer gives other ids for the same prompt"
        raise _refused(reason, numbers, code="export-splits-otherwise")
    _refuse_missing(model, export)
    divergence, same_tokens = _mean(model, export, _divergence), _mean(model, export, _same_token)
    if not divergence <= LARGEST_DIVERGENCE[numbers]:  # also where it is not a number
        allowed = LARGEST_DIVERGENCE[numbers]
        reason = f"its next token diverges by {divergence:.2g} nats, more than {allowed:g}"
        nats = divergence if math.isfinite(divergence) else str(divergence)
        raise _refused(reason, numbers, code="export-diverges", params={"nats": nats, "allowed": allowed})
    if same_tokens < LEAST_SAME_TOKENS:
        reason = f"it would choose only {same_tokens:.0%} of the tokens of the model's answers"
        percent = round(100 * same_tokens)
        raise _refused(reason, numbers, code="export-chooses-otherwise", params={"percent": percent})
    same = sum(ours.text == theirs.text for ours, theirs in zip(model, export, strict=True))
    return ExportCheck(
        verdict="same" if same == len(model) and numbers not in BLOCKS else "close",
        prompts=len(model),
        same_answers=same,
        same_tokens=same_tokens,
        divergence=divergence,
        training_divergence=_mean(model, base, _divergence) if base else None,
        largest_logit_difference=max(
            float((a.logits - b.logits).abs().max()) for a, b in zip(model, export, strict=True)
        ),
        largest_weight_error=weight_error,
        texts=texts[0],
        same_texts=texts[1],
    )


def ids_with_tools(engine: ChatEngine) -> list[int]:
    """The ids of a conversation with a function, a call of it and its result, as far as the chat template writes them;
    none where it takes no tools."""
    if not engine.takes_tools:
        return []
    return engine.prompt_ids(PROBE_TALK if engine.takes_results else [ASKED], PROBE_TOOLS)


def check_tools(model: list[int], export: list[int], numbers: str) -> None:
    """Compare both sides' `ids_with_tools`. Raises TrainingError where they differ."""
    if model != export:
        reason = "its tokenizer gives other ids for the same prompt with tools"
        raise _refused(reason, numbers, code="export-splits-otherwise")


def _refuse_missing(model: Sequence[Answer], export: Sequence[Answer]) -> None:
    """A mean over nothing is no measure: each side must have logits for every token of its answers."""
    lacking = [answer for answer in (*model, *export) if len(answer.choices) != len(answer.answer_ids) + 1]
    if lacking or not model:
        answers = len(model) + len(export)
        raise TrainingError(
            f"The export could not be compared with the model: {len(lacking)} of {answers} answers have too few "
            "logits, where each needs one row for every token and its end. It was not kept.",
            hint="Report this model: it is asked wrongly. Until then, use its folder as it is.",
            code="export-not-compared",
            params={"lacking": len(lacking), "answers": answers},
        )


def _mean(ours: Sequence[Answer], theirs: Sequence[Answer], measure: Callable[[Any, Any], Any]) -> float:
    """The mean of `measure` over every place from which a token of an answer, or its end, was chosen."""
    import torch

    places = [measure(a.choices, b.choices) for a, b in zip(ours, theirs, strict=True)]
    return float(torch.cat(places).double().mean())


def _divergence(ours: Any, theirs: Any) -> Any:
    """KL(model ‖ export) at each place, in nats, [places]."""
    import torch

    p, q = (torch.log_softmax(logits.double(), dim=-1) for logits in (ours, theirs))
    return (p.exp() * (p - q)).sum(dim=-1)


def _same_token(ours: Any, theirs: Any) -> Any:
    return (ours.argmax(dim=-1) == theirs.argmax(dim=-1)).float()


def _refused(reason: str, numbers: str, *, code: ErrorCode, params: Params | None = None) -> TrainingError:
    return TrainingError(
        f"The export does not answer as the model does: {reason}. It was not kept.",
        hint=f"Export it in a finer type: {FINER[numbers]}."
        if numbers in FINER
        else "Use the model's folder as it is, and report this model: its export is written wrongly.",
        code=code,
        params=params,
    )
