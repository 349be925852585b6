"""What the trainer is fed of one row, whatever the task: columns of integers, and what became of the row on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from modelforge.schemas.problem_codes import Phrase

Role = Literal["trained", "ignored", "cut"]


class MarkedToken(NamedTuple):
    """One token of a row, and what training does with it."""

    id: int
    role: Role


class Features(Protocol):
    """One row of the trainer's dataset. `TokenisedRow` is that of causal language models."""

    @property
    def columns(self) -> dict[str, list[int]]:
        """Column → integers, as the collator is fed them."""
        ...

    @property
    def sequences(self) -> tuple[Sequence[int], ...]:
        """All token sequences of the row before cutting: one, or both sides of a pair, or a source and its target."""
        ...

    @property
    def kept_tokens(self) -> int:
        """Tokens that the model is fed, over all sequences."""
        ...

    @property
    def trained_tokens(self) -> int:
        """Tokens, or labels, in the loss."""
        ...

    @property
    def is_cut(self) -> bool:
        """Whether tokens were cut off."""
        ...

    @property
    def left_out(self) -> Phrase | None:
        """Why the row is not trained on, or nothing. A plug-in says it with `phrase("as-written", text=…)`."""
        ...

    def marked(self) -> Iterator[list[MarkedToken]]:
        """Each sequence, token by token, as people are shown it."""
        ...


class Collator(Protocol):
    """Rows of the trainer's dataset → a batch, and back, so that the preflight can look for every token in it."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Rows as `Features.columns` gives them → tensors by name."""
        ...

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The rows that a batch holds, padding taken off where nothing of it is trained."""
        ...
