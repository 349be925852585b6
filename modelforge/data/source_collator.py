"""Rows of an encoder-decoder → a batch: each side is as wide as it needs to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.data.collator import IGNORED, padded_width


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
        import torch

        width = padded_width(max(len(row["input_ids"]) for row in rows), self.most)
        answers = padded_width(max(len(row["labels"]) for row in rows), self.most_target)
        return {
            "input_ids": torch.tensor([_padded(row["input_ids"], width, self.pad_token_id) for row in rows]),
            "attention_mask": torch.tensor([_padded([1] * len(row["input_ids"]), width, 0) for row in rows]),
            "labels": torch.tensor([_padded(row["labels"], answers, IGNORED) for row in rows]),
        }

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


def _padded(values: Sequence[int], width: int, filler: int) -> list[int]:
    return [*values, *[filler] * (width - len(values))]
