"""Rows of an encoder-decoder → a batch: each side is as wide as it needs to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.data.collator import IGNORED, padded, padded_ids, padded_width


@dataclass(frozen=True)
class SourceCollator:
    """Both sides padded on the right, each to the next multiple of 16 within what is allowed.

    Returns int64 tensors: `input_ids` and `attention_mask` (1 on real tokens) of shape `[b, s]`, `labels` of shape
    `[b, t]` (−100 on padding). The decoder's input is made of the labels by the model itself, which shifts them.
    """

    pad_token_id: int
    most: int
    """`data.max_length`."""
    most_target: int
    """`data.max_target_length`."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        width = padded_width(max(len(row["input_ids"]) for row in rows), self.most)
        answers = padded_width(max(len(row["labels"]) for row in rows), self.most_target)
        batch = padded_ids([row["input_ids"] for row in rows], self.pad_token_id, width=width)
        return {**batch, "labels": padded([row["labels"] for row in rows], answers, IGNORED)}

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The rows that a batch holds; a gap in the labels shows as a label −100."""
        rows = []
        for ids, mask, labels in zip(batch["input_ids"], batch["attention_mask"], batch["labels"], strict=True):
            trained = (labels != IGNORED).nonzero().flatten().tolist()
            rows.append(
                {
                    "input_ids": ids[: int(mask.sum())].tolist(),
                    "labels": labels[: trained[-1] + 1].tolist() if trained else [],
                }
            )
        return rows
