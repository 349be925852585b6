"""Canonical rows on disk: a Parquet file with the row as JSON bytes, one way for all shapes.

Typed columns would force one Arrow type on what differs from row to row: the arguments of tool calls, tools, extra
columns of prompts. Bytes keep a row exactly as it was checked, and cost one fast parse to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, overload

import orjson

from modelforge.data.canonical import CanonicalRow

GROUP_ROWS = 1024
GROUP_BYTES = 4 << 20
"""A row group is written when either is reached: what bounds the memory of writing and of reading one row."""


def encode_row(row: CanonicalRow) -> bytes:
    """The row as bytes, its keys in their own order: chat templates write tool arguments as they stand."""
    return orjson.dumps(row, option=orjson.OPT_NON_STR_KEYS, default=str)


class CanonicalWriter:
    """Writes canonical rows in constant memory. Use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = pa.schema([("row", pa.int64()), ("canonical", pa.binary())])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[int] = []
        self._values: list[bytes] = []
        self._bytes = 0

    def __enter__(self) -> CanonicalWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, row: int, canonical: bytes) -> None:
        """Add a row: its line or number in the source, from 1, and its bytes."""
        self._rows.append(row)
        self._values.append(canonical)
        self._bytes += len(canonical)
        if len(self._rows) >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.table([self._rows, self._values], schema=self._schema))
        self._rows, self._values, self._bytes = [], [], 0


def read_canonical_bytes(path: Path) -> Iterator[tuple[int, bytes]]:
    """(row, bytes) of every row, a row group at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            yield from zip(table["row"].to_pylist(), table["canonical"].to_pylist(), strict=True)


def read_canonical(path: Path) -> Iterator[CanonicalRow]:
    """Every canonical row, with its line in the source as `row`."""
    for number, data in read_canonical_bytes(path):
        yield _decoded(number, data)


class CanonicalRows(Sequence[CanonicalRow]):
    """The rows of a canonical file by index, read when asked for; one row group is kept in memory.

    It can be pickled and used in data loader processes: each opens the file for itself.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reset()

    def _reset(self) -> None:
        self._file: Any = None
        self._starts: list[int] = []
        self._length = 0
        self._group = -1
        self._kept: tuple[list[int], list[bytes]] = ([], [])

    def __getstate__(self) -> Path:
        return self.path

    def __setstate__(self, path: Path) -> None:
        self.path = path
        self._reset()

    def __len__(self) -> int:
        self._open()
        return self._length

    @overload
    def __getitem__(self, index: int) -> CanonicalRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[CanonicalRow]: ...
    def __getitem__(self, index: int | slice) -> CanonicalRow | list[CanonicalRow]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        numbers, values = self._holding(at)
        inside = at - self._starts[self._group]
        return _decoded(numbers[inside], values[inside])

    def _open(self) -> None:
        if self._file is not None:
            return
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(self.path, pre_buffer=False)
        for group in range(self._file.num_row_groups):
            self._starts.append(self._length)
            self._length += self._file.metadata.row_group(group).num_rows

    def _holding(self, at: int) -> tuple[list[int], list[bytes]]:
        from bisect import bisect_right

        group = bisect_right(self._starts, at) - 1
        if group != self._group:
            table = self._file.read_row_group(group)
            self._kept = (table["row"].to_pylist(), table["canonical"].to_pylist())
            self._group = group
        return self._kept


def count_rows(path: Path) -> int:
    """The number of rows, from the file's footer."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def row_numbers(path: Path) -> Sequence[int]:
    """The line or number in the source of every row, in the order of the file, [rows]."""
    import pyarrow.parquet as pq

    numbers: Sequence[int] = pq.read_table(path, columns=["row"])["row"].to_numpy()
    return numbers


def _decoded(number: int, data: bytes) -> CanonicalRow:
    row: CanonicalRow = orjson.loads(data)
    row["row"] = number
    return row
