"""What both ways to answer questions about a text share: how they are judged, and questions without an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Protocol, Self

from modelforge.exceptions import Params
from modelforge.schemas.dataset import Shape
from modelforge.schemas.preflight import Finding
from modelforge.tasks.task import CanonicalRow, Task, altered


class QuestionAnswering(Task, Protocol):
    """The answer to a question in a text, judged as SQuAD 2.0 judges it."""

    name: ClassVar[str] = "extractive-question-answering"
    shapes: ClassVar[tuple[Shape, ...]] = ("question_answering",)
    metrics: ClassVar[tuple[str, ...]] = ("squad_f1", "squad_em")
    primary_metric: ClassVar[str] = "squad_f1"
    unanswerable: tuple[Finding, ...] = ()
    """How many of the questions to train on the text does not answer, where there are some."""

    def for_rows(self, rows: Iterable[CanonicalRow]) -> Self:
        """The same; the rows are counted."""
        return altered(self, unanswerable=_unanswerable(rows))

    def findings(self) -> tuple[Finding, ...]:
        """How many questions have no answer."""
        return self.unanswerable

    def accepted(self, row: CanonicalRow) -> tuple[str, ...]:
        """All right answers; one that is empty where the text has none."""
        return tuple(row["answers"]["text"]) or ("",)

    def kind(self, row: CanonicalRow) -> str | None:
        """Whether the text answers the question: the metric that is kept for such rows."""
        return "squad_f1_answerable" if row["answers"]["text"] else "squad_f1_unanswerable"


def _unanswerable(rows: Iterable[CanonicalRow]) -> tuple[Finding, ...]:
    answered = [bool(row["answers"]["text"]) for row in rows]
    none = answered.count(False)
    if not none:
        return ()
    share = none / len(answered)
    message = f"{none:,} of {len(answered):,} questions ({share:.0%}) have no answer in their text."
    params: Params = {"count": none, "questions": len(answered), "percent": round(share * 100)}
    return (Finding(truth="unanswerable", severity="ok", message=message, code="unanswerable", params=params),)
