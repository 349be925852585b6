"""What a file is, by its ending and by its first bytes; where the two disagree, the problem and its remedy."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import orjson

from modelforge.data.delimiter import csv_delimiter
from modelforge.data.problem_log import Fault
from modelforge.data.problem_phrases import phrase
from modelforge.exceptions import StorageError
from modelforge.schemas.dataset import FileFormat

HEAD = 1 << 16
"""Bytes that are looked at."""

CUT = HEAD - 3
"""Bytes that are looked at without a byte order mark, at the least, where the file goes on behind them."""

ENDINGS: dict[str, FileFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
}
PACKED = {
    b"\x1f\x8b": ("gzip", "gunzip"),
    b"PK\x03\x04": ("a zip archive", "unzip"),
    b"BZh": ("bzip2", "bunzip2"),
    b"\xfd7zXZ\x00": ("xz", "unxz"),
    b"\x28\xb5\x2f\xfd": ("Zstandard", "unzstd"),
}
SHEETS = (b"xl/work", b"xl/_rels", b"xl/shared", b"xl/styles", b"xl/theme", b"opendocument.spreadsheet")
"""What stands near the beginning of a zip archive that is a spreadsheet."""
FOREIGN = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"%PDF-": "PDF",
    b"SQLite format 3\x00": "SQLite",
}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WIDE_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
UTF8_MARK = b"\xef\xbb\xbf"
TABLES = ("csv", "tsv")
DELIMITERS = {"csv": ",", "tsv": "\t"}
TEXT_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class FormatVerdict:
    """What a file is. `format` is None where it cannot be read; `faults` says why, or what is unusual."""

    format: FileFormat | None
    faults: tuple[Fault, ...] = ()


def detect_format(path: Path, claimed: FileFormat | None = None) -> FormatVerdict:
    """Find the format of `path`, a file or a folder written by `datasets.save_to_disk`.

    Args:
        claimed: the format that someone said it has; default: what its ending says.

    Raises:
        StorageError: the file cannot be opened.
    """
    if path.is_dir():
        return _folder(path)
    head = _head(path)
    claimed = claimed or ENDINGS.get(path.suffix.lower())
    if not head:
        return FormatVerdict(None, (Fault("empty-file", None, phrase("no-bytes")),))
    return (
        _foreign(head) or _unreadable(head) or _binary(head, claimed, path.suffix) or _text(head, claimed, path.suffix)
    )


def delimiter_of(path: Path) -> str:
    """What divides the cells of a CSV file. Raises StorageError: it cannot be opened."""
    head = _head(path)
    return csv_delimiter(head.removeprefix(UTF8_MARK), cut=len(head) >= HEAD) or DELIMITERS["csv"]


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise StorageError(
            f"{path.name} cannot be read: {error.strerror}.",
            hint="Check the path and its permissions.",
            code="storage-failed",
            params={"path": path.name, "reason": str(error.strerror)},
        ) from error


def _folder(path: Path) -> FormatVerdict:
    if (path / "state.json").is_file() or (path / "dataset_dict.json").is_file():
        return FormatVerdict("arrow")
    return FormatVerdict(None, (Fault("directory", None, phrase("a-folder")),))


def _foreign(head: bytes) -> FormatVerdict | None:
    """A spreadsheet, a picture or another file that is no data, by its first bytes."""
    if head.startswith(OLD_OFFICE) or (head.startswith(b"PK\x03\x04") and any(mark in head for mark in SHEETS)):
        found = phrase("content", format="Excel")
        return FormatVerdict(None, (Fault("binary-file", None, found, None, phrase("save-as-csv")),))
    for magic, name in FOREIGN.items():
        if head.startswith(magic):
            return FormatVerdict(None, (Fault("binary-file", None, phrase("content", format=name)),))
    return None


def _unreadable(head: bytes) -> FormatVerdict | None:
    for magic, (name, tool) in PACKED.items():
        if head.startswith(magic):
            return FormatVerdict(None, (Fault("compressed-file", None, name, None, phrase("unpack", tool=tool)),))
    for mark, name in WIDE_MARKS.items():
        if head.startswith(mark):
            found, fix = phrase("byte-order-mark-of", encoding=name), phrase("convert", encoding=name)
            return FormatVerdict(None, (Fault("utf-16", None, found, None, fix),))
    return None


def _looks_wide(head: bytes) -> bool:
    """UTF-16 without a mark: ASCII text then has a zero in every second byte."""
    pairs = len(head) // 2
    return pairs >= 4 and max(head[0::2].count(0), head[1::2].count(0)) > 0.7 * pairs


def _binary(head: bytes, claimed: FileFormat | None, ending: str) -> FormatVerdict | None:
    real: FileFormat | None = None
    if head.startswith(b"PAR1"):
        real = "parquet"
    elif head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        real = "arrow"
    if real is not None:
        return FormatVerdict(real) if claimed in (None, real) else _wrong_ending(real, ending)
    if _looks_wide(head):
        return FormatVerdict(None, (Fault("utf-16", None, phrase("zeros-between")),))
    controls = len(TEXT_CONTROLS.findall(head))
    if controls > len(head) // 20 and claimed not in ("parquet", "arrow"):
        return FormatVerdict(None, (Fault("binary-file", None, phrase("first-bytes", bytes=head[:8].hex(" "))),))
    if claimed in ("parquet", "arrow"):
        if controls:
            return FormatVerdict(None, (Fault("damaged-file", None, phrase("first-bytes", bytes=head[:8].hex(" "))),))
        seen = _json_form(head.removeprefix(UTF8_MARK)) or "csv"
        return _wrong_ending(seen, ending)
    return None


def _wrong_ending(real: FileFormat, ending: str) -> FormatVerdict:
    found = phrase("content-in-file", format=real, ending=ending) if ending else phrase("content", format=real)
    return FormatVerdict(None, (Fault("wrong-extension", None, found, None, phrase("rename-file", format=real)),))


def _text(head: bytes, claimed: FileFormat | None, ending: str) -> FormatVerdict:
    faults: tuple[Fault, ...] = ()
    if head.startswith(UTF8_MARK):
        head = head[len(UTF8_MARK) :]
        faults = (Fault("byte-order-mark", None, "EF BB BF"),)
    if not head.strip():
        return FormatVerdict(None, (*faults, Fault("no-rows", None, phrase("white-space-alone"))))
    real = _json_form(head)
    if claimed in ("jsonl", "json"):
        verdict = _json(head, claimed, real, ending)
    elif real is not None:
        verdict = FormatVerdict(real) if claimed is None else _wrong_ending(real, ending)
    elif claimed in TABLES:
        verdict = _table(head, claimed)
    elif claimed is None:
        found = phrase("ending", ending=ending) if ending else phrase("no-ending")
        verdict = FormatVerdict(None, (Fault("unknown-format", None, found),))
    else:
        verdict = FormatVerdict(claimed)
    return FormatVerdict(verdict.format, (*faults, *verdict.faults))


def _json_form(head: bytes) -> FileFormat | None:
    """`json` for an array of objects, `jsonl` where the first line is a whole object; None for other text."""
    text = head.lstrip()
    if re.match(rb"\[\s*(\{\s*[\"}]|\])", text) or re.match(rb"\{\s*\n\s*\"", text):
        return "json"
    first, _, _ = text.partition(b"\n")
    if not first.startswith(b"{"):
        return None
    if re.match(rb"\{\s*(\"(?:[^\"\\]|\\.)*\"\s*:|\})", first):
        return "jsonl"
    return None


def _json(head: bytes, claimed: FileFormat, real: FileFormat | None, ending: str) -> FormatVerdict:
    if real == "jsonl" and claimed == "json" and _is_one_value(head):
        real = "json"
    if real is None:
        if head.lstrip()[:1] not in (b"{", b"["):
            table = _table_like(head)
            if table is not None:
                return _wrong_ending(table, ending)
        return FormatVerdict(claimed)
    if real == claimed:
        return FormatVerdict(real)
    found = phrase("an-array" if real == "json" else "one-object-per-line")
    return FormatVerdict(real, (Fault("other-json-form", None, found),))


def _is_one_value(head: bytes) -> bool:
    """Whether the head is one whole JSON object, with nothing behind it."""
    if len(head) >= HEAD:
        return b"\n" not in head.strip()
    try:
        orjson.loads(head)
    except orjson.JSONDecodeError:
        return False
    return True


def _table_like(head: bytes) -> FileFormat | None:
    """`csv` or `tsv` where several lines agree on their number of cells."""
    lines = head.decode("utf-8", "replace").splitlines()[:20]
    lines = lines[:-1] if len(head) >= HEAD else lines
    for name in ("csv", "tsv"):
        delimiter = DELIMITERS[name]
        counts = {len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells}
        if len(lines) > 1 and len(counts) == 1 and counts.pop() > 1:
            return "csv" if name == "csv" else "tsv"
    return None


def _table(head: bytes, claimed: FileFormat) -> FormatVerdict:
    header, _, _ = head.decode("utf-8", "replace").partition("\n")
    if claimed == "tsv" and "\t" in header:
        return FormatVerdict("tsv")
    if claimed == "csv" and "\t" in header and "," not in header and ";" not in header:
        return FormatVerdict("tsv", (Fault("other-delimiter", None, phrase("tabs")),))
    return _divided(head, header, claimed)


def _divided(head: bytes, header: str, claimed: FileFormat) -> FormatVerdict:
    """A table that is not divided by tabs."""
    delimiter = csv_delimiter(head, cut=len(head) >= CUT)
    if delimiter == ";" and claimed == "csv":
        return FormatVerdict("csv", (Fault("other-delimiter", None, phrase("semicolons"), None, phrase("no-matter")),))
    if delimiter == "," and "," in header:
        return FormatVerdict("csv", () if claimed == "csv" else (Fault("other-delimiter", None, phrase("commas")),))
    if ";" in header or "|" in header:
        shown = header.strip()[:60]
        found = phrase("semicolons-in-header" if ";" in header else "vertical-bars-in-header", header=shown)
        return FormatVerdict(None, (Fault("wrong-delimiter", None, found),))
    return FormatVerdict(claimed)
