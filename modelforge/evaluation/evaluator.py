"""Measure a model on the held-out rows, before and after training, with the same code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from modelforge.data.preferences import sides_of
from modelforge.evaluation.likelihood import row_nll
from modelforge.evaluation.metrics import PREFERENCE, preferences, score_answers
from modelforge.evaluation.report import build_report
from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import TrainingError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import DpoConfig
from modelforge.schemas.report import EvaluationReport
from modelforge.tasks.generation import Progress, Stop, generate_answers
from modelforge.tasks.task import CanonicalRow, Task
from modelforge.tasks.tokenised_row import TokenisedRow


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
        on_progress: Progress | None = None,
        should_stop: Stop | None = None,
    ) -> RowScores:
        """Score every row: its likelihood, and with `evaluation.generate` its written answer.

        Of a preference the chosen answer is the expected one, and the row counts as right where the model finds it
        likelier than the rejected one.

        The base of an adapter is measured with a fresh adapter, which changes nothing yet, or inside
        `model.disable_adapter()`. Progress counts the written answers, or the rows where none are written.

        Raises:
            GenerationStopped: `should_stop` returned true.
            TrainingError: the model's loss is not a number.
        """
        sides = [sides_of(row) for row in rows]
        answered = [side[0] for side in sides]
        prompts = [self.task.prompt_ids(row, self.tokenizer, self.config) for row in answered]
        with_prompt = [prompt for prompt in prompts if prompt is not None]
        generates = self.config.evaluation.generate and bool(rows) and len(with_prompt) == len(rows)
        tokenised, nll = self._likelihood(model, answered, None if generates else on_progress, should_stop)
        scores: dict[str, tuple[float, ...]] = {}
        if any(len(side) > 1 for side in sides):
            rejected, their_nll = self._likelihood(model, [side[-1] for side in sides], None, should_stop)
            counts = [
                (row.trained_tokens, other.trained_tokens) for row, other in zip(tokenised, rejected, strict=True)
            ]
            scores[PREFERENCE] = preferences(nll, their_nll, counts, per_token=self._per_token())
        references = [self.task.reference(row) for row in answered]
        answers = None
        if generates:
            answers = generate_answers(
                model,
                self.tokenizer,
                with_prompt,
                max_new_tokens=self.config.evaluation.max_new_tokens,
                batch_size=self.config.evaluation.per_device_eval_batch_size,
                on_progress=on_progress,
                should_stop=should_stop,
            )
        return RowScores(
            prompts=tuple(self.task.prompt_text(row) for row in answered),
            references=tuple(references),
            nll=tuple(nll),
            tokens=tuple(row.trained_tokens for row in tokenised),
            answers=None if answers is None else tuple(answers),
            scores=scores | ({} if answers is None else score_answers(answers, references, self.task.metrics)),
        )

    def _likelihood(
        self, model: Any, rows: Sequence[CanonicalRow], on_progress: Progress | None, should_stop: Stop | None
    ) -> tuple[list[TokenisedRow], list[float]]:
        tokenised = [self.task.tokenise(row, self.tokenizer, self.config) for row in rows]
        nll = row_nll(
            model,
            tokenised,
            batch_size=self.config.evaluation.per_device_eval_batch_size,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        _refuse_nan(nll)
        return tokenised, nll

    def _per_token(self) -> bool:
        strategy = self.config.strategy
        return isinstance(strategy, DpoConfig) and strategy.divides_by_length

    def compare(self, base: RowScores, tuned: RowScores) -> EvaluationReport:
        """The before/after report of two models measured on the same rows."""
        return build_report(
            base,
            tuned,
            primary_metric=PREFERENCE if PREFERENCE in base.scores else self.task.primary_metric,
            confidence=self.config.evaluation.confidence,
            resamples=self.config.evaluation.bootstrap_resamples,
            seed=self.config.seed,
        )


def _refuse_nan(nll: Sequence[float]) -> None:
    if broken := sum(not math.isfinite(value) for value in nll):
        raise TrainingError(
            f"The model's loss is not a number on {broken} of {len(nll)} held-out rows.",
            hint="The training diverged: lower optimization.learning_rate, or compute in bf16 or fp32 instead of fp16.",
        )
