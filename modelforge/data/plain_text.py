"""Plain text: each line that is not blank is a row with the column `text`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from modelforge.data.lines import read_lines
from modelforge.data.problem_log import ProblemLog
from modelforge.data.problem_phrases import phrase
from modelforge.data.source_row import SourceRow


def read_plain_text(path: Path, log: ProblemLog) -> Iterator[SourceRow]:
    """The lines of a text file; a line that is no UTF-8 is noted in `log` and passed over."""
    with path.open("rb") as file:
        for number, data in read_lines(file, log):
            try:
                text = data.decode().rstrip("\r")
            except UnicodeDecodeError as error:
                found = phrase("byte-at", byte=f"{data[error.start]:02X}", at=error.start + 1)
                log.add("invalid-utf-8", found, line=number)
                continue
            if text.strip():
                yield SourceRow(number, {"text": text})
