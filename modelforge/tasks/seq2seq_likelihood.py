"""How likely an encoder-decoder finds the answers: negative log-likelihood per row, over the answer's tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelforge.data.source_collator import SourceCollator
from modelforge.tasks.generation import evaluating
from modelforge.tasks.likelihood import LOGITS_AT_ONCE, sum_nll
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
    done = 0
    with evaluating(model):
        for batch in _batches(rows, batch_size, int(model.config.vocab_size)):
            watch.check()
            made = collator([rows[index].columns for index in batch])
            inputs = {name: values.to(model.device) for name, values in made.items()}
            logits = model(**inputs, use_cache=False).logits  # [b, t, vocabulary], aligned with the labels
            for row, value in zip(batch, sum_nll(logits, inputs["labels"]), strict=True):
                nll[row] = float(value)
            done += len(batch)
            watch.on_progress(done, len(rows))
    return nll


def _batches(rows: Sequence[SourceAndTarget], batch_size: int, vocabulary: int) -> Iterator[list[int]]:
    """Rows of like length together, so many that their logits stay within `LOGITS_AT_ONCE`."""
    order = sorted(range(len(rows)), key=lambda row: -rows[row].kept_tokens)
    batch: list[int] = []
    for index in order:
        longest = max(len(rows[row].kept_target) for row in (*batch, index))
        if batch and (len(batch) == batch_size or (len(batch) + 1) * longest * vocabulary > LOGITS_AT_ONCE):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
