"""The contract of a strategy. A new strategy is one file with a subclass, and one line in `strategy_factory`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from modelforge.hardware.compute import ResolvedCompute
from modelforge.providers.provider import Provider
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.dataset import Shape


@dataclass(frozen=True)
class Workbench:
    """All that a trainer is made of."""

    config: TrainingConfig
    compute: ResolvedCompute
    model: Any
    tokenizer: Any
    train_rows: Any
    """A `datasets.Dataset` of `input_ids` and `labels`, as `prepare_dataset` left it."""
    validation_rows: Any | None
    output_folder: Path
    callbacks: tuple[Any, ...] = ()


class TrainingStrategy(Protocol):
    """How a model learns."""

    name: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    """The columns of the trainer's dataset."""
    shapes: ClassVar[tuple[Shape, ...]] = ()
    """The shapes of data that it learns from; empty: those of the task."""

    def collator(self, tokenizer: Any, config: TrainingConfig) -> Any:
        """Rows of the trainer's dataset → a batch. The preflight and the trainer use the same."""
        ...

    def prepare_model(self, model: Any, config: TrainingConfig, provider: Provider) -> Any:
        """The model with what is to be trained: fresh adapters, or all of its weights."""
        if config.finetuning_type == "lora":
            return provider.add_adapter(model, config)
        return model

    def prepare_dataset(self, dataset: Any, config: TrainingConfig) -> Any:
        """Tokenised rows → the trainer's columns."""
        ...

    def create_trainer(self, bench: Workbench) -> Any:
        """A transformers `Trainer`, ready to train."""
        ...
