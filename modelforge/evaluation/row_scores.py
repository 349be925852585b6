"""What one model scored on the held-out rows, row by row."""

from __future__ import annotations

from pydantic import Field

from modelforge.schemas.base import Schema


class RowScores(Schema):
    """Scores of one model, row by row, so that two models can be paired. As JSON, a resumed run has them again."""

    prompts: tuple[str, ...]
    """The prompts as people read them."""
    references: tuple[str, ...]
    """The expected answers."""
    nll: tuple[float, ...]
    """Negative log-likelihood of each row's trained tokens, in nats, summed over the row."""
    tokens: tuple[int, ...]
    """Trained tokens of each row; 0 where nothing of the row is trained on."""
    answers: tuple[str, ...] | None = None
    """What the model wrote; nothing where generation was off or the rows have no prompt."""
    scores: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    """Metric of the answers → one score per row."""
