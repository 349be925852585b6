"""From canonical rows to the trainer's: what the preparation, the preflight and the preview all go through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.features import Features
from modelforge.tasks.task import CanonicalRow, Task, Truth


@dataclass(frozen=True)
class RowEncoder:
    """The task's own way. A strategy whose rows hold more than one example has a subclass."""

    task: Task
    tokenizer: Any
    config: TrainingConfig

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the trainer's dataset."""
        return self.task.columns

    @property
    def truths(self) -> Mapping[str, Truth]:
        """What must hold for every row."""
        return self.task.truths

    def features(self, row: CanonicalRow) -> tuple[Features, ...]:
        """The rows of the trainer's dataset that one canonical row becomes."""
        return self.task.features(row, self.tokenizer, self.config)

    def broken_truths(self, row: CanonicalRow, made: Sequence[Features]) -> Iterator[str]:
        """The names of `truths` that `made` breaks."""
        return self.task.broken_truths(row, made, self.tokenizer, self.config)
