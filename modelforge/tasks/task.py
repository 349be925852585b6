"""The contract of a task. A new task is one file with a subclass, and one line in `task_factory`."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.dataset import Shape
from modelforge.tasks.tokenised_row import TokenisedRow

CanonicalRow = dict[str, Any]
"""A row in TRL's dataset types: `prompt` and `completion`, `messages`, or `text`."""


class Task(Protocol):
    """What one example looks like, and how an answer is judged."""

    name: ClassVar[str]
    shapes: ClassVar[tuple[Shape, ...]]
    """The shapes of data that the task can learn from."""
    metrics: ClassVar[tuple[str, ...]]
    """The metrics of generated answers, by name in `evaluation.metrics`."""
    primary_metric: ClassVar[str]
    """The metric that decides the verdict."""

    def model_class(self) -> Any:
        """The transformers auto class with the head that the task needs."""
        ...

    def tokenise(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> TokenisedRow:
        """A row as the trainer is fed it, cut to `data.max_length`."""
        ...

    def prompt_ids(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> list[int] | None:
        """The ids that an answer is generated from: the same code as the playground's. None: nothing to generate."""
        ...

    def is_plain(self, row: CanonicalRow) -> bool:
        """Whether the row is bare text, on which no chat template is applied."""
        ...

    def prompt_text(self, row: CanonicalRow) -> str:
        """The prompt as people read it."""
        ...

    def reference(self, row: CanonicalRow) -> str:
        """The expected answer."""
        ...
