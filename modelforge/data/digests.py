"""Counting equal rows in constant memory."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable
from typing import IO, Any

import numpy as np

AT_ONCE = 1 << 20
"""Digests that are sorted in memory at a time (8 MiB)."""


def digest_of(values: Iterable[Any]) -> int:
    """The digest of a row, from the values of its used columns in a fixed order: equal for equal rows."""
    parts: list[Any] = []
    for value in values:
        if type(value) is list:
            parts.append(len(value))
            for turn in value:
                parts += turn.values() if type(turn) is dict else (turn,)
        else:
            parts.append(value)
    try:
        return hash(tuple(parts))
    except TypeError:  # tool calls, for example, are lists and objects
        return hash(repr(parts))


class DigestCounter:
    """Counts rows that repeat an earlier one, by 64-bit digests: in memory up to a million, then in a file.

    The digests are Python's own keyed hashes, compared within this process only.
    """

    def __init__(self) -> None:
        self._digests = array("q")
        self._file: IO[bytes] | None = None
        self._total = 0

    def add(self, digest: int) -> None:
        """Take note of one row."""
        self._digests.append(digest)
        if len(self._digests) >= AT_ONCE:
            self._spill()

    def add_all(self, digests: Iterable[int]) -> None:
        """Take note of several rows."""
        self._digests.extend(digests)
        if len(self._digests) >= AT_ONCE:
            self._spill()

    def repeated(self) -> int:
        """How many of the rows equal an earlier one."""
        total = self._total + len(self._digests)
        if self._file is None:
            return total - len(np.unique(np.asarray(self._digests)))
        self._spill()
        parts = -(-total // AT_ONCE)
        return total - sum(self._distinct(part, parts) for part in range(parts))

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the counter
        self._file.write(self._digests)
        self._total += len(self._digests)
        self._digests = array("q")

    def _distinct(self, part: int, parts: int) -> int:
        """The distinct digests whose remainder by `parts` is `part`: every copy of a row falls into one part."""
        assert self._file is not None
        self._file.seek(0)
        chosen = []
        while len(block := np.frombuffer(self._file.read(8 * AT_ONCE), dtype=np.int64)):
            chosen.append(block[block % parts == part])
        return len(np.unique(np.concatenate(chosen)))
