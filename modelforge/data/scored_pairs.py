"""Pairs of answers for a reward model: read up to the end of the answer, where the score is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from modelforge.data.collator import IGNORED, padded_ids, padded_width
from modelforge.data.pairs import SIDES, Pair, PairEncoder
from modelforge.tasks.features import Features
from modelforge.tasks.task import CanonicalRow


@dataclass(frozen=True)
class ScoredPair(Pair):
    """A pair without labels: of each side the tokens up to the last one of its answer."""

    @property
    def columns(self) -> dict[str, list[int]]:
        """`chosen_input_ids` and `rejected_input_ids`."""
        return {f"{side}_input_ids": scored_ids(features) for side, features in zip(SIDES, self.sides, strict=True)}


def scored_ids(features: Features) -> list[int]:
    """The tokens that a reward model reads. What a template writes behind the answer is never generated, nor scored."""
    ids, labels = features.columns["input_ids"], features.columns["labels"]
    trained = [at for at, label in enumerate(labels) if label != IGNORED]
    return ids[: trained[-1] + 1] if trained else ids


@dataclass(frozen=True)
class ScoredPairEncoder(PairEncoder):
    """A preference → one row of the reward model's dataset."""

    names: ClassVar[tuple[str, ...]] = tuple(f"{side}_input_ids" for side in SIDES)

    def features(self, row: CanonicalRow) -> tuple[Features, ...]:
        """One pair."""
        (pair,) = super().features(row)
        assert isinstance(pair, Pair)
        return (ScoredPair(pair.chosen, pair.rejected),)


@dataclass(frozen=True)
class ScoredPairCollator:
    """Pairs of unequal length, padded on the right: int64 tensors `[2b, s]`, the chosen sides before the rejected."""

    pad_token_id: int
    most: int | None = None
    """`data.max_length`: what the model can take."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        ids = [row[f"{side}_input_ids"] for side in SIDES for row in rows]
        return padded_ids(ids, self.pad_token_id, width=padded_width(max(map(len, ids)), self.most))

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The pairs that a batch holds."""
        ids = [
            row[: int(mask.sum())].tolist()
            for row, mask in zip(batch["input_ids"], batch["attention_mask"], strict=True)
        ]
        half = len(ids) // 2
        return [
            {f"{side}_input_ids": one for side, one in zip(SIDES, pair, strict=True)}
            for pair in zip(ids[:half], ids[half:], strict=True)
        ]
