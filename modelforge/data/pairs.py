"""Pairs of tokenised answers: how they lie in a dataset, and how they become a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from modelforge.data.collator import IGNORED, PaddingCollator
from modelforge.data.preferences import sides_of
from modelforge.data.problem_phrases import phrase
from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.features import Features, MarkedToken
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.task import CanonicalRow

SIDES = ("chosen", "rejected")


def pair_columns(chosen: Mapping[str, Any], rejected: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of both sides as those of one row: `chosen_input_ids`, `chosen_labels`, `rejected_input_ids` …"""
    return {f"{side}_{name}": row[name] for side, row in zip(SIDES, (chosen, rejected), strict=True) for name in row}


@dataclass(frozen=True)
class Pair:
    """The features of both sides of a preference."""

    chosen: Features
    rejected: Features

    @property
    def sides(self) -> tuple[Features, Features]:
        """The chosen side first."""
        return (self.chosen, self.rejected)

    @property
    def columns(self) -> dict[str, list[int]]:
        """The columns of both sides."""
        return pair_columns(self.chosen.columns, self.rejected.columns)

    @property
    def sequences(self) -> tuple[Sequence[int], ...]:
        """Both sides before cutting."""
        return (*self.chosen.sequences, *self.rejected.sequences)

    @property
    def kept_tokens(self) -> int:
        """Tokens of both sides that the model is fed."""
        return sum(side.kept_tokens for side in self.sides)

    @property
    def trained_tokens(self) -> int:
        """Tokens of both answers."""
        return sum(side.trained_tokens for side in self.sides)

    @property
    def is_cut(self) -> bool:
        """Whether tokens of either side were cut off."""
        return any(side.is_cut for side in self.sides)

    @property
    def left_out(self) -> Phrase | None:
        """Why the pair is not trained on: an answer was cut away, or nothing is left that tells the two apart."""
        if reason := self.chosen.left_out or self.rejected.left_out:
            return reason
        if self.chosen.columns == self.rejected.columns:
            return phrase("same-answers-after-cutting" if self.chosen.is_cut else "same-answers")
        return None

    def marked(self) -> Iterator[list[MarkedToken]]:
        """Both sides, token by token."""
        return chain(self.chosen.marked(), self.rejected.marked())


@dataclass(frozen=True)
class PairEncoder(RowEncoder):
    """A preference → one row of the trainer's dataset, each side tokenised as the task tokenises an answer."""

    names: ClassVar[tuple[str, ...]] = tuple(f"{side}_{name}" for side in SIDES for name in ("input_ids", "labels"))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of both sides."""
        return self.names

    def features(self, row: CanonicalRow) -> tuple[Features, ...]:
        """One pair."""
        (chosen,), (rejected,) = (super(PairEncoder, self).features(side) for side in sides_of(row))
        return (Pair(chosen, rejected),)

    def broken_truths(self, row: CanonicalRow, made: Sequence[Features]) -> Iterator[str]:
        """What either side breaks."""
        (pair,) = made
        assert isinstance(pair, Pair)
        found = (
            super(PairEncoder, self).broken_truths(side, (features,))
            for side, features in zip(sides_of(row), pair.sides, strict=True)
        )
        return iter(dict.fromkeys(chain.from_iterable(found)))


@dataclass(frozen=True)
class PairCollator:
    """Pairs of unequal length, padded on the right as `PaddingCollator` pads rows.

    Returns int64 tensors of shape `[2b, s]`, the chosen sides before the rejected ones: `input_ids`, `attention_mask`
    and `completion_mask`, 1 on the tokens of the answer.
    """

    pad_token_id: int
    most: int | None = None
    """`data.max_length`: what the model can take."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        sides = [{name: pair[f"{side}_{name}"] for name in ("input_ids", "labels")} for side in SIDES for pair in rows]
        batch = PaddingCollator(self.pad_token_id, self.most)(sides)
        labels = batch.pop("labels")
        return {**batch, "completion_mask": (labels != IGNORED).long()}

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The pairs that a batch holds."""
        rows = PaddingCollator(self.pad_token_id, self.most).rows_of({**batch, "labels": labels_of(batch)})
        half = len(rows) // 2
        return [pair_columns(chosen, rejected) for chosen, rejected in zip(rows[:half], rows[half:], strict=True)]


def labels_of(batch: Mapping[str, Any]) -> Any:
    """The labels of a batch of pairs, `[2b, s]`: the tokens under the mask of the answers."""
    return batch["input_ids"].masked_fill(batch["completion_mask"] == 0, IGNORED)
