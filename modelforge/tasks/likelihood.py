"""How likely a model finds the answers: negative log-likelihood per row, over the trained tokens only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelforge.tasks.generation import evaluating, keeps_logits
from modelforge.tasks.tokenised_row import IGNORED, TokenisedRow
from modelforge.tasks.watch import UNWATCHED, Watch

LOGITS_AT_ONCE = 64_000_000
"""Logits of one pass, as a count: 256 MB in fp32. A single row may need more; training it took more still."""
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
    done = 0
    with evaluating(model):
        for batch in _batches(rows, batch_size, _vocabulary(model)):
            watch.check()
            for row, value in zip(batch, _pass(model, [rows[index] for index in batch]), strict=True):
                nll[row] = value
            done += len(batch)
            watch.on_progress(done, len(rows))
    return nll


def _batches(rows: Sequence[TokenisedRow], batch_size: int, vocabulary: int) -> Iterator[list[int]]:
    order = sorted(
        (index for index, row in enumerate(rows) if row.trained_tokens), key=lambda i: -len(rows[i].kept_ids)
    )
    batch: list[int] = []
    for index in order:
        width = _scored_span([rows[i] for i in (*batch, index)])
        full = len(batch) == batch_size or (len(batch) + 1) * (width[1] - width[0]) * vocabulary > LOGITS_AT_ONCE
        if batch and full:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


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
    ids = _padded([row.kept_ids for row in rows], width, 0, model.device)
    mask = _padded([[1] * len(row.kept_ids) for row in rows], width, 0, model.device)
    labels = _padded([row.kept_labels for row in rows], width, IGNORED, model.device)
    logits = _logits(model, ids, mask, first, last)
    # Position t predicts the label at t + 1.
    targets = labels[:, first + 1 : last + 1]
    return [float(value) for value in sum_nll(logits, targets)]


def _logits(model: Any, ids: Any, mask: Any, first: int, last: int) -> Any:
    """Those of the positions `first` to `last`: [batch, last − first, vocabulary], in the model's number type."""
    inputs = {"input_ids": ids[:, :last], "attention_mask": mask[:, :last], "use_cache": False}
    if keeps_logits(model):
        # A count from the end and no list of positions: not every model takes a list.
        return model(**inputs, logits_to_keep=last - first).logits
    return model(**inputs).logits[:, first:]


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


def _padded(rows: Sequence[Sequence[int]], width: int, fill: int, device: Any) -> Any:
    import torch

    return torch.tensor([[*row, *[fill] * (width - len(row))] for row in rows], device=device)


def _vocabulary(model: Any) -> int:
    return int(model.config.get_text_config().vocab_size)
