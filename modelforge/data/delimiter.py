"""What divides the cells of a CSV file: commas, or semicolons, as Excel writes where the comma is a decimal sign."""

from __future__ import annotations

import csv
from collections.abc import Iterator


def csv_delimiter(head: bytes, *, cut: bool) -> str | None:
    """`,` or `;`, whichever the header and the rows below it agree on; None where both would do, or semicolons fit ill.

    Args:
        head: the beginning of the file, without a byte order mark.
        cut: whether the file goes on behind it; its last row is then not looked at.
    """
    text = head.decode("utf-8", "replace")
    header = text.partition("\n")[0]
    if ";" not in header:
        return ","
    fits = {delimiter: _share_that_fits(text, delimiter, cut=cut) for delimiter in (",", ";")}
    if fits[","] == fits[";"]:
        return None if fits[";"] or "," not in header else ","
    best = max(fits, key=fits.__getitem__)
    sure = fits[best] == 1 or min(fits.values()) <= 0.5 < fits[best]
    return best if sure else ("," if "," in header and fits[";"] <= 0.5 else None)


def _share_that_fits(text: str, delimiter: str, *, cut: bool) -> float:
    """The share of rows that have as many cells as the header, 0 where that has but one."""
    records = list(_records(text, delimiter))
    rows = records[1:-1] if cut else records[1:]
    if not rows or len(records[0]) < 2:
        return 0.0
    return sum(len(row) == len(records[0]) for row in rows) / len(rows)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows that are not blank, up to the first with faulty quotes."""
    try:
        yield from filter(None, csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error:
        return
