"""Supervised fine-tuning on TRL's trainer."""

from __future__ import annotations

from typing import Any, ClassVar

from modelforge.acceleration.packing import pack
from modelforge.data.collator import PackedCollator
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import SftConfig
from modelforge.strategies.strategy import TrainingStrategy, Workbench
from modelforge.strategies.trainer_arguments import trainer_arguments, trainer_parts
from modelforge.tasks.features import Collator
from modelforge.tasks.task import Task


class SftStrategy(TrainingStrategy):
    """Imitate the answers: cross-entropy on the trained tokens, or on the labels of the task's head."""

    name: ClassVar[str] = "sft"
    learns_likelihood: ClassVar[bool] = True

    def prepare_dataset(self, dataset: Any, config: TrainingConfig) -> Any:
        """Pack short rows together where asked: adds `seq_lengths`, the rows' lengths within each pack."""
        return _packed(dataset, config.data.max_length) if config.strategy.packing else dataset

    def collator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> Collator:
        """Packed rows lie behind one another, others as the task pads them.

        Raises:
            ConfigurationError: packing is asked for, and the model does not read its rows one behind the other.
        """
        if config.strategy.packing and not task.head().is_causal:
            raise ConfigurationError(
                "Only the rows of causal language models can be packed.",
                hint="Set strategy.packing to false.",
                code="packing-wants-causal",
            )
        return PackedCollator() if config.strategy.packing else task.collator(tokenizer, config)

    def create_trainer(self, bench: Workbench) -> Any:
        """TRL's `SFTTrainer` for causal language models, else transformers' `Trainer`, on rows tokenised already."""
        strategy = bench.config.strategy
        assert isinstance(strategy, SftConfig)
        arguments = {**trainer_arguments(bench), "neftune_noise_alpha": strategy.neftune_noise_alpha}
        make = _causal_trainer if bench.head.is_causal else _row_trainer if bench.head.is_by_row else _plain_trainer
        collator = self.collator(bench.task, bench.tokenizer, bench.config)
        return make(arguments, **trainer_parts(bench, collator))


COUNTED = {"include_num_input_tokens_seen": "non_padding"}
"""TRL counts what it trains on by itself; transformers counts the tokens read when it is told to."""


def _causal_trainer(arguments: dict[str, Any], **parts: Any) -> Any:
    from trl import SFTConfig as TrlConfig
    from trl import SFTTrainer

    from modelforge.strategies.token_mean import TokenMean

    class TokenMeanTrainer(TokenMean, SFTTrainer):  # type: ignore[misc]
        pass

    # Nothing is rendered or packed a second time.
    prepared = {"dataset_kwargs": {"skip_prepare_dataset": True}, "max_length": None, "packing": False}
    return TokenMeanTrainer(args=TrlConfig(**arguments, **prepared), **parts)


def _row_trainer(arguments: dict[str, Any], **parts: Any) -> Any:
    """For heads with one label a row. Their loss is a mean over rows, whatever the signature of `forward` promises.

    transformers takes every `forward` with `**kwargs` for one that divides by the items of all accumulated batches.
    BERT's takes the number and drops it, and so accumulation would multiply the gradient.
    """
    from transformers import Trainer, TrainingArguments

    from modelforge.strategies.token_mean import TokenMean

    class RowTrainer(TokenMean, Trainer):  # type: ignore[misc]
        loss_is_scaled_for_ga = False

    trainer = RowTrainer(args=TrainingArguments(**arguments, **COUNTED), **parts)
    trainer.model_accepts_loss_kwargs = False
    return trainer


def _plain_trainer(arguments: dict[str, Any], **parts: Any) -> Any:
    from transformers import TrainingArguments

    from modelforge.strategies.mean_loss_trainer import MeanLossTrainer

    return MeanLossTrainer(args=TrainingArguments(**arguments, **COUNTED), **parts)


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
