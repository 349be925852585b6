"""The models that one exam is set to, and the rows that all of them can be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.model_source import resolve_model
from modelforge.providers.provider import ModelSource, Provider
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.remark import remark
from modelforge.storage.file_manager import FileManager
from modelforge.strategies.strategy import TrainingStrategy
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.features import Features
from modelforge.tasks.head import Head
from modelforge.tasks.task import CanonicalRow, Task, row_named
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training.exam import Exam, manifest_of, nothing_measured

LENGTHS = ("max_length", "max_target_length")
"""The keys of `data` that count tokens from the beginning of a row."""


@dataclass(frozen=True)
class Candidate:
    """A model whose weights are not loaded yet, with all that a row becomes tokens by."""

    name: str
    provider: Provider
    source: ModelSource
    shape: ModelShape
    tokenizer: Any
    task: Task
    strategy: TrainingStrategy
    config: TrainingConfig
    """What it is measured by."""

    @classmethod
    def of(cls, name: str, exam: Exam, files: FileManager) -> Candidate:
        """Raises NotFoundError or ProviderError: the model cannot be found or used."""
        config = exam.config
        provider = ProviderFactory.create_provider(config.provider)
        provider.activate()
        source = resolve_model(name, provider, files, exam.revisions.get(name))
        provider.validate_model_access(source)
        shape = ModelShape.read(source.location, source.revision)
        task = TaskFactory.create_task(config.task).for_model(shape).for_rows(exam.define)
        if (manifest := manifest_of(name, files)) is not None and manifest.classes:
            task = task.for_classes(manifest.classes)
        strategy = StrategyFactory.create_strategy(config.strategy.name)
        return cls(name, provider, source, shape, provider.load_tokenizer(source), task, strategy, config)

    @property
    def head(self) -> Head:
        """The head that is measured."""
        return self.strategy.head(self.task)

    def features(self, row: CanonicalRow) -> tuple[Features, ...]:
        """What the model would be trained on. Raises ConfigurationError, with the row's number: it cannot be."""
        with row_named(row.get("row")):
            return self.strategy.encoder(self.task, self.tokenizer, self.config).features(row)

    def within(self, limit: int) -> Candidate:
        """It, with rows of no more tokens than `limit`."""
        data = self.config.data
        fitting = {name: min(getattr(data, name), limit) for name in LENGTHS}
        return replace(self, config=self.config.model_copy(update={"data": data.model_copy(update=fitting)}))


def fit(exam: Exam, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Cut rows to the positions that every candidate has, and leave out those that training would leave out.

    A model that reads is asked about every row all the same.

    Returns:
        The candidates, each with the config that it is measured by.

    Raises:
        ConfigurationError: a row cannot be encoded for a candidate, or none of the rows can be measured.
    """
    fewest = _fewest_positions(candidates)
    limit = fewest.shape.position_limit if fewest is not None else None
    fitting = list(candidates) if limit is None else [one.within(limit) for one in candidates]
    exam.config = fitting[-1].config
    kept, cut = [], False
    for row in exam.rows:
        made = [features for one in fitting for features in one.features(row)]
        cut = cut or any(features.is_cut for features in made)
        if fitting[0].task.reads or not any(features.left_out for features in made):
            kept.append(row)
    if fewest is not None and cut:
        exam.remarks.append(remark("rows-cut-at-positions", model=fewest.name, limit=limit or 0))
    if not kept:
        raise nothing_measured(len(exam.rows), exam.config.data.max_length)
    exam.say_unmeasured(len(exam.rows) - len(kept), len(exam.rows))
    exam.rows = kept
    return fitting


def _fewest_positions(candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate with the fewest learned positions, where these are fewer than the tokens that a row may have."""
    ended = [(one.shape.position_limit, one) for one in candidates if one.shape.position_limit is not None]
    if not ended:
        return None
    limit, fewest = min(ended, key=lambda found: found[0])
    longest = max(getattr(one.config.data, name) for one in candidates for name in LENGTHS)
    return fewest if limit < longest else None
