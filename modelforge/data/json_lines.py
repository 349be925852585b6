"""JSON Lines: one object per line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelforge.data.json_rows import key_written_twice, parse_quickly, texts_written_in_block
from modelforge.data.lines import Block, read_blocks
from modelforge.data.problem_log import Fault, ProblemLog
from modelforge.data.problem_phrases import phrase
from modelforge.data.source_row import SourceRow


def read_json_lines(path: Path, log: ProblemLog) -> Iterator[SourceRow]:
    """The rows of a .jsonl file; a faulty line is noted in `log` and passed over."""
    parser = JsonLines(log)
    with path.open("rb") as file:
        for block in read_blocks(file, log):
            yield from parser.rows(block)


class JsonLines:
    """Turns the blocks of one file into rows, one after the other."""

    def __init__(self, log: ProblemLog) -> None:
        self.log = log
        self._blank: int | None = None

    def rows(self, block: Block) -> Iterator[SourceRow]:
        """The rows of a block; faults are noted."""
        for number, row in enumerate(_parsed(block), start=block.first):
            if row is None:
                self._blank = number if self._blank is None else self._blank
                continue
            self.note_blank()
            if isinstance(row, Fault):
                self.log.add_fault(row, number)
            else:
                yield SourceRow(number, row)

    def note_blank(self) -> None:
        """A row follows: a blank line before it is one between rows, not the end of the file."""
        if self._blank is not None:
            self.log.add("blank-line", phrase("no-row"), line=self._blank)


def _parsed(block: Block) -> list[dict[str, Any] | Fault | None]:
    """Each line's object or fault; None for a blank line.

    Keys written twice are looked for in the block as a whole: one count over all its bytes, and only where that does
    not come out even, line by line.
    """
    parsed = [parse_quickly(data, ended=block.ended) if data and not data.isspace() else None for data in block.lines]
    texts = sum(0 if line is None or isinstance(line, Fault) else line[1] for line in parsed)
    even = texts == texts_written_in_block(b"\n".join(block.lines))
    return [_row(line, data, even) for line, data in zip(parsed, block.lines, strict=True)]


def _row(parsed: tuple[dict[str, Any], int] | Fault | None, data: bytes, even: bool) -> dict[str, Any] | Fault | None:
    if parsed is None or isinstance(parsed, Fault):
        return parsed
    return parsed[0] if even else key_written_twice(data, parsed) or parsed[0]
