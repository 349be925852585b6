"""Rows with one target each → a batch: for classifiers and span heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.data.collator import padded, padded_ids, padded_width


@dataclass(frozen=True)
class EncoderCollator:
    """Rows of unequal length, padded on the right to the longest, or to the next multiple of 16 within `most`.

    Returns int64 tensors: `input_ids`, `attention_mask` and, where the rows have segments, `token_type_ids`, each
    `[b, s]`; and each of `targets`, `[b]`.
    """

    pad_token_id: int
    targets: tuple[str, ...]
    most: int | None = None
    """`data.max_length`: what the model can take."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        import torch

        width = padded_width(max(len(row["input_ids"]) for row in rows), self.most)
        batch = padded_ids([row["input_ids"] for row in rows], self.pad_token_id, width=width)
        if any(row["token_type_ids"] for row in rows):
            batch["token_type_ids"] = padded([row["token_type_ids"] for row in rows], width, 0)
        return batch | {name: torch.tensor([row[name][0] for row in rows]) for name in self.targets}

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The rows that a batch holds."""
        rows = []
        for at, mask in enumerate(batch["attention_mask"]):
            length = int(mask.sum())
            types = batch["token_type_ids"][at][:length].tolist() if "token_type_ids" in batch else []
            targets = {name: [int(batch[name][at])] for name in self.targets}
            rows.append({"input_ids": batch["input_ids"][at][:length].tolist(), "token_type_ids": types, **targets})
        return rows
