"""Single answers marked good or bad: how they lie in a dataset, and how they become a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from modelforge.data.collator import IGNORED, PaddingCollator
from modelforge.data.pairs import labels_of
from modelforge.data.preferences import sides_of
from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.features import Features, MarkedToken
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.task import CanonicalRow


@dataclass(frozen=True)
class MarkedAnswer:
    """The features of an answer, and its mark."""

    answer: Features
    good: bool
    left_out: Phrase | None

    @property
    def columns(self) -> dict[str, list[int]]:
        """The answer's own, and `label`: 1 where it is good."""
        return {**self.answer.columns, "label": [int(self.good)]}

    @property
    def sequences(self) -> tuple[Sequence[int], ...]:
        """All tokens before cutting."""
        return self.answer.sequences

    @property
    def kept_tokens(self) -> int:
        """Tokens that the model is fed."""
        return self.answer.kept_tokens

    @property
    def trained_tokens(self) -> int:
        """Tokens of the answer."""
        return self.answer.trained_tokens

    @property
    def is_cut(self) -> bool:
        """Whether tokens were cut off."""
        return self.answer.is_cut

    def marked(self) -> Iterator[list[MarkedToken]]:
        """The row, token by token."""
        return self.answer.marked()


def marked_sides(row: CanonicalRow) -> list[tuple[dict[str, Any], bool]]:
    """(an answer as a canonical row, whether it is good): one of a marked row, two of a preference."""
    sides = sides_of(row)
    marks = (True, False) if len(sides) > 1 else (bool(row["label"]),)
    return list(zip(sides, marks, strict=True))


@dataclass(frozen=True)
class MarkedEncoder(RowEncoder):
    """A marked answer → one row of the trainer's dataset; a preference → two, a good one and a bad one."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the answer, and its mark."""
        return (*super().columns, "label")

    def features(self, row: CanonicalRow) -> tuple[Features, ...]:
        """The answers of a row, all of them or none."""
        made = [(super(MarkedEncoder, self).features(side)[0], good) for side, good in marked_sides(row)]
        reason = next((answer.left_out for answer, _ in made if answer.left_out), None)
        return tuple(MarkedAnswer(answer, good, reason) for answer, good in made)

    def broken_truths(self, row: CanonicalRow, made: Sequence[Features]) -> Iterator[str]:
        """What any of the answers breaks."""
        found = (
            super(MarkedEncoder, self).broken_truths(side, (marked.answer,))
            for (side, _), marked in zip(marked_sides(row), made, strict=True)
            if isinstance(marked, MarkedAnswer)
        )
        return iter(dict.fromkeys(chain.from_iterable(found)))


@dataclass(frozen=True)
class MarkedCollator:
    """Marked answers, padded on the right, and the same prompts with one another's answers.

    Returns int64 tensors of shape `[b, s]`: `input_ids`, `attention_mask` and `completion_mask`, 1 on the tokens of the
    answer; the same three behind `KL_`, where prompt n stands before answer n − 1 (KTO, section 4.2: the divergence is
    estimated on answers that do not belong), or before a spare one where it is alone; and `label`, `[b]`, true where
    the answer is good.
    """

    pad_token_id: int
    most: int | None = None
    """`data.max_length`: what the model can take. A longer mismatched row is cut at its end."""
    mismatched: bool = True
    """Off for losses that need no divergence."""
    spares: tuple[Mapping[str, Any], ...] = ()
    """Rows whose answers stand behind the prompt of a row that is alone in its batch, as the last one may be: two, so
    that one of them is another row."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        import torch

        batch = self._padded([{name: row[name] for name in ("input_ids", "labels")} for row in rows])
        if self.mismatched:
            others = self._padded([self._mismatch(row, self._other(rows, at)) for at, row in enumerate(rows)])
            batch |= {f"KL_{name}": value for name, value in others.items()}
        return batch | {"label": torch.tensor([bool(row["label"][0]) for row in rows])}

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The answers that a batch holds, with their marks."""
        rows = PaddingCollator(self.pad_token_id, self.most).rows_of({**batch, "labels": labels_of(batch)})
        return [{**row, "label": [int(good)]} for row, good in zip(rows, batch["label"].tolist(), strict=True)]

    def _padded(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        batch = PaddingCollator(self.pad_token_id, self.most)([dict(row) for row in rows])
        labels = batch.pop("labels")
        return {**batch, "completion_mask": (labels != IGNORED).long()}

    def _other(self, rows: Sequence[Mapping[str, Any]], at: int) -> Mapping[str, Any]:
        """The row before, in a circle."""
        if len(rows) > 1:
            return rows[at - 1]
        alone = rows[at]
        return next((spare for spare in self.spares if spare["input_ids"] != alone["input_ids"]), alone)

    def _mismatch(self, row: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, list[int]]:
        """The prompt of `row` before the answer of `other`."""
        start, theirs = _answer_start(row["labels"]), _answer_start(other["labels"])
        return {
            "input_ids": [*row["input_ids"][:start], *other["input_ids"][theirs:]][: self.most],
            "labels": [*[IGNORED] * start, *other["labels"][theirs:]][: self.most],
        }


def _answer_start(labels: Sequence[int]) -> int:
    return next((at for at, label in enumerate(labels) if label != IGNORED), len(labels))
