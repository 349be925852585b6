"""Tokenised rows → a batch. The preflight and the trainer use the same objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

IGNORED = -100
"""The label of a token that is not in the loss (PyTorch's `ignore_index`)."""
MULTIPLE = 16
"""Batches are a multiple of this wide: half precision wants it, and every new width costs a compiled kernel."""


def padded_width(longest: int, most: int | None = None) -> int:
    """The width of a batch whose longest row has `longest` tokens; over `most` only where that row is."""
    rounded = -(-longest // MULTIPLE) * MULTIPLE
    return rounded if most is None else max(longest, min(rounded, most))


def padded(rows: Sequence[Sequence[int]], width: int, filler: int) -> Any:
    """Rows of unequal length, filled up on the right: an int64 tensor `[b, width]`."""
    import torch

    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])


def padded_ids(rows: Sequence[Sequence[int]], pad_token_id: int, *, width: int) -> dict[str, Any]:
    """`input_ids` and `attention_mask` (1 on real tokens), `[b, width]`: the mask comes from lengths, never from the
    pad id, which may equal the end token."""
    mask = [[1] * len(row) for row in rows]
    return {"input_ids": padded(rows, width, pad_token_id), "attention_mask": padded(mask, width, 0)}


@dataclass(frozen=True)
class PaddingCollator:
    """Rows of unequal length, padded on the right to the longest, or to the next multiple of 16 within `most`.

    Returns int64 tensors of shape `[b, s]`: `input_ids`, `attention_mask` and `labels` (−100 on padding).
    """

    pad_token_id: int
    most: int | None = None
    """`data.max_length`: what the model can take."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        width = padded_width(max(len(row["input_ids"]) for row in rows), self.most)
        batch = padded_ids([row["input_ids"] for row in rows], self.pad_token_id, width=width)
        return {**batch, "labels": padded([row["labels"] for row in rows], width, IGNORED)}

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The rows that a batch holds; a label on the padding shows as one label too many."""
        rows = []
        for ids, mask, labels in zip(batch["input_ids"], batch["attention_mask"], batch["labels"], strict=True):
            length = int(mask.sum())
            trained = (labels != IGNORED).nonzero().flatten().tolist()
            rows.append(
                {
                    "input_ids": ids[:length].tolist(),
                    "labels": labels[: max([length, *(last + 1 for last in trained[-1:])])].tolist(),
                }
            )
        return rows


@dataclass(frozen=True)
class PackedCollator:
    """Packed rows in one sequence without padding, kept apart by positions that restart at 0.

    A row without `seq_lengths` is one sequence.

    Returns int64 tensors of shape `[1, s]`: `input_ids`, `position_ids`, `labels`. Without an attention mask and
    without a cache, attention is block-diagonal over the restarts of `position_ids`.
    """

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        import torch

        lengths = [length for row in rows for length in row.get("seq_lengths", (len(row["input_ids"]),))]
        positions = [position for length in lengths for position in range(length)]
        return {
            "input_ids": torch.tensor([[token for row in rows for token in row["input_ids"]]]),
            "position_ids": torch.tensor([positions]),
            "labels": torch.tensor([[label for row in rows for label in row["labels"]]]),
        }

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The sequences that a batch holds."""
        ids, positions, labels = (batch[name][0].tolist() for name in ("input_ids", "position_ids", "labels"))
        starts = [at for at, position in enumerate(positions) if position == 0]
        spans = zip(starts, [*starts[1:], len(ids)], strict=True)
        return [{"input_ids": ids[start:stop], "labels": labels[start:stop]} for start, stop in spans]
