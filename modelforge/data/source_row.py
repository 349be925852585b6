"""One row as a reader hands it on."""

from __future__ import annotations

from typing import Any, NamedTuple

LONGEST_ROW = 8 << 20
"""Bytes of the longest row that is read: what bounds the memory of every reader."""


class SourceRow(NamedTuple):
    """The line (or the row, in a binary file) from 1, and column → value."""

    line: int
    values: dict[str, Any]
