"""How far a tuned model has moved from its base, on the answers that it writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.tasks.generation import evaluating
from modelforge.tasks.watch import UNWATCHED, Watch


def divergence_from_base(
    model: Any,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[Sequence[int]],
    watch: Watch = UNWATCHED,
) -> list[float]:
    """KL(tuned ‖ base) in nats a token: at each token of an answer over the whole vocabulary, then the mean.

    Exact at every position, unlike the estimate from the sampled token that training uses. 0 for an empty answer, and
    for a model without an adapter, which has no base to switch to.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every row.
    """
    from peft import PeftModel

    if not isinstance(model, PeftModel):
        return [0.0] * len(prompts)
    found = []
    with evaluating(model):
        for prompt, answer in zip(prompts, answers, strict=True):
            watch.check()
            found.append(_of_one(model, [*prompt, *answer], len(answer)) if answer else 0.0)
    return found


def _of_one(model: Any, ids: list[int], written: int) -> float:
    import torch
    from torch.nn.functional import kl_div

    batch = torch.tensor([ids], device=model.device)

    def predicted() -> Any:
        """Log-probabilities of every written token's place, [written, vocabulary], in fp32."""
        logits = model(input_ids=batch, use_cache=False).logits[0, -written - 1 : -1]
        return logits.float().log_softmax(dim=-1)

    tuned = predicted()
    with model.disable_adapter():
        base = predicted()
    return float(kl_div(base, tuned, log_target=True, reduction="none").sum(dim=-1).mean())
