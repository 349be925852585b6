"""How likely an encoder-decoder finds the answers: negative log-likelihood per row, over the answer's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.data.source_collator import SourceCollator
from modelforge.tasks.batches import longest_first, within_logits
from modelforge.tasks.generation import evaluating
from modelforge.tasks.likelihood import sum_nll
from modelforge.tasks.source_and_target import SourceAndTarget
from modelforge.tasks.watch import UNWATCHED, Watch


def target_nll(
    model: Any,
    rows: Sequence[SourceAndTarget],
    collator: SourceCollator,
    *,
    batch_size: int,
    watch: Watch = UNWATCHED,
) -> list[float]:
    """Nats per row, summed over its target. A row's figure does not depend on its batch.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every pass.
    """
    nll = [0.0] * len(rows)

    def positions(batch: list[int]) -> int:
        return max(len(rows[at].kept_target) for at in batch)

    order = longest_first([row.kept_tokens for row in rows])
    with evaluating(model):
        for batch in watch.over(within_logits(order, batch_size, int(model.config.vocab_size), positions), len(rows)):
            made = collator([rows[index].columns for index in batch])
            inputs = {name: values.to(model.device) for name, values in made.items()}
            logits = model(**inputs, use_cache=False).logits  # [b, t, vocabulary], aligned with the labels
            for row, value in zip(batch, sum_nll(logits, inputs["labels"]), strict=True):
                nll[row] = float(value)
    return nll
