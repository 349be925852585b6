"""Tables as text: CSV and TSV, the first line naming the columns."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from modelforge.data.lines import read_lines
from modelforge.data.problem_log import ProblemLog, shown
from modelforge.data.problem_phrases import phrase
from modelforge.data.source_row import LONGEST_ROW, SourceRow
from modelforge.schemas.problem_codes import Phrase


def read_delimited(path: Path, log: ProblemLog, delimiter: str) -> Iterator[SourceRow]:
    """The rows of a table; all values are texts. A faulty row is noted in `log` and passed over."""
    csv.field_size_limit(LONGEST_ROW)
    with path.open("rb") as file:
        lines = _Lines(read_lines(file, log), log)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        records = _records(reader, lines, log)
        header = next(records, None)
        if header is None or not _usable(header[1], log):
            return
        names = header[1]
        for line, cells in records:
            if line in lines.faulty:
                lines.faulty.clear()
            elif len(cells) == len(names):
                yield SourceRow(line, dict(zip(names, cells, strict=True)))
            else:
                log.add("ragged-row", _cells(len(cells), shown(cells)), line=line,
                        expected=_cells(len(names), ", ".join(names)))  # fmt: skip


def _cells(number: int, cells: str) -> Phrase:
    return phrase("one-cell", cells=cells) if number == 1 else phrase("cells", number=number, cells=cells)


class _Lines:
    """Decodes the lines and remembers where the record that is being read began."""

    def __init__(self, lines: Iterator[tuple[int, bytes]], log: ProblemLog) -> None:
        self.lines = lines
        self.log = log
        self.number = 0
        self.began: int | None = None
        self.faulty: set[int] = set()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, data = next(self.lines)
        if self.began is None:
            self.began = self.number
        try:
            return data.decode() + "\n"
        except UnicodeDecodeError as error:
            found = phrase("byte-at", byte=f"{data[error.start]:02X}", at=error.start + 1)
            self.log.add("invalid-utf-8", found, line=self.number)
            self.faulty.add(self.began)
            return data.decode("utf-8", "replace") + "\n"


def _records(reader: Iterator[list[str]], lines: _Lines, log: ProblemLog) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each record that is not blank; a record with faulty quotes is noted."""
    while True:
        lines.began = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            began = lines.began or lines.number
            still_open = phrase("still-open", reason=str(error), line=lines.number)
            log.add("unbalanced-quotes", still_open if lines.number > began else str(error), line=began)
            continue
        if cells:
            yield lines.began or lines.number, cells


def _usable(names: list[str], log: ProblemLog) -> bool:
    before = log.total
    for name, count in Counter(names).items():
        if not name.strip():
            log.add("unnamed-column", phrase("column-number", number=names.index(name) + 1, all=len(names)), line=1)
        elif count > 1:
            log.add("duplicate-column", phrase("column-repeated", column=name, times=count), line=1, column=name)
    return log.total == before
