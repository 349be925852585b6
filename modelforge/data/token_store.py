"""The trainer's rows on disk: written once by the preflight, mapped into memory by the trainer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from modelforge.tasks.features import Features

ROWS_PER_BATCH = 1000


def write_tokens(path: Path, columns: Sequence[str], rows: Iterable[tuple[int, Features]]) -> None:
    """Write what the model will be fed of each row: `row` (its number), and `columns`. Constant memory."""
    import pyarrow as pa

    schema = pa.schema([("row", pa.int64()), *((name, pa.list_(pa.int32())) for name in columns)])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
        batch: list[tuple[int, dict[str, list[int]]]] = []
        for number, features in rows:
            batch.append((number, features.columns))
            if len(batch) == ROWS_PER_BATCH:
                writer.write_batch(_record_batch(batch, schema))
                batch = []
        if batch:
            writer.write_batch(_record_batch(batch, schema))


def read_tokens(path: Path) -> Any:
    """A `datasets.Dataset` over the file, mapped into memory: rows are read when they are asked for."""
    from datasets import Dataset

    return Dataset.from_file(str(path)).remove_columns("row")


def _record_batch(batch: list[tuple[int, dict[str, list[int]]]], schema: Any) -> Any:
    import pyarrow as pa

    numbers = pa.array([number for number, _ in batch], schema.field("row").type)
    columns = [pa.array([columns[field.name] for _, columns in batch], field.type) for field in list(schema)[1:]]
    return pa.record_batch([numbers, *columns], schema=schema)
