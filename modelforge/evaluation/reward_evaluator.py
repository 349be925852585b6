"""Measure a reward model on pairs of answers: whether the chosen one scores higher, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from modelforge.data.pairs import Pair
from modelforge.data.preferences import sides_of
from modelforge.data.scored_pairs import scored_ids
from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.metrics import PAIR_LOSS, PREFERENCE
from modelforge.evaluation.rewards.reward_model import score_sequences
from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import DivergenceError
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.watch import UNWATCHED, Watch


class RewardEvaluator(Evaluator):
    """The base is the same model with an untrained head: its scores say nothing yet."""

    def measure(
        self,
        model: Any,
        rows: Sequence[CanonicalRow],
        *,
        watch: Watch = UNWATCHED,
    ) -> RowScores:
        """Score both answers of every pair. Nothing is generated.

        Raises:
            GenerationStopped: the watch asks to stop.
            DivergenceError: a score is not a number.
        """
        pairs = [self._pair(row) for row in rows]
        scores = score_sequences(
            model,
            [scored_ids(side) for pair in pairs for side in pair.sides],
            self.tokenizer.pad_token_id,
            batch_size=self.config.evaluation.per_device_eval_batch_size,
            watch=watch,
        )
        if not all(map(math.isfinite, scores)):
            raise DivergenceError(
                "The reward model's scores are not numbers.",
                hint="The training diverged: lower optimization.learning_rate.",
                code="reward-scores-not-numbers",
            )
        margins = [chosen - rejected for chosen, rejected in zip(scores[::2], scores[1::2], strict=True)]
        chosen = [sides_of(row)[0] for row in rows]
        return RowScores(
            prompts=tuple(self.task.prompt_text(row) for row in chosen),
            references=tuple(self.task.reference(row) for row in chosen),
            nll=(0.0,) * len(rows),
            tokens=(0,) * len(rows),
            scores={
                PREFERENCE: tuple(0.5 if margin == 0 else float(margin > 0) for margin in margins),
                PAIR_LOSS: tuple(pair_loss(margin) for margin in margins),
            },
        )

    @property
    def primary_metric(self) -> str:
        """Preference accuracy."""
        return PREFERENCE

    def _pair(self, row: CanonicalRow) -> Pair:
        (chosen,), (rejected,) = (self.task.features(side, self.tokenizer, self.config) for side in sides_of(row))
        return Pair(chosen, rejected)


def pair_loss(margin: float) -> float:
    """`−log σ(margin)`, the loss under Bradley and Terry, in nats: ln 2 where nothing is known, and less where the
    model is sure and right."""
    return max(-margin, 0.0) + math.log1p(math.exp(-abs(margin)))
