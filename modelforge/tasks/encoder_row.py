"""One sequence that is read as a whole, and what the head is to say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.features import MarkedToken


@dataclass(frozen=True)
class EncoderRow:
    """The kept ids with their segments, the targets of the head, and what was cut off before or behind."""

    input_ids: list[int]
    token_type_ids: list[int]
    """0 and 1 for the first and the second text; empty for models without segments."""
    targets: Mapping[str, int]
    """Column → what is to be said: the number of a class, the position of a token."""
    whole: list[int]
    """All ids, before cutting."""
    kept: tuple[int, int] | None = None
    """Where the kept part lies in `whole`; nothing where special tokens stand around another part of it."""
    marked_span: tuple[int, int] | None = None
    """The positions in `input_ids` that the targets point at, the last one included."""
    left_out: Phrase | None = None

    @property
    def columns(self) -> dict[str, list[int]]:
        """The row of the trainer's dataset; a target is a column of one number."""
        targets = {name: [value] for name, value in self.targets.items()}
        return {"input_ids": self.input_ids, "token_type_ids": self.token_type_ids, **targets}

    @property
    def sequences(self) -> tuple[Sequence[int], ...]:
        """All tokens before cutting."""
        return (self.whole,)

    @property
    def kept_tokens(self) -> int:
        """Tokens that the model is fed."""
        return len(self.input_ids)

    @property
    def trained_tokens(self) -> int:
        """One label."""
        return 1

    @property
    def is_cut(self) -> bool:
        """Whether tokens were cut off."""
        return len(self.input_ids) < len(self.whole)

    def marked(self) -> Iterator[list[MarkedToken]]:
        """The whole sequence; where the targets point at tokens, those are the trained ones."""
        if self.left_out:
            yield [MarkedToken(token, "cut") for token in self.whole]
            return
        start, stop = self.marked_span or (0, -1)
        kept = [
            MarkedToken(token, "trained" if start <= at <= stop else "ignored")
            for at, token in enumerate(self.input_ids)
        ]
        first, last = self.kept or (0, len(self.whole))
        before, behind = self.whole[:first], self.whole[last:]
        yield [
            *(MarkedToken(token, "cut") for token in before),
            *kept,
            *(MarkedToken(token, "cut") for token in behind),
        ]
