"""Measure a model by what its own answers are worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.data.prompts import expected_answer, prompt_row
from modelforge.evaluation.divergence import divergence_from_base
from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.metrics import DIVERGENCE, REWARD
from modelforge.evaluation.rewards.reward import Answer, Reward, weighted
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.causal_task import CausalTask
from modelforge.tasks.generation import all_end_token_ids, before_end, generate_ids
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.watch import UNWATCHED, Watch


class AnswerEvaluator(Evaluator):
    """The reward of the greedy answer to each held-out prompt, in all and part by part."""

    task: CausalTask

    def __init__(self, task: CausalTask, tokenizer: Any, config: TrainingConfig, rewards: Sequence[Reward]) -> None:
        super().__init__(task, tokenizer, config)
        self.rewards = rewards

    def measure(
        self,
        model: Any,
        rows: Sequence[CanonicalRow],
        *,
        watch: Watch = UNWATCHED,
    ) -> RowScores:
        """Write an answer to every prompt, score it, and say how far the model has moved from its base.

        Raises:
            GenerationStopped: the watch asks to stop.
            TrainingError: a reward failed.
        """
        prompts = [self.task.prompt_ids(prompt_row(row), self.tokenizer, self.config) or [] for row in rows]
        written = generate_ids(
            model,
            self.tokenizer,
            prompts,
            max_new_tokens=self.config.evaluation.max_new_tokens,
            batch_size=self.config.evaluation.per_device_eval_batch_size,
            watch=watch,
        )
        ends = all_end_token_ids(model, self.tokenizer)
        answers = [
            answer_to(self.task, row, self.tokenizer, ends, prompt, ids)
            for row, prompt, ids in zip(rows, prompts, written, strict=True)
        ]
        scores = {reward.name: reward.score(answers) for reward in self.rewards}
        moved: dict[str, tuple[float, ...]] = {}
        if self.config.finetuning_type == "lora":  # full fine-tuning leaves no base to compare with
            moved[DIVERGENCE] = tuple(divergence_from_base(model, prompts, written, watch))
        each = {f"reward_{name}": tuple(values) for name, values in scores.items()} if len(scores) > 1 else {}
        return RowScores(
            prompts=tuple(answer.prompt for answer in answers),
            references=tuple(answer.reference or "" for answer in answers),
            nll=(0.0,) * len(rows),
            tokens=(0,) * len(rows),
            answers=tuple(answer.text for answer in answers),
            scores={REWARD: tuple(weighted(self.rewards, scores)), **each, **moved},
        )

    @property
    def primary_metric(self) -> str:
        """The reward."""
        return REWARD


def answer_to(
    task: CausalTask,
    row: CanonicalRow,
    tokenizer: Any,
    ends: Sequence[int],
    prompt_ids: Sequence[int],
    ids: Sequence[int],
) -> Answer:
    """An answer with all that a reward may look at.

    Its text ends before the first of `ends`, which is written only where a tokenizer does not call it special.
    """
    return Answer(
        prompt=task.prompt_text(prompt_row(row)),
        text=str(tokenizer.decode(before_end(ids, ends), skip_special_tokens=True)),
        reference=expected_answer(task, row),
        prompt_ids=prompt_ids,
        ids=ids,
        row=row,
    )
