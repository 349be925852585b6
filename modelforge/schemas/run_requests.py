"""What the run routes answer beside the run itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.dataset import ValidationReport
from modelforge.schemas.events import Event
from modelforge.schemas.plan import MemoryPlan
from modelforge.schemas.preflight import PreflightReport
from modelforge.schemas.problem import ErrorWords, Unreadable
from modelforge.schemas.remark import Remark, by_sentence, sentences
from modelforge.schemas.report import ExampleAnswer
from modelforge.schemas.run import RunView


class PlanReport(Schema):
    """What a config would do, found out over all rows before anything starts."""

    config: TrainingConfig
    """The complete config, defaults included."""
    notices: tuple[str, ...] = ()
    """Keys that were read under another name."""
    remarks: dict[str, Remark] = Field(default_factory=dict)
    """Those of them that have a name, by the sentence: what other languages say them by."""
    preflight: PreflightReport
    plan: MemoryPlan
    validation: ValidationReport
    later: tuple[PlanReport, ...] = ()
    """The same of the stages behind the first, of a recipe that has stages."""

    @property
    def ok(self) -> bool:
        """Whether a run may start."""
        return self.preflight.ok and self.plan.fits and all(stage.ok for stage in self.later)


class RunAccepted(RunView):
    """A run that was put into the queue."""

    notices: tuple[str, ...] = ()
    """Keys that were read under another name."""
    remarks: dict[str, Remark] = Field(default_factory=dict)
    """Those of them that have a name, by the sentence: what other languages say them by."""

    @classmethod
    def of(cls, run: RunView, remarks: Sequence[Remark]) -> RunAccepted:
        """The run with what was noticed."""
        return cls(**dict(run), notices=sentences(remarks), remarks=by_sentence(remarks))


RunOrder = Literal["newest", "name", "status", "result"]
"""How runs are listed. By status: those that wait or work first. By result: the better first, those without one last.
Alike ones follow each other as `newest` has them."""


class RunPage(Schema):
    """One page of runs."""

    items: tuple[RunView, ...]
    total: int
    """Runs on all pages."""
    next: str | None = None
    """Pass it as `before` for the page behind this one; nothing on the last page."""
    unreadable: tuple[Unreadable, ...] = ()
    """Runs that are left out of this page, since the index has them as another version of ModelForge writes them, or
    damaged."""


class QueuePlace(Schema):
    """Where a waiting run is to stand."""

    priority: int | None = Field(default=None, ge=-1000, le=1000)
    """Runs of higher priority go first."""
    before: str | None = Field(default=None, max_length=64, pattern=r"^[^\x00]*$")
    """The waiting run before which it is to start; it takes that run's priority."""


class QueueAhead(Schema):
    """What a run that is started now would wait for, whoever has started it."""

    places: int
    """Runs that are worked on at once: one on each GPU, or one on the processor."""
    working: int
    """Runs that have one of the places."""
    waiting: int
    """Runs that wait, and go before it."""


class AnswerPage(Schema):
    """Some of the held-out rows with both answers, in the order in which they were measured."""

    items: tuple[ExampleAnswer, ...]
    total: int
    """Rows that were answered by both models; none where no answers were written."""


class EventPage(Schema):
    """Some events of a run, in order."""

    items: tuple[Event, ...]
    last_seq: int
    """The number of the last event on this page; ask for those after it next."""


class Series(Schema):
    """One measured quantity over the steps."""

    steps: tuple[int, ...]
    values: tuple[float, ...]
    total: int
    """Points before some were left out."""


class RunMetrics(Schema):
    """What a run measured over its steps, thinned to what a chart can show."""

    series: dict[str, Series]
    last_seq: int = 0
    """The number of the last event of the run: what is said later comes behind it in the stream."""


class LogTail(Schema):
    """The end of a worker's log."""

    lines: tuple[str, ...]
    size: int
    """Bytes of the whole log."""
    truncated: bool
    """Whether earlier lines were left out."""


class CheckpointView(Schema):
    """One checkpoint of a run."""

    name: str
    step: int
    attempt: int
    created_at: datetime
    evaluation_loss: float | None
    bytes: int
    best: bool
    """Whether its evaluation loss is the lowest."""
    fault: str | None = None
    """Why it cannot be used, if it cannot."""
    error: ErrorWords | None = None
    """The same, also for other languages."""


class RunComparison(Schema):
    """Runs side by side."""

    runs: tuple[str, ...]
    settings: dict[str, tuple[Any, ...]]
    """Dotted key → each run's value, for the keys in which they differ."""
    metrics: dict[str, tuple[float | None, ...]]
    """Metric → what each run's tuned model scored."""
    missing: tuple[str, ...] = ()
    """Ids that were asked for and of which there is no run: deleted, or another's."""


class RecipeText(Schema):
    """A recipe as YAML."""

    yaml: str


class ParsedStage(Schema):
    """One stage of a recipe, understood."""

    name: str
    config: TrainingConfig
    """Complete; `stage:NAME` stands for the model that an earlier stage makes."""


class ParsedRecipe(Schema):
    """A recipe, understood."""

    config: TrainingConfig
    """The config of the run, or of the first stage."""
    name: str | None = None
    """The name of a recipe that has stages."""
    stages: tuple[ParsedStage, ...] = ()
    """All stages of a recipe that has some: `POST /api/v1/runs` takes them as `stages`, name and config in one."""
    notices: tuple[str, ...] = ()
    """Keys that were read under another name."""
    remarks: dict[str, Remark] = Field(default_factory=dict)
    """Those of them that have a name, by the sentence: what other languages say them by."""


class ConfigSchema(Schema):
    """What a form for `TrainingConfig` is made from."""

    json_schema: dict[str, Any]
    essential: tuple[str, ...]
    """Dotted keys that most users want to see first."""
    owners: dict[str, tuple[str, ...]]
    """Dotted key → the strategies that have it; keys of every run are left out."""
    spellings: dict[str, str]
    """Other tools' names → dotted key."""
