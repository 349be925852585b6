"""How likely an encoder-decoder finds the answers: negative log-likelihood per row, over the answer's tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelforge.data.source_collator import SourceCollator
from modelforge.tasks.generation import GenerationStopped, Progress, Stop, evaluating
from modelforge.tasks.likelihood import LOGITS_AT_ONCE, sum_nll
from modelforge.tasks.source_and_target import SourceAndTarget


def target_nll(
    model: Any,
    rows: Sequence[SourceAndTarget],
    collator: SourceCollator,
    *,
    batch_size: int,
    on_progress: Progress | None = None,
    should_stop: Stop | None = None,
) -> list[float]:
    """Nats per row, summed over its target. A row's figure does not depend on its batch.

    Raises:
        GenerationStopped: `should_stop` returned true; it is asked before every pass.
    """
    nll = [0.0] * len(rows)
    done = 0
    with evaluating(model):
        for batch in _batches(rows, batch_size, int(model.config.vocab_size)):
            if should_stop is not None and should_stop():
                raise GenerationStopped
            made = collator([rows[index].columns for index in batch])
            inputs = {name: values.to(model.device) for name, values in made.items()}
            logits = model(**inputs, use_cache=False).logits  # [b, t, vocabulary], aligned with the labels
            for row, value in zip(batch, sum_nll(logits, inputs["labels"]), strict=True):
                nll[row] = float(value)
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(rows))
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
