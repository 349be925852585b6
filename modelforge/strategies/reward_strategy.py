"""Reward models on TRL's trainer."""

from __future__ import annotations

from typing import Any, ClassVar

from modelforge.data.scored_pairs import ScoredPairCollator, ScoredPairEncoder
from modelforge.evaluation.reward_evaluator import RewardEvaluator
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import RewardConfig
from modelforge.schemas.dataset import Shape
from modelforge.strategies.dropout import keep_adapter_dropout_alone
from modelforge.strategies.strategy import TrainingStrategy, Workbench
from modelforge.strategies.trainer_arguments import trainer_arguments, trainer_parts
from modelforge.tasks.head import Head
from modelforge.tasks.task import Task

SCORE = Head("AutoModelForSequenceClassification", "SEQ_CLS", {"num_labels": 1}, label_names=())
"""One number over the last token. The head is new: PEFT trains it in full and saves it with the adapter."""


class RewardStrategy(TrainingStrategy):
    """Score answers so that of each pair the chosen one scores higher.

    Bradley & Terry 1952, as in Ouyang et al. 2022, https://arxiv.org/abs/2203.02155, section 3.5.
    """

    name: ClassVar[str] = "reward"
    shapes: ClassVar[tuple[Shape, ...]] = ("preference",)
    makes: ClassVar[str | None] = "reward"

    def head(self, task: Task) -> Head:  # noqa: ARG002 - the same whatever the task
        """A head of one number."""
        return SCORE

    def encoder(self, task: Task, tokenizer: Any, config: TrainingConfig) -> ScoredPairEncoder:
        """The two sides of each pair beside each other, up to the end of their answers."""
        return ScoredPairEncoder(task, tokenizer, config)

    def collator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> ScoredPairCollator:  # noqa: ARG002
        """All chosen sides, then all rejected ones."""
        return ScoredPairCollator(tokenizer.pad_token_id, most=config.data.max_length)

    def evaluator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> RewardEvaluator:
        """Which of two answers scores higher."""
        return RewardEvaluator(task, tokenizer, config)

    def create_trainer(self, bench: Workbench) -> Any:
        """TRL's `RewardTrainer` on pairs that are tokenised already, so that nothing is rendered a second time."""
        from trl import RewardConfig as TrlConfig
        from trl import RewardTrainer

        class PreparedPairs(RewardTrainer):  # type: ignore[misc]
            def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
                return dataset

        keep_adapter_dropout_alone(bench.model)
        strategy = bench.config.strategy
        assert isinstance(strategy, RewardConfig)
        arguments = TrlConfig(
            **trainer_arguments(bench),
            center_rewards_coefficient=strategy.center_rewards_coefficient,
            disable_dropout=False,  # ours leaves that of the adapters
            max_length=None,
        )
        collator = self.collator(bench.task, bench.tokenizer, bench.config)
        return PreparedPairs(args=arguments, **trainer_parts(bench, collator))
