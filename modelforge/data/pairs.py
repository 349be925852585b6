"""Pairs of tokenised answers: how they lie in a dataset, and how they become a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.data.collator import IGNORED, PaddingCollator

SIDES = ("chosen", "rejected")


def pair_columns(chosen: Mapping[str, Any], rejected: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of both sides as those of one row: `chosen_input_ids`, `chosen_labels`, `rejected_input_ids` …"""
    return {f"{side}_{name}": row[name] for side, row in zip(SIDES, (chosen, rejected), strict=True) for name in row}


def paired(dataset: Any) -> Any:
    """A dataset of sides, chosen and rejected in turn → a dataset of pairs. Rows stay on disk."""
    from datasets import concatenate_datasets

    sides = [
        dataset.select(range(first, len(dataset), len(SIDES))).rename_columns(
            {name: f"{side}_{name}" for name in dataset.column_names}
        )
        for first, side in enumerate(SIDES)
    ]
    return concatenate_datasets(sides, axis=1)


@dataclass(frozen=True)
class PairCollator:
    """Pairs of unequal length, padded on the right as `PaddingCollator` pads rows.

    Returns int64 tensors of shape `[2b, s]`, the chosen sides before the rejected ones: `input_ids`, `attention_mask`
    and `completion_mask`, 1 on the tokens of the answer.
    """

    pad_token_id: int
    most: int | None = None
    """`data.max_length`: what the model can take."""

    def __call__(self, pairs: Sequence[dict[str, Any]]) -> dict[str, Any]:
        rows = [{name: pair[f"{side}_{name}"] for name in ("input_ids", "labels")} for side in SIDES for pair in pairs]
        batch = PaddingCollator(self.pad_token_id, self.most)(rows)
        labels = batch.pop("labels")
        return {**batch, "completion_mask": (labels != IGNORED).long()}


def labels_of(batch: Mapping[str, Any]) -> Any:
    """The labels of a batch, `[b, s]`; of pairs, the tokens under the mask of the answers."""
    if "labels" in batch:
        return batch["labels"]
    return batch["input_ids"].masked_fill(batch["completion_mask"] == 0, IGNORED)
