"""Tokenised rows on disk: written once by the preflight, mapped into memory by the trainer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from modelforge.tasks.tokenised_row import TokenisedRow

ROWS_PER_BATCH = 1000


def write_tokens(path: Path, rows: Iterable[tuple[int, TokenisedRow]]) -> None:
    """Write what the model will be fed of each row: `row` (its number), `input_ids`, `labels`. Constant memory."""
    import pyarrow as pa

    schema = pa.schema([("row", pa.int64()), ("input_ids", pa.list_(pa.int32())), ("labels", pa.list_(pa.int32()))])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
        batch: list[tuple[int, TokenisedRow]] = []
        for item in rows:
            batch.append(item)
            if len(batch) == ROWS_PER_BATCH:
                writer.write_batch(_record_batch(batch, schema))
                batch = []
        if batch:
            writer.write_batch(_record_batch(batch, schema))


def read_tokens(path: Path) -> Any:
    """A `datasets.Dataset` over the file, mapped into memory: rows are read when they are asked for."""
    from datasets import Dataset

    return Dataset.from_file(str(path)).remove_columns("row")


def _record_batch(batch: list[tuple[int, TokenisedRow]], schema: Any) -> Any:
    import pyarrow as pa

    columns = [
        pa.array([number for number, _ in batch], schema.field("row").type),
        pa.array([row.kept_ids for _, row in batch], schema.field("input_ids").type),
        pa.array([row.kept_labels for _, row in batch], schema.field("labels").type),
    ]
    return pa.record_batch(columns, schema=schema)
