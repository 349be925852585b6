"""An answer to be rewarded, and what rewards it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One written answer, and what it answers to."""

    prompt: str
    """The prompt as people read it."""
    text: str
    reference: str | None = None
    """The expected answer; nothing where the row has none."""
    prompt_ids: Sequence[int] = ()
    ids: Sequence[int] = ()
    """The tokens that were written, the end token among them where one was."""
    row: Mapping[str, Any] = field(default_factory=dict)
    """The row's other columns."""


Score = Callable[[Sequence[Answer]], list[float]]


@dataclass(frozen=True)
class Reward:
    """One source of reward: a name for charts, a weight, and a score for each answer."""

    name: str
    weight: float
    score: Score


def weighted(rewards: Sequence[Reward], scores: Mapping[str, Sequence[float]]) -> list[float]:
    """The sum over `rewards` of weight times score, for each answer."""
    columns = [[reward.weight * value for value in scores[reward.name]] for reward in rewards]
    return [sum(row) for row in zip(*columns, strict=True)]
