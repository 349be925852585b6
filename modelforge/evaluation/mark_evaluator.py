"""Measure a model on answers marked good or bad: how well its likelihoods tell the two apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.metrics import TOLD_APART
from modelforge.evaluation.preference_evaluator import PreferenceEvaluator
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.report import EvaluationReport
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.watch import UNWATCHED, Watch


class MarkEvaluator(Evaluator):
    """Every answer marked good is held against every one marked bad: right where the good one is likelier per token.

    Each model is judged by itself, so that one that has not changed has not gained. Pairs are judged as
    `PreferenceEvaluator` does. The task's own metrics, and perplexity, are of the good answers alone: a bad one is
    nothing to be met.
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
        good = tuple(bool(row["label"]) for row in rows)
        references = (text if kept else "" for text, kept in zip(measured.references, good, strict=True))
        nats = zip(measured.nll, measured.tokens, strict=True)
        return measured.model_copy(
            update={
                "references": tuple(references),
                "marks": good,
                "per_token": tuple(nll / count if count else None for nll, count in nats),
                "scores": {
                    name: tuple(value for value, kept in zip(values, good, strict=True) if kept)
                    for name, values in measured.scores.items()
                },
            }
        )

    def compare(self, base: RowScores, tuned: RowScores) -> EvaluationReport:
        """The report; pairs are decided by preference accuracy."""
        return super().compare(base, tuned) if tuned.marks else self._pairs.compare(base, tuned)

    @property
    def primary_metric(self) -> str:
        """How well good and bad answers are told apart."""
        return TOLD_APART

    @property
    def _pairs(self) -> PreferenceEvaluator:
        return PreferenceEvaluator(self.task, self.tokenizer, self.config)
