"""The contract of a strategy. A new strategy is one file with a subclass, and one line in `strategy_factory`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from modelforge.evaluation.evaluator import Evaluator
from modelforge.hardware.compute import ResolvedCompute
from modelforge.providers.provider import Provider
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategy_knobs import StrategyKnobs
from modelforge.schemas.dataset import Shape
from modelforge.schemas.preflight import Finding
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.tasks.features import Collator
from modelforge.tasks.head import CAUSAL, Head
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.task import CanonicalRow, Task


@dataclass(frozen=True)
class RunContext:
    """The run around a strategy, for those that need more of it than a model and rows."""

    spec: RunSpec
    folder: RunFolder
    files: FileManager
    provider: Provider
    compute: ResolvedCompute
    should_stop: Callable[[], bool]


@dataclass(frozen=True)
class Workbench:
    """All that a trainer is made of."""

    config: TrainingConfig
    compute: ResolvedCompute
    task: Task
    head: Head
    model: Any
    tokenizer: Any
    train_rows: Any
    """A `datasets.Dataset` as `prepare_dataset` left it."""
    validation_rows: Any | None
    output_folder: Path
    callbacks: tuple[Any, ...] = ()


class TrainingStrategy(Protocol):
    """How a model learns."""

    name: ClassVar[str]
    shapes: ClassVar[tuple[Shape, ...]] = ()
    """The shapes of data that it learns from; empty: those of the task."""
    knobs: ClassVar[type[StrategyKnobs] | None] = None
    """The class of its knobs, where the union `StrategyConfig` does not list it: so the schema learns of them."""
    makes: ClassVar[str | None] = None
    """The task of the model that it makes, where that is not the run's: `reward`."""
    learns_likelihood: ClassVar[bool] = False
    """Whether its held-out loss is nats per labelled token, of which a perplexity can be made."""

    def check(self, config: TrainingConfig, files: FileManager, provider: Provider, tokenizer: Any) -> None:  # noqa: ARG002
        """Refuse, before any row is read, what the strategy cannot do without or cannot use.

        Raises:
            ModelForgeException: what, and what to do.
        """
        return

    def tokens_to_come(self, config: TrainingConfig) -> int:  # noqa: ARG002 - rows are mostly there from the start
        """Tokens that training adds to the longest row: an answer that is yet to be sampled."""
        return 0

    def enter(self, run: RunContext) -> None:  # noqa: ARG002 - most need nothing of it
        """Called once in the worker, before the model is loaded."""
        return

    def findings(self, rows: Iterable[CanonicalRow], config: TrainingConfig) -> list[Finding]:  # noqa: ARG002
        """What the preflight should say of the rows to train on, beside the truths that hold for each of them."""
        return []

    def head(self, task: Task) -> Head:
        """The head that is trained: the task's, unless the strategy makes a model of another kind."""
        return task.head()

    def encoder(self, task: Task, tokenizer: Any, config: TrainingConfig) -> RowEncoder:
        """Canonical rows → rows of the trainer's dataset: the task's way, unless a row holds more than one example."""
        return RowEncoder(task, tokenizer, config)

    def collator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> Collator:
        """Rows of the trainer's dataset → a batch. The preflight and the trainer use the same."""
        return task.collator(tokenizer, config)

    def evaluator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> Evaluator:
        """How a model is measured before and after."""
        return Evaluator(task, tokenizer, config)

    def prepare_model(self, model: Any, config: TrainingConfig, provider: Provider, head: Head = CAUSAL) -> Any:
        """The model with what is to be trained: fresh adapters, or all of its weights."""
        if config.finetuning_type == "lora":
            return provider.add_adapter(model, config, head)
        return model

    def prepare_dataset(self, dataset: Any, config: TrainingConfig) -> Any:  # noqa: ARG002 - most take it as it is
        """The rows on disk → the trainer's: packed, for example."""
        return dataset

    def steps_in_epoch(self, dataset: Any, config: TrainingConfig) -> int:
        """Optimizer steps over all rows of a dataset that `prepare_dataset` has left; the last may have fewer."""
        optimization = config.optimization
        rows = optimization.per_device_train_batch_size * optimization.gradient_accumulation_steps
        return -(-len(dataset) // rows)

    def create_trainer(self, bench: Workbench) -> Any:
        """A transformers `Trainer`, ready to train."""
        ...
