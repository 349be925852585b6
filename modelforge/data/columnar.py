"""Parquet and Arrow files, and folders written by `datasets.save_to_disk`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from modelforge.data.problem_log import ProblemLog, shown
from modelforge.data.problem_phrases import phrase
from modelforge.data.source_row import SourceRow

BATCH = 256
"""Rows that are turned into Python values at a time."""


def read_parquet(path: Path, log: ProblemLog) -> Iterator[SourceRow]:
    """The rows of a Parquet file, numbered from 1; a damaged place ends the reading and is noted in `log`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = _Rows(log)
    try:
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            if rows.accepts(file.schema_arrow):
                for batch in file.iter_batches(batch_size=BATCH):
                    yield from rows.of(batch)
    except (pa.ArrowException, OSError) as error:
        log.add("damaged-file", shown(str(error)), line=rows.number or None)


def read_arrow(path: Path, log: ProblemLog) -> Iterator[SourceRow]:
    """The rows of an Arrow file or stream, or of a saved dataset's `train` split, numbered from 1."""
    import pyarrow as pa

    rows = _Rows(log)
    for part in arrow_files(path):
        try:
            with pa.OSFile(str(part)) as source:
                yield from _arrow_rows(source, rows)
        except (pa.ArrowException, OSError) as error:
            log.add("damaged-file", f"{part.name}: {shown(str(error))}", line=rows.number or None)


def arrow_files(path: Path) -> list[Path]:
    """The data files of a saved dataset in their order; of a dict of splits, those of `train` or of its first split."""
    if path.is_file():
        return [path]
    if (path / "dataset_dict.json").is_file():
        splits = orjson.loads((path / "dataset_dict.json").read_bytes())["splits"]
        path = path / ("train" if "train" in splits else splits[0])
    state = orjson.loads((path / "state.json").read_bytes())
    return [path / entry["filename"] for entry in state["_data_files"]]


def _arrow_rows(source: Any, rows: _Rows) -> Iterator[SourceRow]:
    import pyarrow as pa

    is_file = source.read(6) == b"ARROW1"
    source.seek(0)
    if is_file:
        reader = pa.ipc.open_file(source)
        batches = (reader.get_batch(index) for index in range(reader.num_record_batches))
    else:
        reader = batches = pa.ipc.open_stream(source)
    if not rows.accepts(reader.schema):
        return
    for batch in batches:
        for start in range(0, batch.num_rows, BATCH):
            yield from rows.of(batch.slice(start, BATCH))


class _Rows:
    """Numbers the rows across batches and files."""

    def __init__(self, log: ProblemLog) -> None:
        self.log = log
        self.number = 0

    def accepts(self, schema: Any) -> bool:
        doubled = [name for name, count in Counter(schema.names).items() if count > 1]
        for name in doubled:
            times = schema.names.count(name)
            self.log.add("duplicate-column", phrase("column-repeated", column=name, times=times), column=name)
        return not doubled

    def of(self, batch: Any) -> Iterator[SourceRow]:
        try:
            values = batch.to_pylist()
        except UnicodeDecodeError:
            values = [self._one(batch.slice(index, 1), self.number + index + 1) for index in range(batch.num_rows)]
        for row in values:
            self.number += 1
            if row is not None:
                yield SourceRow(self.number, row)

    def _one(self, batch: Any, number: int) -> dict[str, Any] | None:
        try:
            return dict(batch.to_pylist()[0])
        except UnicodeDecodeError as error:
            self.log.add("invalid-utf-8", f"byte 0x{error.object[error.start]:02X}", line=number)
            return None
