"""The contract of a task. A new task is one file with a subclass, and one line in `task_factory`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

from modelforge.exceptions import ModelForgeException, restored, told
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.dataset import Shape
from modelforge.schemas.model import READING, ModelMode
from modelforge.schemas.preflight import Finding, FindingCode
from modelforge.tasks.features import Collator, Features
from modelforge.tasks.head import Head
from modelforge.tasks.watch import UNWATCHED, Watch

AnyTask = TypeVar("AnyTask", bound="Task")
CanonicalRow = dict[str, Any]
"""A row in TRL's dataset types: `prompt` and `completion`, `messages`, or `text`."""


@contextmanager
def row_named(number: int | None, *, held_out: bool = False) -> Iterator[None]:
    """Say of which row it is that it cannot be encoded for this model, also by the values beside an error's code.

    Args:
        number: None where the row has none.
        held_out: it is a row of `data.validation_dataset`.

    Raises:
        ModelForgeException: it cannot: the same error, with the row's number in front.
    """
    try:
        yield
    except ModelForgeException as error:
        if number is None:
            raise
        place, key = (" of data.validation_dataset", "in_held_out_row") if held_out else ("", "in_row")
        named = {"message": f"Row {number}{place}: {error.message}", "params": {**error.params, key: number}}
        raise restored({**told(error), **named}) from error


class Truth(NamedTuple):
    """Something that must hold for every row before anything is trained."""

    message: str
    """What holds, as a sentence."""
    fix: str
    """What to do where it does not."""
    code: FindingCode | None = None
    """The name under which other languages keep the two; none for a truth of a plug-in."""


def altered(task: AnyTask, **values: Any) -> AnyTask:
    """A task of the same class, with all that it knows but for these attributes: a subclass stays what it is."""
    made = copy(task)
    vars(made).update(values)
    return made


def measured_like(task: AnyTask, other: Task) -> AnyTask:
    """The task by the name and the measures of the other one, which it does in another way."""
    return altered(task, name=other.name, metrics=other.metrics, primary_metric=other.primary_metric)


class RowLikelihood(NamedTuple):
    """How likely a model finds what a row should teach it."""

    nll: float
    """Nats, summed over the row's trained tokens or labels."""
    tokens: int
    """How many those are; 0 where nothing of the row is scored."""


class Task(Protocol):
    """What one example looks like, and how an answer is judged."""

    name: ClassVar[str]
    shapes: ClassVar[tuple[Shape, ...]]
    """The shapes of data that the task can learn from."""
    columns: ClassVar[tuple[str, ...]] = ("input_ids", "labels")
    """The columns of its features."""
    metrics: ClassVar[tuple[str, ...]]
    """The metrics of answers, by name in `evaluation.metrics`."""
    primary_metric: ClassVar[str]
    """The metric that decides the verdict."""
    likelihood_metric: ClassVar[str] = "perplexity"
    """What is made of the likelihood of all rows: `perplexity` over tokens, or `log_loss` over rows."""
    writes_answers: ClassVar[bool] = True
    """Whether answers are generated, which takes time and can be switched off."""
    mode: ClassVar[ModelMode] = "chat"
    """How a model that was trained for it is asked."""
    classes: tuple[str, ...] = ()
    """All answers that there are, where they are a closed set."""
    truths: ClassVar[Mapping[str, Truth]]
    """By their stable, hyphenated names: what `broken_truths` looks for."""

    @property
    def reads(self) -> bool:
        """Whether the model says something of a text and writes none: of any text, of which it is shown what fits."""
        return self.mode in READING

    def for_model(self, shape: ModelShape) -> Task:  # noqa: ARG002 - most tasks need one kind of model
        """The task as it is done with a model of this shape: by a head of its own, or by prompt.

        Raises:
            ConfigurationError: a model of this kind cannot do it.
        """
        return self

    def for_rows(self, rows: Iterable[CanonicalRow]) -> Task:  # noqa: ARG002 - most tasks do not depend on them
        """The task as the rows to train on define it: a classifier has the labels that occur in them."""
        return self

    def for_classes(self, classes: Sequence[str]) -> Task:  # noqa: ARG002 - most tasks have none
        """The task of a model that is trained already, with the classes that it was trained on."""
        return self

    def head(self) -> Head:
        """The head that the task needs."""
        ...

    def findings(self) -> tuple[Finding, ...]:
        """What is to be said of the rows to train on before training, beyond the truths."""
        return ()

    def source_prefix(self, config: TrainingConfig) -> str:  # noqa: ARG002 - most tasks put nothing there
        """What stands before every text that the model is asked about, in training and afterwards."""
        return ""

    def features(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> tuple[Features, ...]:
        """A row as the trainer is fed it, cut to `data.max_length`; several where a long text has several windows."""
        ...

    def broken_truths(
        self, row: CanonicalRow, made: Sequence[Features], tokenizer: Any, config: TrainingConfig
    ) -> Iterator[str]:
        """The names of `truths` that the features of a row break."""
        ...

    def collator(self, tokenizer: Any, config: TrainingConfig) -> Collator:
        """Features → a batch."""
        ...

    def likelihood(
        self,
        model: Any,
        rows: Sequence[Sequence[Features]],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[RowLikelihood]:
        """How likely `model` finds each row, given its features.

        Raises:
            GenerationStopped: the watch asks to stop.
        """
        ...

    def answers(
        self,
        model: Any,
        tokenizer: Any,
        rows: Sequence[CanonicalRow],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[str] | None:
        """The model's own answer to each row, the same every time; nothing where the rows ask for none.

        Raises:
            GenerationStopped: the watch asks to stop.
        """
        ...

    def is_plain(self, row: CanonicalRow) -> bool:
        """Whether no chat template is applied to the row."""
        ...

    def prompt_text(self, row: CanonicalRow) -> str:
        """The prompt as people read it."""
        ...

    def reference(self, row: CanonicalRow) -> str:
        """The expected answer, as the data has it."""
        ...

    def expected(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> str:  # noqa: ARG002 - see there
        """The expected answer as this model would write it: another one than `reference` where its chat template says
        in a form of its own what the data has in parts."""
        return self.reference(row)

    def accepted(self, row: CanonicalRow) -> tuple[str, ...]:  # noqa: ARG002 - most rows have one right answer
        """All answers that are right, where there may be several: the best score over them counts."""
        return ()

    def kind(self, row: CanonicalRow) -> str | None:  # noqa: ARG002 - most tasks have rows of one kind
        """The kind of row, where the primary metric is worth knowing for each kind by itself: a name for the metric."""
        return None
