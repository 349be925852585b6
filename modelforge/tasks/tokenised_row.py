"""One row of a causal language model as the trainer sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from modelforge.data.collator import IGNORED
from modelforge.data.problem_phrases import phrase
from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.features import MarkedToken


@dataclass(frozen=True)
class TokenisedRow:
    """All tokens of a row and their labels, before cutting; `start:stop` is what is kept."""

    input_ids: list[int]
    labels: list[int]
    """The token's own id where it is in the loss, else −100; same length as `input_ids`."""
    turn_ends: tuple[int, ...] = ()
    """Positions that must be a trained end token: one per trained turn."""
    start: int = 0
    stop: int | None = None
    left_out: Phrase | None = None
    """Why the row is not trained on, or nothing."""
    begins_whole: bool = True
    """Whether every trained turn begins where a token does."""

    @property
    def kept_ids(self) -> list[int]:
        """The ids the model is fed."""
        return self.input_ids[self.start : self.stop]

    @property
    def kept_labels(self) -> list[int]:
        """The labels beside `kept_ids`; the first is never trained, since nothing stands before it to predict it."""
        kept = self.labels[self.start : self.stop]
        return [IGNORED, *kept[1:]] if kept else kept

    @property
    def columns(self) -> dict[str, list[int]]:
        """The row of the trainer's dataset."""
        return {"input_ids": self.kept_ids, "labels": self.kept_labels}

    @property
    def sequences(self) -> tuple[Sequence[int], ...]:
        """All tokens before cutting."""
        return (self.input_ids,)

    @property
    def kept_tokens(self) -> int:
        """Tokens that the model is fed."""
        return len(self.kept_ids)

    @property
    def is_cut(self) -> bool:
        """Whether tokens were cut off."""
        return len(self.kept_ids) < len(self.input_ids)

    @property
    def trained_tokens(self) -> int:
        """Kept tokens in the loss."""
        return sum(label != IGNORED for label in self.kept_labels)

    def marked(self) -> Iterator[list[MarkedToken]]:
        """The row, token by token, as people are shown it."""
        stop = len(self.input_ids) if self.stop is None else self.stop
        labels = self.kept_labels
        tokens = []
        for index, token in enumerate(self.input_ids):
            if self.left_out or not self.start <= index < stop:
                tokens.append(MarkedToken(token, "cut"))
            else:
                tokens.append(MarkedToken(token, "ignored" if labels[index - self.start] == IGNORED else "trained"))
        yield tokens


def cut(row: TokenisedRow, max_length: int, truncation_mode: str) -> TokenisedRow:
    """Cut a row to `max_length` tokens by the stated rule; a row that loses its whole answer is left out."""
    length = len(row.input_ids)
    start, stop, left_out = 0, length, None
    if length > max_length:
        if truncation_mode == "drop":
            left_out = phrase("too-many-tokens", length=length, key="max_length", most=max_length)
        start, stop = (length - max_length, length) if truncation_mode == "keep_end" else (0, max_length)
    shortened = replace(row, start=start, stop=stop, left_out=left_out)
    if left_out is None and shortened.trained_tokens == 0:
        reason = phrase("answer-cut-away" if shortened.is_cut else "nothing-to-train")
        return replace(shortened, left_out=reason)
    return shortened
