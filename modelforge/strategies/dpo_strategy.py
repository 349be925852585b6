"""Direct preference optimisation on TRL's trainer."""

from __future__ import annotations

from typing import Any, ClassVar

from modelforge.data.pairs import PairCollator, paired
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import DpoConfig
from modelforge.schemas.dataset import Shape
from modelforge.strategies.strategy import TrainingStrategy, Workbench
from modelforge.strategies.trainer_arguments import trainer_arguments


class DpoStrategy(TrainingStrategy):
    """Prefer `chosen` over `rejected`, relative to the frozen starting model.

    Rafailov et al. 2023, https://arxiv.org/abs/2305.18290. The starting model is the trained one with its adapter
    switched off, so it takes no memory of its own.
    """

    name: ClassVar[str] = "dpo"
    columns: ClassVar[tuple[str, ...]] = ("chosen_input_ids", "chosen_labels", "rejected_input_ids", "rejected_labels")
    shapes: ClassVar[tuple[Shape, ...]] = ("preference",)

    def prepare_dataset(self, dataset: Any, config: TrainingConfig) -> Any:  # noqa: ARG002 - pairs are not packed
        """Put the two sides of each pair beside each other."""
        return paired(dataset)

    def collator(self, tokenizer: Any, config: TrainingConfig) -> PairCollator:
        """All chosen sides, then all rejected ones."""
        return PairCollator(tokenizer.pad_token_id, most=config.data.max_length)

    def create_trainer(self, bench: Workbench) -> Any:
        """TRL's `DPOTrainer` on pairs that are tokenised already, so that nothing is rendered a second time."""
        from trl import DPOConfig as TrlConfig
        from trl import DPOTrainer

        class PreparedPairs(DPOTrainer):  # type: ignore[misc]
            def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
                return dataset

        strategy = bench.config.strategy
        assert isinstance(strategy, DpoConfig)
        arguments = TrlConfig(
            **trainer_arguments(bench),
            beta=strategy.beta,
            loss_type=[strategy.loss_type],
            label_smoothing=strategy.label_smoothing,
            disable_dropout=False,
            max_length=None,
        )
        trainer = PreparedPairs(
            model=bench.model,
            args=arguments,
            processing_class=bench.tokenizer,
            train_dataset=bench.train_rows,
            eval_dataset=bench.validation_rows,
            data_collator=self.collator(bench.tokenizer, bench.config),
            callbacks=list(bench.callbacks),
        )
        # TRL copies the adapter for its reference. Ours is fresh, and off is the same: without the copy TRL does that.
        bench.model.delete_adapter("ref")
        return trainer
