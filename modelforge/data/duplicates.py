"""Exact and near duplicates among canonical rows, and rows that training and validation data share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import orjson

from modelforge.data.canonical import CanonicalRow
from modelforge.data.canonical_file import CanonicalRows, count_rows, read_canonical_bytes
from modelforge.data.same_prompts import NONE, Positions, first_with_prompt, prompt_of
from modelforge.data.signatures import BINS, EMPTY, Boilerplate, Signatures, agreement, sign

ALIKE = 0.8
"""The overlap from which two rows count as near duplicates."""
BAND = 4
"""Bins of a band: rows are compared where one of the 16 bands agrees. At an overlap of 0.8 that misses 1 pair in 5,000.
"""
BATCH_BYTES = 1 << 18
LONGEST_TEXT = 1 << 18
"""Characters of a row that are compared; what follows in a longer row is not looked at."""
SAMPLE = 2048
"""Rows that boilerplate is looked for in."""


@dataclass(frozen=True)
class Duplicates:
    """Which rows are alike; rows are counted from 0 in the order of the file."""

    exact: Positions
    """For each row the first row that equals it: [rows]."""
    groups: Positions
    """For each row the first row of its group of exact and near duplicates: [rows]."""
    prompts: Positions
    """For each row the first row with the same prompt, -1 where it has none: [rows]."""

    @property
    def exact_duplicates(self) -> int:
        """Rows that equal an earlier one."""
        return self.repeats().exact

    @property
    def near_duplicates(self) -> int:
        """Rows that resemble an earlier one without equalling one."""
        return self.repeats().near

    def repeats(self, start: int | None = None) -> Repeats:
        """The rows from `start` on that are alike one before `start`; without it, alike any earlier row."""
        border = np.arange(len(self.exact)) if start is None else start
        equal = self.exact[start:] < border
        found = np.flatnonzero(self.groups[start:] < border)  # a group is named after its first row
        earlier = np.where(equal, self.exact[start:], self.groups[start:])
        prompts = self.prompts[start:]
        asked = np.flatnonzero((prompts != NONE) & (prompts < border))
        return Repeats(
            rows=found,
            earlier=earlier[found],
            equal=equal[found],
            prompts=np.setdiff1d(asked, found, assume_unique=True),
        )


@dataclass(frozen=True)
class Repeats:
    """Rows that occur again. Of the same length: [repeats]."""

    rows: Positions
    """Where they stand, from 0 in their own file."""
    earlier: Positions
    """The row that each repeats, from 0 in the file where that is."""
    equal: npt.NDArray[np.bool_]
    """Whether it equals that row; else it resembles it."""
    prompts: Positions
    """Further rows, whose prompt alone occurs again: [prompts]."""

    @property
    def exact(self) -> int:
        """Rows that equal another."""
        return int(self.equal.sum())

    @property
    def near(self) -> int:
        """Rows that resemble another without equalling one."""
        return len(self.rows) - self.exact


def find_duplicates(*paths: Path) -> Duplicates:
    """The duplicates among the rows of one or more canonical files, taken one behind the other.

    Deterministic. Memory: 33 bytes per row, and the signatures in a temporary file.
    """
    total = sum(count_rows(path) for path in paths)
    digests, asked = np.empty((2, total), dtype=np.int64)
    asks = np.zeros(total, dtype=bool)
    with tempfile.TemporaryFile() as file:
        boilerplate = Boilerplate(_sample_texts(paths))
        at = 0
        for batch in _batches(paths):
            part = slice(at, at + len(batch))
            rows = [orjson.loads(data) for data in batch]
            prompts = [prompt_of(row) for row in rows]
            digests[part] = [hash(data) for data in batch]
            asked[part] = [hash(prompt) for prompt in prompts]
            asks[part] = [prompt is not None for prompt in prompts]
            file.write(sign([text_of_row(row)[:LONGEST_TEXT] for row in rows], boilerplate).tobytes())
            at += len(batch)
        exact = _first_of_equal(digests)
        groups = _grouped(file, exact)
    return Duplicates(exact, groups, first_with_prompt(asked, asks))


def find_leakage(train: Path, validation: Path) -> Repeats:
    """The rows of `validation` that equal or resemble a row of `train`, or share its prompt. Both are canonical."""
    return find_duplicates(train, validation).repeats(count_rows(train))


def text_of_row(row: CanonicalRow) -> str:
    """All that people would read in the row: the texts of its prompts, turns and answers."""
    return "\n".join(_texts(row))


def _texts(row: CanonicalRow) -> Iterator[str]:
    for name in ("text", "text_pair", "prompt", "messages", "completion", "chosen", "rejected"):
        value = row.get(name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (_turn_text(turn) for turn in value)


def _turn_text(turn: dict[str, Any]) -> str:
    calls = turn.get("tool_calls")
    return f"{turn['content']}{orjson.dumps(calls).decode()}" if calls else str(turn["content"])


def _batches(paths: Sequence[Path]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for path in paths:
        for _, data in read_canonical_bytes(path):
            batch.append(data)
            size += len(data)
            if size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _sample_texts(paths: Sequence[Path]) -> list[str]:
    """Different rows from all parts of the files."""
    texts = []
    for path in paths:
        rows = CanonicalRows(path)
        wanted = max(1, SAMPLE // len(paths))
        step = max(1, len(rows) // wanted)
        texts += [text_of_row(rows[at])[:LONGEST_TEXT] for at in range(0, len(rows), step)]
    return sorted(set(texts))


def _first_of_equal(values: npt.NDArray[np.int64]) -> Positions:
    """For each value the position of the first one that equals it."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _grouped(file: IO[bytes], exact: Positions) -> Positions:
    """Join exact groups whose signatures agree: for each row the first row of its group."""
    groups = exact.copy()
    total = len(exact)
    if total < 2:
        return groups
    file.flush()
    signatures: Signatures = np.memmap(file, dtype=np.uint16, mode="r", shape=(total, BINS))
    for start in range(0, BINS, BAND):
        band = np.ascontiguousarray(signatures[:, start : start + BAND])
        keys = band.view(np.uint64).reshape(-1)
        first = _first_of_equal(keys.view(np.int64))
        differ = (groups[first] != groups) & (band != EMPTY).any(axis=1)
        rows = np.flatnonzero(differ)
        _join(groups, first, rows, signatures)
    return groups


def _join(groups: Positions, first: Positions, rows: Positions, signatures: Signatures) -> None:
    """Join each of `rows` with the first row of its bucket where the whole signatures agree too."""
    for at in range(0, len(rows), 4096):
        part = rows[at : at + 4096]
        alike = agreement(signatures[part], signatures[first[part]]) >= ALIKE
        for row in part[alike].tolist():
            _union(groups, row, int(first[row]))
    while not np.array_equal(pointed := groups[groups], groups):
        groups[:] = pointed


def _union(groups: Positions, left: int, right: int) -> None:
    """Union of two groups under the smaller position."""
    while groups[left] != left:
        left = int(groups[left])
    while groups[right] != right:
        right = int(groups[right])
    groups[max(left, right)] = min(left, right)
