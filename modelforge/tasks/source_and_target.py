"""One row of an encoder-decoder as the trainer sees it: what is read, and apart from it what is to be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modelforge.data.problem_phrases import phrase
from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.features import MarkedToken, Role


@dataclass(frozen=True)
class SourceAndTarget:
    """All tokens of both sides before cutting, and what is kept of them. The labels are the target alone."""

    source: list[int]
    target: list[int]
    kept_source: list[int]
    kept_target: list[int]
    """The beginning of `target`, or all of it with its end token."""
    dropped: slice
    """The part of `source` that was cut off."""
    left_out: Phrase | None = None
    """Why the row is not trained on, or nothing."""

    @property
    def columns(self) -> dict[str, list[int]]:
        """The row of the trainer's dataset: two lists of different lengths."""
        return {"input_ids": self.kept_source, "labels": self.kept_target}

    @property
    def sequences(self) -> tuple[Sequence[int], ...]:
        """All tokens before cutting."""
        return (self.source, self.target)

    @property
    def kept_tokens(self) -> int:
        """Tokens that encoder and decoder are fed."""
        return len(self.kept_source) + len(self.kept_target)

    @property
    def trained_tokens(self) -> int:
        """Every kept token of the target: the first too, which the decoder's start token predicts."""
        return len(self.kept_target)

    @property
    def is_cut(self) -> bool:
        """Whether tokens of either side were cut off."""
        return len(self.kept_source) < len(self.source) or len(self.kept_target) < len(self.target)

    def marked(self) -> Iterator[list[MarkedToken]]:
        """What is read, then what is to be written."""
        cut = set(range(*self.dropped.indices(len(self.source))))
        yield [
            MarkedToken(token, self._role("cut" if at in cut else "ignored")) for at, token in enumerate(self.source)
        ]
        kept = len(self.kept_target)
        yield [
            MarkedToken(token, self._role("trained" if at < kept else "cut")) for at, token in enumerate(self.target)
        ]

    def _role(self, role: Role) -> Role:
        return "cut" if self.left_out else role


def cut_sides(
    source: list[int], target: list[int], *, head: int, tail: int, longest: tuple[int, int], truncation_mode: str
) -> SourceAndTarget:
    """Cut both sides by the stated rule.

    The source keeps its first `head` tokens (the prefix) and its last `tail` (the end token) whatever is cut between
    them: behind `keep_start`, before `keep_end`. The target keeps its start, and so loses its end token.

    Args:
        longest: tokens allowed of source and target.
        truncation_mode: `data.truncation_mode`; with `drop`, a row that is too long on either side is left out.
    """
    most_source, most_target = longest
    if truncation_mode == "drop":
        left_out = _too_long(source, most_source, "max_length") or _too_long(target, most_target, "max_target_length")
        return SourceAndTarget(source, target, source, target, slice(0, 0), left_out)
    dropped = slice(0, 0)
    if (excess := len(source) - most_source) > 0:
        start = min(head, most_source - tail) if truncation_mode == "keep_end" else most_source - tail
        dropped = slice(start, start + excess)
    kept = [*source[: dropped.start], *source[dropped.stop :]]
    return SourceAndTarget(source, target, kept, target[:most_target], dropped)


def _too_long(ids: list[int], most: int, key: str) -> Phrase | None:
    return phrase("too-many-tokens", length=len(ids), key=key, most=most) if len(ids) > most else None
