"""Reading a dataset to its end only to know whether it is good, and how many rows are copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from modelforge.data.digests import DigestCounter, digest_of
from modelforge.data.file_format import detect_format
from modelforge.data.json_lines import JsonLines
from modelforge.data.lines import Block, read_blocks
from modelforge.data.quick_check import QuickCheck
from modelforge.data.row_stream import RowStream, take_sample
from modelforge.data.source_row import SourceRow


def check_rows(stream: RowStream) -> int:
    """Check every row of `stream`, and count the rows that repeat an earlier one. Raises like iterating it."""
    digests = DigestCounter()
    path = stream.source.path
    if path is not None and stream.source.format == "jsonl":
        _check_lines(stream, path, digests)
    else:
        rows = stream.source.rows(stream.log)
        sample = take_sample(rows)
        if stream.begin(sample):
            _take(stream, chain(sample, rows), digests)
        stream.end()
    return digests.repeated()


def _check_lines(stream: RowStream, path: Path, digests: DigestCounter) -> None:
    """JSON Lines by the block: the quick way where it is sure, else row by row."""
    if stream.source.kind != "library":
        for fault in detect_format(path).faults:
            stream.log.add_fault(fault, None)
    parser = JsonLines(stream.log)
    with path.open("rb") as file:
        blocks = read_blocks(file, stream.log)
        sample, rest = _sample(blocks, parser)
        if stream.begin(sample) and stream.detected is not None and stream.detected.shape is not None:
            _take(stream, chain(sample, rest), digests)
            quick = QuickCheck(stream.detected.shape, stream.detected.columns, stream.known)
            for block in blocks:
                found = quick.digests(block.lines)
                if found is None:
                    _take(stream, parser.rows(block), digests)
                else:
                    parser.note_blank()
                    stream.rows += len(found)
                    digests.add_all(found)
    stream.end()


def _sample(blocks: Iterator[Block], parser: JsonLines) -> tuple[list[SourceRow], Iterator[SourceRow]]:
    """The rows that the shape is detected from, and what is left of the block that the last of them stands in."""
    rest: Iterator[SourceRow] = iter(())

    def rows() -> Iterator[SourceRow]:
        nonlocal rest
        for block in blocks:
            rest = parser.rows(block)
            for row in rest:  # noqa: UP028 - `yield from` would close `rest` with this generator
                yield row

    return take_sample(rows()), rest


def _take(stream: RowStream, rows: Iterable[SourceRow], digests: DigestCounter) -> None:
    used = tuple(stream.detected.columns.values()) if stream.detected else ()
    for source, _ in stream.converted(rows):
        digests.add(digest_of([source.values.get(name) for name in used]))
