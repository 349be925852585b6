"""Files → rows, as a stream, in constant memory, whatever the format and the size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from modelforge.data.columnar import read_arrow, read_parquet
from modelforge.data.delimited import read_delimited
from modelforge.data.file_format import delimiter_of, detect_format
from modelforge.data.json_array import read_json_array
from modelforge.data.json_lines import read_json_lines
from modelforge.data.plain_text import read_plain_text
from modelforge.data.problem_log import ProblemLog
from modelforge.data.source_row import SourceRow
from modelforge.schemas.dataset import FileFormat

READERS: dict[FileFormat, Callable[[Path, ProblemLog], Iterator[SourceRow]]] = {
    "jsonl": read_json_lines,
    "json": read_json_array,
    "csv": lambda path, log: read_delimited(path, log, delimiter_of(path)),
    "tsv": lambda path, log: read_delimited(path, log, "\t"),
    "parquet": read_parquet,
    "arrow": read_arrow,
    "txt": read_plain_text,
}


def read_rows(path: Path, file_format: FileFormat | None = None, log: ProblemLog | None = None) -> Iterator[SourceRow]:
    """The rows of a file, one at a time.

    Args:
        path: a file, or a folder written by `datasets.save_to_disk`.
        file_format: how to read it; default: what `detect_format` finds.
        log: where problems are noted; a faulty row is passed over and the reading goes on.

    Raises:
        StorageError: the file cannot be opened.
    """
    log = log if log is not None else ProblemLog(path.name)
    if file_format is None:
        verdict = detect_format(path)
        for fault in verdict.faults:
            log.add_fault(fault, None)
        file_format = verdict.format
    if file_format is not None:
        yield from READERS[file_format](path, log)
