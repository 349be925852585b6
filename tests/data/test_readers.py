from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelforge.data import json_array, lines
from modelforge.data.file_format import detect_format
from modelforge.data.problem_log import ProblemLog
from modelforge.data.readers import read_rows
from modelforge.exceptions import StorageError
from modelforge.schemas.dataset import FileFormat
from tests.data.bad_input import archive

ROWS = [
    {"input": "Good morning, Ann", "output": 'She said "hi"'},
    {"input": "Zürich — 東京 🙂", "output": "two\nlines"},
    {"input": 'back\\slash \\" and {braces} [brackets]', "output": "tab\there"},
]


def jsonl(path: Path) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")


def array(path: Path) -> None:
    path.write_text(json.dumps(ROWS, indent=2), encoding="utf-8")


def table(delimiter: str) -> Any:
    def write(path: Path) -> None:
        import csv

        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(ROWS[0])
            writer.writerows(row.values() for row in ROWS)

    return write


def parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=2)


def arrow_file(path: Path) -> None:
    content = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_file(path, content.schema) as writer:
        writer.write_table(content)


def arrow_stream(path: Path) -> None:
    content = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_stream(path, content.schema) as writer:
        writer.write_table(content)


def saved_folder(path: Path) -> None:
    datasets.Dataset.from_list(ROWS).save_to_disk(path)


def saved_splits(path: Path) -> None:
    other = datasets.Dataset.from_list(ROWS[:1])
    datasets.DatasetDict({"test": other, "train": datasets.Dataset.from_list(ROWS)}).save_to_disk(path)


WRITERS: list[tuple[str, Any, FileFormat, list[int]]] = [
    ("a.jsonl", jsonl, "jsonl", [1, 2, 3]),
    ("a.json", array, "json", [2, 6, 10]),
    ("a.csv", table(","), "csv", [2, 3, 5]),
    ("a.tsv", table("\t"), "tsv", [2, 3, 5]),
    ("a.parquet", parquet, "parquet", [1, 2, 3]),
    ("a.arrow", arrow_file, "arrow", [1, 2, 3]),
    ("stream.arrow", arrow_stream, "arrow", [1, 2, 3]),
    ("folder", saved_folder, "arrow", [1, 2, 3]),
    ("splits", saved_splits, "arrow", [1, 2, 3]),
]


@pytest.mark.parametrize(("name", "write", "file_format", "numbers"), WRITERS, ids=[w[0] for w in WRITERS])
def test_every_format_gives_the_same_rows(
    tmp_path: Path, name: str, write: Any, file_format: FileFormat, numbers: list[int]
) -> None:
    write(tmp_path / name)
    log = ProblemLog(name)

    rows = list(read_rows(tmp_path / name, log=log))

    assert [row.values for row in rows] == ROWS
    assert [row.line for row in rows] == numbers
    assert detect_format(tmp_path / name).format == file_format
    assert (log.total, log.warnings) == (0, [])


def test_the_content_decides_where_there_is_no_ending(tmp_path: Path) -> None:
    for write, expected in ((jsonl, "jsonl"), (array, "json"), (parquet, "parquet"), (arrow_file, "arrow")):
        write(tmp_path / "data")
        assert detect_format(tmp_path / "data").format == expected


def test_plain_text_is_a_row_per_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("one\r\n\n  \nzwei ü\n{not json".encode())

    rows = list(read_rows(tmp_path / "a.txt"))

    assert [(row.line, row.values["text"]) for row in rows] == [(1, "one"), (4, "zwei ü"), (5, "{not json")]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_rows_may_lie_across_any_border_of_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(lines, "BLOCK", block)
    monkeypatch.setattr(json_array, "BLOCK", block)
    for name, write in (("a.jsonl", jsonl), ("a.json", array)):
        write(tmp_path / name)
        assert [row.values for row in read_rows(tmp_path / name)] == ROWS


def test_a_compact_array_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(ROWS, separators=(",", ":")))

    assert [(row.line, row.values) for row in read_rows(tmp_path / "a.json")] == [(1, row) for row in ROWS]


def test_a_pretty_object_is_not_taken_for_lines(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"data": ROWS}, indent=2))
    log = ProblemLog("a.json")

    assert list(read_rows(tmp_path / "a.json", log=log)) == []
    assert log.errors[0].kind == "json-not-an-array"
    assert "'data'" in log.errors[0].fix


def test_rows_around_a_long_line_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST_ROW", 1000)
    monkeypatch.setattr(lines, "BLOCK", 256)
    rows = [{"a": "x" * size} for size in (1, 5000, 2)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    log = ProblemLog("a.jsonl")

    assert [row.line for row in read_rows(tmp_path / "a.jsonl", log=log)] == [1, 3]
    assert [(problem.kind, problem.line) for problem in log.errors] == [("row-too-long", 2)]


@pytest.mark.parametrize(
    ("line", "doubled"),
    [
        (r'{"a": "x: y", "b": {"c": "\":"}}', None),
        (r'{"a": "\\", "b": "\\\"", "c\"": "\\\\"}', None),
        (r'{"a" : "1", "b":"\":", "c": [{"d": "1"}, {"d": "2"}]}', None),
        (r'{"a\\": "1", "b": "2", "a\\": "3"}', "a\\"),
        (r'{"x\\":1,"x":2,"x":3}', "x"),
        (r'{"a":1,"b":2,"a" :3}', "a"),
        (r'{"m": [{"r": 1, "r": 2}]}', "r"),
        (r'{"a": "\"", "a": 1}', "a"),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_keys_written_twice_are_found_and_others_are_not(
    tmp_path: Path, name: str, line: str, doubled: str | None
) -> None:
    other = '{"a": 1, "b": "\\n\\"x\\""}'
    (tmp_path / name).write_text(f"[{line},{other}]" if name.endswith("json") else f"{other}\n{line}\n")
    log = ProblemLog(name)

    rows = list(read_rows(tmp_path / name, log=log))

    assert len(rows) == (2 if doubled is None else 1)
    assert [problem.column for problem in log.errors] == ([] if doubled is None else [doubled])


def test_numbers_at_the_border_of_64_bits(tmp_path: Path) -> None:
    kept = [2**63, 2**64 - 1, -(2**63), 1e300, 1.5, -0.0]
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"a": number}) + "\n" for number in [*kept, 2**64, -(2**63) - 1])
    )
    log = ProblemLog("a.jsonl")

    assert [row.values["a"] for row in read_rows(tmp_path / "a.jsonl", log=log)] == kept
    assert [(problem.kind, problem.line) for problem in log.errors] == [("huge-number", 7), ("huge-number", 8)]


def test_a_table_goes_on_behind_faulty_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'a,b\n1,2\nx\n3,4\n"5"y,6\n\n7,"8\n9"\n\xff,1\n10,11\n')
    log = ProblemLog("a.csv")

    rows = list(read_rows(tmp_path / "a.csv", log=log))

    assert [(row.line, row.values["b"]) for row in rows] == [(2, "2"), (4, "4"), (7, "8\n9"), (10, "11")]
    assert [(problem.kind, problem.line) for problem in log.errors] == [
        ("ragged-row", 3),
        ("unbalanced-quotes", 5),
        ("invalid-utf-8", 9),
    ]


def test_bytes_in_parquet_that_are_no_text(tmp_path: Path) -> None:
    broken = pa.array([b"good", b"\xff\xfe", b"fine"], type=pa.binary())
    column = pa.Array.from_buffers(pa.string(), 3, broken.buffers())
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet")
    log = ProblemLog("a.parquet")

    rows = list(read_rows(tmp_path / "a.parquet", log=log))

    assert [(row.line, row.values["text"]) for row in rows] == [(1, "good"), (3, "fine")]
    assert [(problem.kind, problem.line) for problem in log.errors] == [("invalid-utf-8", 2)]


def test_a_file_that_cannot_be_opened_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"gone\.jsonl cannot be read"):
        list(read_rows(tmp_path / "gone.jsonl"))


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_a_spreadsheet_is_to_be_saved_as_csv(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(archive("[Content_Types].xml", "xl/workbook.xml"))
    [fault] = detect_format(tmp_path / name).faults
    problem = fault.problem(name, None)
    assert (problem.found, problem.fix) == ("Excel content", "Save the sheet as CSV (UTF-8), and take that file.")
