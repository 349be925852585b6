"""What one model scored on the held-out rows, row by row."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.report import ExampleAnswer


class RowScores(Schema):
    """Scores of one model, row by row, so that two models can be paired. As JSON, a resumed run has them again."""

    prompts: tuple[str, ...]
    """The prompts as people read them."""
    references: tuple[str, ...]
    """The expected answers."""
    nll: tuple[float, ...]
    """Negative log-likelihood of each row's trained tokens, in nats, summed over the row."""
    tokens: tuple[int, ...]
    """Trained tokens of each row, or 1 for a row with one label; 0 where nothing of the row is trained on."""
    likelihood_metric: str = "perplexity"
    """What is made of `nll` and `tokens` over all rows: `perplexity` or `log_loss`."""
    classes: tuple[str, ...] = ()
    """All answers that there are, where they are a closed set."""
    untrained: tuple[str, ...] = ()
    """The parts of the model that its checkpoint had no weights for: they answer by chance until they are trained."""
    answers: tuple[str, ...] | None = None
    """What the model wrote; nothing where generation was off or the rows have no prompt."""
    marks: tuple[bool, ...] = ()
    """Whether each answer is marked good, where the rows are answers with marks."""
    per_token: tuple[float | None, ...] = ()
    """Of answers with marks, the nats of each per trained token; nothing for one that is cut away whole."""
    scores: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    """Metric of the answers → one score per row, or per row of the kind that the metric is about."""
    seconds: float = 0.0
    """How long the measuring took."""

    @property
    def counted(self) -> tuple[int, ...]:
        """The tokens whose likelihood is a figure by itself: not those of answers that are marked bad."""
        if not self.marks:
            return self.tokens
        return tuple(count if good else 0 for count, good in zip(self.tokens, self.marks, strict=True))


def side_by_side(base: RowScores, tuned: RowScores, rows: Iterable[int]) -> tuple[ExampleAnswer, ...]:
    """Those rows with both answers; none where one of the models wrote none."""
    if base.answers is None or tuned.answers is None:
        return ()
    return tuple(
        ExampleAnswer(
            prompt=base.prompts[row], expected=base.references[row], base=base.answers[row], tuned=tuned.answers[row]
        )
        for row in rows
    )
