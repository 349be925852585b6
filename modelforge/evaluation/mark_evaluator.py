"""Measure a model on answers marked good or bad: whether they have become likelier as their marks ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.metrics import AGREEMENT, agreements
from modelforge.evaluation.preference_evaluator import PreferenceEvaluator
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.report import EvaluationReport
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.watch import UNWATCHED, Watch

GOOD = "marked_good"
"""Beside the scores of a model: the mark of each row, for the comparison."""


class MarkEvaluator(Evaluator):
    """A row is right where the tuned model finds a good answer likelier than the base did, or a bad one less likely.

    The base agrees with every mark by one half: it has not moved. Pairs are judged as `PreferenceEvaluator` does. The
    task's own metrics, and perplexity, are of the good answers alone: a bad one is nothing to be met.
    """

    def measure(
        self,
        model: Any,
        rows: Sequence[CanonicalRow],
        *,
        watch: Watch = UNWATCHED,
    ) -> RowScores:
        """As `Evaluator.measure`, with the marks beside."""
        if all("chosen" in row for row in rows):
            return self._pairs.measure(model, rows, watch=watch)
        measured = super().measure(model, rows, watch=watch)
        good = [bool(row["label"]) for row in rows]
        scores = {
            name: tuple(value for value, kept in zip(values, good, strict=True) if kept)
            for name, values in measured.scores.items()
        }
        references = (text if kept else "" for text, kept in zip(measured.references, good, strict=True))
        return measured.model_copy(
            update={
                "references": tuple(references),
                "scores": {GOOD: tuple(float(mark) for mark in good), **scores},
            }
        )

    def alone(self, scores: RowScores) -> RowScores:
        """The good answers: whether a mark is agreed with only two models show."""
        return _of_good_answers(scores) if GOOD in scores.scores else scores

    def compare(self, base: RowScores, tuned: RowScores) -> EvaluationReport:
        """The report, with the agreement that only both models together show."""
        if GOOD not in base.scores:
            return self._pairs.compare(base, tuned)
        agreed = agreements(base.nll, tuned.nll, base.scores[GOOD])
        unmoved = (0.5,) * len(agreed)
        return super().compare(_marked(base, unmoved), _marked(tuned, agreed))

    @property
    def primary_metric(self) -> str:
        """How often the model agrees with the mark."""
        return AGREEMENT

    @property
    def _pairs(self) -> PreferenceEvaluator:
        return PreferenceEvaluator(self.task, self.tokenizer, self.config)


def _marked(scores: RowScores, agreed: tuple[float, ...]) -> RowScores:
    good = _of_good_answers(scores)
    return good.model_copy(update={"scores": {AGREEMENT: agreed, **good.scores}})


def _of_good_answers(scores: RowScores) -> RowScores:
    good = scores.scores[GOOD]
    return scores.model_copy(
        update={
            "scores": {name: values for name, values in scores.scores.items() if name != GOOD},
            "tokens": tuple(count if mark else 0 for count, mark in zip(scores.tokens, good, strict=True)),
        }
    )
