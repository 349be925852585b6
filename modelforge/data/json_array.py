"""A JSON file with one array of rows, read element by element: the array is never held whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from modelforge.data.file_format import UTF8_MARK
from modelforge.data.json_rows import parse_row
from modelforge.data.problem_log import Fault, ProblemLog, shown, too_long
from modelforge.data.problem_phrases import phrase
from modelforge.data.source_row import LONGEST_ROW, SourceRow

BLOCK = 1 << 18
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\]]', re.DOTALL)
"""A whole text, or one sign that opens or closes; a lone quote is a text that the buffer cuts."""
SCALAR = re.compile(rb"[^,\]]*")


class _Buffer:
    """The part of the file that is looked at: `data[at:]` is still to be read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.data = file.read(BLOCK).removeprefix(UTF8_MARK)
        self.at = 0
        self.line = 1

    def grow(self) -> bool:
        """Read as much again as is still unread, at least a block; False at the end of the file."""
        self.data = self.data[self.at :]
        self.at = 0
        more = self.file.read(max(BLOCK, len(self.data)))
        self.data += more
        return bool(more)

    def advance(self, to: int) -> None:
        """Take everything before `to` as read, and count its lines."""
        self.line += self.data.count(b"\n", self.at, to)
        self.at = to

    def next_sign(self) -> bytes:
        """Skip white space; the sign that follows, or b"" at the end of the file."""
        while True:
            rest = len(self.data) - self.at
            gap = rest - len(self.data[self.at :].lstrip()) if rest < 64 else _gap(self.data, self.at)
            if gap < rest:
                self.advance(self.at + gap)
                return self.data[self.at : self.at + 1]
            self.advance(len(self.data))
            if not self.grow():
                return b""


WHITE = re.compile(rb"[ \t\r\n]*")


def _gap(data: bytes, at: int) -> int:
    match = WHITE.match(data, at)
    return match.end() - at if match else 0


def read_json_array(path: Path, log: ProblemLog) -> Iterator[SourceRow]:
    """The rows of a .json file: the objects of its one array. Faults are noted in `log`.

    An element that cannot be told from the next one (an open quote or bracket) ends the reading.
    """
    with path.open("rb") as file:
        buffer = _Buffer(file)
        sign = buffer.next_sign()
        if sign != b"[":
            _note_top(buffer, sign, log)
            return
        buffer.advance(buffer.at + 1)
        yield from _elements(buffer, log)


def _note_top(buffer: _Buffer, sign: bytes, log: ProblemLog) -> None:
    start = shown(buffer.data[buffer.at : buffer.at + 40].decode("utf-8", "replace"))
    if sign != b"{":
        log.add("json-scalar-at-top", start, line=buffer.line)
        return
    keys = re.findall(rb'"((?:[^"\\]|\\.)*)"\s*:\s*\[', buffer.data[:4096])
    fix = phrase("list-under-key", key=keys[0].decode("utf-8", "replace")) if keys else None
    log.add("json-not-an-array", phrase("an-object", text=start), line=buffer.line, fix=fix)


def _elements(buffer: _Buffer, log: ProblemLog) -> Iterator[SourceRow]:
    sign = buffer.next_sign()
    if sign == b"]":
        _note_rest(buffer, log)
        return
    while True:
        line = buffer.line
        data = _take_element(buffer, sign, log)
        if data is None:
            return
        row = parse_row(data) if len(data) <= LONGEST_ROW else too_long(len(data))
        if isinstance(row, Fault):
            log.add_fault(row, line)
        else:
            yield SourceRow(line, row)
        sign = buffer.next_sign()
        if sign == b"]":
            _note_rest(buffer, log)
            return
        if sign == b",":
            buffer.advance(buffer.at + 1)
            sign = buffer.next_sign()
            if sign == b"]":
                log.add("broken-json", phrase("comma-behind-last-row"), line=buffer.line,
                        fix=phrase("remove-last-comma"))  # fmt: skip
                _note_rest(buffer, log)
                return
        elif not sign:
            log.add("cut-array", phrase("file-ends-in-line", line=buffer.line), line=buffer.line)
            return
        else:
            found = phrase("behind-a-row", text=shown(sign.decode("utf-8", "replace")))
            log.add("broken-json", found, line=buffer.line,
                    expected=phrase("comma-between-rows"), fix=phrase("comma-needed"))  # fmt: skip


def _take_element(buffer: _Buffer, sign: bytes, log: ProblemLog) -> bytes | None:
    """The bytes of the element that begins here; None where its end cannot be found."""
    if not sign:
        log.add("cut-array", phrase("file-ends"), line=buffer.line)
        return None
    while True:
        end = _element_end(buffer.data, buffer.at)
        if end is not None:
            data = buffer.data[buffer.at : end]
            buffer.advance(end)
            return data
        if len(buffer.data) - buffer.at > 2 * LONGEST_ROW:
            log.add("row-too-long", phrase("too-long-or-open", most=LONGEST_ROW >> 20),
                    line=buffer.line)  # fmt: skip
            return None
        if not buffer.grow():
            start = shown(buffer.data[buffer.at : buffer.at + 40].decode("utf-8", "replace"))
            log.add("cut-array", phrase("row-never-ends", text=start), line=buffer.line)
            return None


def _element_end(data: bytes, at: int) -> int | None:
    """Where the element that begins at `at` ends; None when the buffer ends first."""
    if data[at : at + 1] not in (b"{", b"[", b'"'):
        match = SCALAR.match(data, at)
        end = match.end() if match else at
        return max(end, at + 1) if end < len(data) else None
    depth = 0
    for token in TOKEN.finditer(data, at):
        sign = token.group()
        if sign == b'"':
            return None
        if sign in (b"{", b"["):
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
        if depth <= 0:
            return token.end()
    return None


def _note_rest(buffer: _Buffer, log: ProblemLog) -> None:
    buffer.advance(buffer.at + 1)
    if sign := buffer.next_sign():
        found = phrase("behind-the-array", text=shown(sign.decode("utf-8", "replace")))
        log.add("broken-json", found, line=buffer.line,
                expected=phrase("nothing-behind-array"), fix=phrase("remove-rest"))  # fmt: skip
