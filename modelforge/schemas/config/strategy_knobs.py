"""What the rest of the house asks of every strategy, beside the knobs of its own."""

from __future__ import annotations

from typing import ClassVar

from modelforge.schemas.base import Schema


class StrategyKnobs(Schema):
    """The knobs of a strategy: a subclass each, with the fields that a recipe may set."""

    sequences_per_row: ClassVar[int] = 1
    """Sequences that the model is fed for one row of the data."""
    has_reference: ClassVar[bool] = False
    """Whether a second pass, without gradients, asks the frozen model about the same batch."""
    scores_rows: ClassVar[bool] = False
    """Whether the model gives one score to a whole row, and predicts no words."""
    keeps_base_dropout: ClassVar[bool] = True
    """Whether the dropout that the model brings along is on in training."""


class ComparingKnobs(StrategyKnobs):
    """Of strategies that compare or reward answers: prompts are never trained, and every row has its own sequence."""

    completion_only_loss: ClassVar[bool] = True
    assistant_only_loss: ClassVar[bool] = False
    packing: ClassVar[bool] = False
    keeps_base_dropout: ClassVar[bool] = False
