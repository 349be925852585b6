"""A text file as lines of bytes, in constant memory however long a line is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from modelforge.data.file_format import UTF8_MARK
from modelforge.data.problem_log import ProblemLog, too_long
from modelforge.data.source_row import LONGEST_ROW

BLOCK = 1 << 18


class Block(NamedTuple):
    """Some whole lines: the number of the first one, from 1, and their bytes without the line breaks.

    `ended` is false for the last block of a file that does not end with a line break.
    """

    first: int
    lines: list[bytes]
    ended: bool


def read_blocks(file: BinaryIO, log: ProblemLog) -> Iterator[Block]:
    """The lines of `file` in blocks, its first byte order mark skipped. A line over the limit is noted and skipped.

    Lines end at LF; a CR before it is left to the parser, which takes it for white space.
    """
    number, rest = 1, b""
    first = True
    while block := file.read(BLOCK):
        if first:
            block = block.removeprefix(UTF8_MARK)
            first = False
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        if lines:
            yield Block(number, lines, True)
            number += len(lines)
        if len(rest) > LONGEST_ROW:
            rest = _skip_line(file, number, len(rest), log)
            number += 1
    if rest:
        yield Block(number, [rest], False)


def read_lines(file: BinaryIO, log: ProblemLog) -> Iterator[tuple[int, bytes]]:
    """(number from 1, bytes without the line break) of each line."""
    for first, lines, _ in read_blocks(file, log):
        yield from enumerate(lines, start=first)


def _skip_line(file: BinaryIO, number: int, length: int, log: ProblemLog) -> bytes:
    """Read on to the end of a line that is too long; returns what stands behind it."""
    while block := file.read(BLOCK):
        head, found, tail = block.partition(b"\n")
        length += len(head)
        if found:
            break
    else:
        tail = b""
    log.add_fault(too_long(length), number)
    return tail
