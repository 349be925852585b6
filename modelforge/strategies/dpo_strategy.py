"""Direct preference optimisation on TRL's trainer."""

from __future__ import annotations

from typing import Any, ClassVar

from modelforge.data.pairs import PairCollator, PairEncoder
from modelforge.evaluation.preference_evaluator import PreferenceEvaluator
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import DpoConfig
from modelforge.schemas.dataset import Shape
from modelforge.strategies.dropout import keep_adapter_dropout_alone
from modelforge.strategies.frozen_reference import switch_off_for_reference
from modelforge.strategies.strategy import TrainingStrategy, Workbench
from modelforge.strategies.trainer_arguments import trainer_arguments, trainer_parts
from modelforge.tasks.task import Task


class DpoStrategy(TrainingStrategy):
    """Prefer `chosen` over `rejected`, relative to the frozen starting model.

    Rafailov et al. 2023, https://arxiv.org/abs/2305.18290.
    """

    name: ClassVar[str] = "dpo"
    shapes: ClassVar[tuple[Shape, ...]] = ("preference",)

    def encoder(self, task: Task, tokenizer: Any, config: TrainingConfig) -> PairEncoder:
        """The two sides of each pair beside each other."""
        return PairEncoder(task, tokenizer, config)

    def collator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> PairCollator:  # noqa: ARG002
        """All chosen sides, then all rejected ones."""
        return PairCollator(tokenizer.pad_token_id, most=config.data.max_length)

    def evaluator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> PreferenceEvaluator:
        """Which of two answers the model finds likelier, beside what it writes itself."""
        return PreferenceEvaluator(task, tokenizer, config)

    def create_trainer(self, bench: Workbench) -> Any:
        """TRL's `DPOTrainer` on pairs that are tokenised already, so that nothing is rendered a second time."""
        from trl import DPOConfig as TrlConfig
        from trl import DPOTrainer

        class PreparedPairs(DPOTrainer):  # type: ignore[misc]
            def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
                return dataset

        keep_adapter_dropout_alone(bench.model)
        strategy = bench.config.strategy
        assert isinstance(strategy, DpoConfig)
        arguments = TrlConfig(
            **trainer_arguments(bench),
            beta=strategy.beta,
            loss_type=[strategy.loss_type],
            label_smoothing=strategy.label_smoothing,
            disable_dropout=False,  # ours leaves that of the adapters
            max_length=None,
        )
        collator = self.collator(bench.task, bench.tokenizer, bench.config)
        trainer = PreparedPairs(args=arguments, **trainer_parts(bench, collator))
        switch_off_for_reference(bench.model)
        return trainer
