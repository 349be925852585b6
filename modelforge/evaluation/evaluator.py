"""Measure a model on the held-out rows, before and after training, with the same code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from modelforge.evaluation.bootstrap import Resampling
from modelforge.evaluation.metrics import score_answers
from modelforge.evaluation.report import build_report
from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import DivergenceError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.report import EvaluationReport
from modelforge.tasks.head import fresh_parts
from modelforge.tasks.task import CanonicalRow, RowLikelihood, Task, row_named
from modelforge.tasks.watch import UNWATCHED, Watch


class Evaluator:
    """Scores models of one task by one recipe."""

    def __init__(self, task: Task, tokenizer: Any, config: TrainingConfig) -> None:
        self.task = task
        self.tokenizer = tokenizer
        self.config = config

    def measure(
        self,
        model: Any,
        rows: Sequence[CanonicalRow],
        *,
        watch: Watch = UNWATCHED,
    ) -> RowScores:
        """Score every row: its likelihood, and with `evaluation.generate` the model's own answer to it.

        The base of an adapter is measured with a fresh adapter, which changes nothing yet, or inside
        `model.disable_adapter()`. Progress counts the answers, or the rows where there are none.

        Raises:
            GenerationStopped: the watch asks to stop.
            DivergenceError: the model's loss is not a number.
        """
        answers = None
        if rows and (self.config.evaluation.generate or not self.task.writes_answers):
            answers = self.task.answers(model, self.tokenizer, rows, self.config, watch=watch)
        likelihood = self.likelihood(model, rows, watch if answers is None else watch.silent())
        expected = tuple(self.task.expected(row, self.tokenizer, self.config) for row in rows)
        return RowScores(
            prompts=tuple(self.task.prompt_text(row) for row in rows),
            references=expected,
            nll=tuple(row.nll for row in likelihood),
            tokens=tuple(row.tokens for row in likelihood),
            answers=None if answers is None else tuple(answers),
            likelihood_metric=self.task.likelihood_metric,
            classes=self.task.classes,
            untrained=fresh_parts(model),
            scores={} if answers is None else self._scores(rows, expected, answers),
        )

    def _scores(
        self, rows: Sequence[CanonicalRow], expected: Sequence[str], answers: Sequence[str]
    ) -> dict[str, tuple[float, ...]]:
        """Every metric row by row, and the primary one for each kind of row, where there are several."""
        right = [self.task.accepted(row) or (answer,) for row, answer in zip(rows, expected, strict=True)]
        scores = score_answers(answers, right, self.task.metrics)
        kinds = [self.task.kind(row) for row in rows]
        for kind in sorted({kind for kind in kinds if kind}):
            values = scores[self.task.primary_metric]
            scores[kind] = tuple(value for value, one in zip(values, kinds, strict=True) if one == kind)
        return scores

    def likelihood(
        self,
        model: Any,
        rows: Sequence[CanonicalRow],
        watch: Watch = UNWATCHED,
    ) -> list[RowLikelihood]:
        """How likely the model finds each row. Raises as `measure` does."""
        features = []
        for row in rows:
            with row_named(row.get("row")):
                features.append(self.task.features(row, self.tokenizer, self.config))
        found = self.task.likelihood(model, features, self.config, watch=watch)
        _refuse_nan([row.nll for row in found])
        return found

    @property
    def primary_metric(self) -> str:
        """The metric that decides the verdict."""
        return self.task.primary_metric

    def compare(self, base: RowScores, tuned: RowScores) -> EvaluationReport:
        """The before/after report of two models measured on the same rows."""
        return build_report(base, tuned, self.primary_metric, Resampling.of(self.config))


def _refuse_nan(nll: Sequence[float]) -> None:
    if broken := sum(not math.isfinite(value) for value in nll):
        raise DivergenceError(
            f"The model's loss is not a number on {broken} of {len(nll)} held-out rows.",
            hint="The training diverged: lower optimization.learning_rate, or compute in bf16 or fp32 instead of fp16.",
            code="loss-not-a-number",
            params={"rows": broken, "all": len(nll)},
        )
