"""Extractive question answering by prompt, and what it shares with the way that points at answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from modelforge.data.answers import NO_ANSWER
from modelforge.exceptions import Params
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.dataset import Shape
from modelforge.schemas.preflight import Finding
from modelforge.tasks.reasoning import answer_of
from modelforge.tasks.task import CanonicalRow, altered
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.watch import UNWATCHED, Watch

NAME = "extractive-question-answering"
SQUAD = ("squad_f1", "squad_em")


def accepted(row: CanonicalRow) -> tuple[str, ...]:
    """All right answers; one that is empty where the text has none."""
    return tuple(row["answers"]["text"]) or ("",)


def kind(row: CanonicalRow) -> str:
    """Whether the text answers the question: the metric that is kept for such rows."""
    return "squad_f1_answerable" if row["answers"]["text"] else "squad_f1_unanswerable"


def unanswerable(rows: Iterable[CanonicalRow]) -> tuple[Finding, ...]:
    """How many questions the text does not answer."""
    answered = [bool(row["answers"]["text"]) for row in rows]
    none = answered.count(False)
    if not none:
        return ()
    share = none / len(answered)
    message = f"{none:,} of {len(answered):,} questions ({share:.0%}) have no answer in their text."
    params: Params = {"count": none, "questions": len(answered), "percent": round(share * 100)}
    return (Finding(truth="unanswerable", severity="ok", message=message, code="unanswerable", params=params),)


class WrittenQuestionAnswering(TextGeneration):
    """The same for a causal language model: it is shown the text and the question, and writes the answer."""

    name: ClassVar[str] = NAME
    shapes: ClassVar[tuple[Shape, ...]] = ("question_answering",)
    metrics: ClassVar[tuple[str, ...]] = SQUAD
    primary_metric: ClassVar[str] = "squad_f1"

    def __init__(self, found: tuple[Finding, ...] = ()) -> None:
        self._found = found

    def for_rows(self, rows: Iterable[CanonicalRow]) -> WrittenQuestionAnswering:
        """The same; the rows are counted."""
        return altered(self, _found=unanswerable(rows))

    def findings(self) -> tuple[Finding, ...]:
        """How many questions have no answer, and what is to be said then."""
        return tuple(
            Finding(
                truth=finding.truth,
                severity=finding.severity,
                message=f"{finding.message} The answer to learn is {NO_ANSWER!r}.",
                code="unanswerable-taught",
                params={**finding.params, "answer": NO_ANSWER},
            )
            for finding in self._found
        )

    def answers(
        self,
        model: Any,
        tokenizer: Any,
        rows: Sequence[CanonicalRow],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[str] | None:
        """What the model writes; the sentence that says that there is no answer counts as none."""
        written = super().answers(model, tokenizer, rows, config, watch=watch)
        return None if written is None else ["" if answer_of(text).strip() == NO_ANSWER else text for text in written]

    def accepted(self, row: CanonicalRow) -> tuple[str, ...]:
        """All right answers; one that is empty where the text has none."""
        return accepted(row)

    def kind(self, row: CanonicalRow) -> str | None:
        """Whether the text answers the question."""
        return kind(row)
