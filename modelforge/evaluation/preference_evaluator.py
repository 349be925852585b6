"""Measure a model on pairs of answers: which of the two it finds likelier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.data.preferences import sides_of
from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.metrics import PREFERENCE, preferences
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.config.strategies import DpoConfig
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.watch import UNWATCHED, Watch


class PreferenceEvaluator(Evaluator):
    """Of a preference the chosen answer is the expected one; a row is right where the model finds it likelier."""

    def measure(
        self,
        model: Any,
        rows: Sequence[CanonicalRow],
        *,
        watch: Watch = UNWATCHED,
    ) -> RowScores:
        """As `Evaluator.measure` on the chosen sides, with the share of pairs that the model ranks right."""
        sides = [sides_of(row) for row in rows]
        chosen = super().measure(model, [chosen for chosen, _ in sides], watch=watch)
        rejected = self.likelihood(model, [rejected for _, rejected in sides], watch=watch.silent())
        accuracy = preferences(
            chosen.nll,
            [row.nll for row in rejected],
            [(tokens, row.tokens) for tokens, row in zip(chosen.tokens, rejected, strict=True)],
            per_token=self._per_token,
        )
        return chosen.model_copy(update={"scores": {PREFERENCE: accuracy, **chosen.scores}})

    @property
    def primary_metric(self) -> str:
        """Preference accuracy."""
        return PREFERENCE

    @property
    def _per_token(self) -> bool:
        strategy = self.config.strategy
        return isinstance(strategy, DpoConfig) and strategy.divides_by_length
