"""Supervised fine-tuning on TRL's trainer."""

from __future__ import annotations

from typing import Any, ClassVar

from modelforge.acceleration.packing import pack
from modelforge.data.collator import PackedCollator, PaddingCollator
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import SftConfig
from modelforge.strategies.strategy import TrainingStrategy, Workbench
from modelforge.strategies.trainer_arguments import trainer_arguments


class SftStrategy(TrainingStrategy):
    """Imitate the answers: cross-entropy on the trained tokens."""

    name: ClassVar[str] = "sft"
    columns: ClassVar[tuple[str, ...]] = ("input_ids", "labels")

    def prepare_dataset(self, dataset: Any, config: TrainingConfig) -> Any:
        """Pack short rows together where asked: adds `seq_lengths`, the rows' lengths within each pack."""
        return _packed(dataset, config.data.max_length) if config.strategy.packing else dataset

    def collator(self, tokenizer: Any, config: TrainingConfig) -> PackedCollator | PaddingCollator:
        """Packed rows lie behind one another, others are padded."""
        if config.strategy.packing:
            return PackedCollator()
        return PaddingCollator(tokenizer.pad_token_id, most=config.data.max_length)

    def create_trainer(self, bench: Workbench) -> Any:
        """TRL's `SFTTrainer` on rows that are tokenised already, so that nothing is rendered a second time."""
        from trl import SFTConfig as TrlConfig
        from trl import SFTTrainer

        strategy = bench.config.strategy
        assert isinstance(strategy, SftConfig)
        arguments = TrlConfig(
            **trainer_arguments(bench),
            dataset_kwargs={"skip_prepare_dataset": True},
            max_length=None,
            packing=False,
            neftune_noise_alpha=strategy.neftune_noise_alpha,
        )
        return SFTTrainer(
            model=bench.model,
            args=arguments,
            processing_class=bench.tokenizer,
            train_dataset=bench.train_rows,
            eval_dataset=bench.validation_rows,
            data_collator=self.collator(bench.tokenizer, bench.config),
            callbacks=list(bench.callbacks),
        )


def _packed(dataset: Any, capacity: int) -> Any:
    from datasets import Dataset

    rows = dataset.with_format(None)
    lengths = [len(ids) for ids in rows["input_ids"]]
    packs = pack(lengths, capacity)
    return Dataset.from_dict(
        {
            "input_ids": [[token for row in members for token in rows[row]["input_ids"]] for members in packs],
            "labels": [[label for row in members for label in rows[row]["labels"]] for members in packs],
            "seq_lengths": [[lengths[row] for row in members] for members in packs],
        }
    )
