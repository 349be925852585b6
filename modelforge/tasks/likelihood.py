"""How likely a model finds the answers: negative log-likelihood per row, over the trained tokens only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.data.collator import IGNORED, padded, padded_ids
from modelforge.tasks.batches import longest_first, within_logits
from modelforge.tasks.generation import evaluating, keeps_logits
from modelforge.tasks.tokenised_row import TokenisedRow
from modelforge.tasks.watch import UNWATCHED, Watch

UPCAST_AT_ONCE = 16_000_000
"""Logits turned into fp32 probabilities at once."""


def row_nll(
    model: Any,
    rows: Sequence[TokenisedRow],
    *,
    batch_size: int,
    watch: Watch = UNWATCHED,
) -> list[float]:
    """Nats per row, summed over the row's trained tokens; 0 for a row without any.

    Logits are computed only at positions whose next token is trained, and rows are passed in order of length, at most
    `batch_size` of them; a row's figure does not depend on its batch.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every pass.
    """
    nll = [0.0] * len(rows)
    order = [at for at in longest_first([len(row.kept_ids) for row in rows]) if rows[at].trained_tokens]

    def positions(batch: list[int]) -> int:
        first, last = _scored_span([rows[at] for at in batch])
        return last - first

    batches = within_logits(order, batch_size, int(model.config.get_text_config().vocab_size), positions)
    with evaluating(model):
        for batch in watch.over(batches, len(rows)):
            for row, value in zip(batch, _pass(model, [rows[at] for at in batch]), strict=True):
                nll[row] = value
    return nll


def _scored_span(rows: Sequence[TokenisedRow]) -> tuple[int, int]:
    """First position that predicts a trained token in any row, and one behind the last."""
    firsts, lasts = [], []
    for row in rows:
        trained = [index for index, label in enumerate(row.kept_labels) if label != IGNORED]
        firsts.append(trained[0] - 1)
        lasts.append(trained[-1])
    return min(firsts), max(lasts)


def _pass(model: Any, rows: list[TokenisedRow]) -> list[float]:
    """Nats of each row, [batch]. Rows are padded on the right, where a causal model cannot see the padding."""
    width = max(len(row.kept_ids) for row in rows)
    first, last = _scored_span(rows)
    read = {
        name: values[:, :last].to(model.device)
        for name, values in padded_ids([row.kept_ids for row in rows], 0, width=width).items()
    }
    labels = padded([row.kept_labels for row in rows], width, IGNORED).to(model.device)
    # Position t predicts the label at t + 1.
    targets = labels[:, first + 1 : last + 1]
    return [float(value) for value in sum_nll(_logits(model, read, first, last), targets)]


def _logits(model: Any, read: dict[str, Any], first: int, last: int) -> Any:
    """Those of the positions `first` to `last`: [batch, last − first, vocabulary], in the model's number type."""
    if keeps_logits(model):
        # A count from the end and no list of positions: not every model takes a list.
        return model(**read, use_cache=False, logits_to_keep=last - first).logits
    return model(**read, use_cache=False).logits[:, first:]


def sum_nll(logits: Any, targets: Any) -> Any:
    """Sum over positions in fp64: logits [batch, positions, vocabulary], targets [batch, positions] → [batch]."""
    import torch
    from torch.nn.functional import cross_entropy

    batch, positions, vocabulary = logits.shape
    flat, wanted = logits.reshape(-1, vocabulary), targets.reshape(-1)
    step = max(1, UPCAST_AT_ONCE // vocabulary)
    losses = torch.cat(
        [
            cross_entropy(flat[at : at + step].float(), wanted[at : at + step], ignore_index=IGNORED, reduction="none")
            for at in range(0, len(flat), step)
        ]
    )
    # On the CPU: Apple's GPUs have no 64-bit floats.
    return losses.cpu().double().reshape(batch, positions).sum(dim=1)
