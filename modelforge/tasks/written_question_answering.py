"""Extractive question answering by prompt, for causal language models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.data.answers import NO_ANSWER
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.preflight import Finding
from modelforge.tasks.question_answering import QuestionAnswering
from modelforge.tasks.reasoning import answer_of
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.watch import UNWATCHED, Watch


class WrittenQuestionAnswering(QuestionAnswering, TextGeneration):
    """A causal language model is shown the text and the question, and writes the answer."""

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
            for finding in self.unanswerable
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
