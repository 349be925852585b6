"""The rows that a finding concerns: all of them counted, and the first ones named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from modelforge.data.problem_phrases import words
from modelforge.schemas.problem_codes import Phrase

NAMED_ROWS = 20
"""Rows that are named of each dataset."""


class Named(TypedDict):
    """What a finding says of its rows."""

    rows: tuple[int, ...]
    held_out_rows: tuple[int, ...]
    total: int


@dataclass
class ConcernedRows:
    """Rows by their numbers: those of the dataset, and apart from them those of a dataset that is held out whole, which
    has numbers of its own."""

    total: int = 0
    rows: list[int] = field(default_factory=list)
    held_out_rows: list[int] = field(default_factory=list)
    reason: Phrase | None = None
    """What is wrong with the first one, where that differs from row to row."""

    def add(self, number: int, apart: bool, reason: Phrase | None = None) -> None:
        """Count a row. `apart`: its number is one of `data.validation_dataset`."""
        if not self.total:
            self.reason = reason
        self.total += 1
        named = self.held_out_rows if apart else self.rows
        if len(named) < NAMED_ROWS:
            named.append(number)

    @property
    def first(self) -> int:
        """The number of the first one; those of the dataset come first."""
        return (self.rows or self.held_out_rows)[0]

    @property
    def why(self) -> str:
        """The reason in words."""
        return words(self.reason) if self.reason else ""

    @property
    def place(self) -> str:
        """The first one in words."""
        return f"row {self.first}" if self.rows else f"row {self.first} of data.validation_dataset"

    @property
    def named(self) -> Named:
        """The values of a finding that name the rows."""
        return Named(rows=tuple(self.rows), held_out_rows=tuple(self.held_out_rows), total=self.total)
