"""CSV as German Excel writes it: read by what the header and the rows agree on, and never by a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelforge.data.delimiter import csv_delimiter
from modelforge.data.file_format import HEAD, detect_format
from modelforge.data.problem_log import ProblemLog
from modelforge.data.readers import read_rows

SURE = [
    ("plain", "a,b\n1,2\n", ","),
    ("semicolons", "a;b\n1;2\n3;4\n", ";"),
    ("commas inside of cells", "Frage;Antwort\nWas, bitte?;Das, und das\nWer?;Du\n", ";"),
    ("a comma in the header", "Kunde;Frage an uns;Antwort, gut\nK1;Wo?;Da, und dort\nK2;Wer?;Du\n", ";"),
    ("a quoted line break", 'a;b\n"eins;\nzwei";3\n4;5\n', ";"),
    ("semicolons inside of cells", "text; long,label\na; b; c,x\nd,y\n", ","),
    ("one row of many is ragged", "a;b\n" + "1;2\n" * 9 + "1;2;3\n", ";"),
]
OPEN = [
    ("both would do", "a;b,c\n1;2,3\n4;5,6\n"),
    ("a single column whose name has one", "text; long\none; two; three\nfour\n"),
    ("a header alone", "a;b\n"),
]


@pytest.mark.parametrize(("name", "text", "delimiter"), SURE)
def test_header_and_rows_agree(name: str, text: str, delimiter: str) -> None:
    assert csv_delimiter(text.encode(), cut=False) == delimiter, name


@pytest.mark.parametrize(("name", "text"), OPEN)
def test_nothing_is_guessed(name: str, text: str, tmp_path: Path) -> None:
    assert csv_delimiter(text.encode(), cut=False) is None, name
    (tmp_path / "a.csv").write_text(text)
    verdict = detect_format(tmp_path / "a.csv")
    assert (verdict.format, [fault.kind for fault in verdict.faults]) == (None, ["wrong-delimiter"])


def test_rows_are_read_and_it_is_said_what_divides_them(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(b'\xef\xbb\xbfKunde;Frage;"Antwort, gut"\r\nK1;Wo?;Da, dort\r\nK2;"Wer; was?";Du\r\n')
    log = ProblemLog("excel.csv")

    rows = [row.values for row in read_rows(path, log=log)]

    assert rows == [
        {"Kunde": "K1", "Frage": "Wo?", "Antwort, gut": "Da, dort"},
        {"Kunde": "K2", "Frage": "Wer; was?", "Antwort, gut": "Du"},
    ]
    assert [problem.kind for problem in log.warnings] == ["byte-order-mark", "other-delimiter"]
    assert log.warnings[1].found == "semicolons, which the header and the rows agree on"
    assert [row.values for row in read_rows(path, "csv")] == rows, "as the library reads it"


def test_a_ragged_row_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b\n" + "1;2\n" * 9 + "1;2;3\n")
    log = ProblemLog("a.csv")

    assert len(list(read_rows(tmp_path / "a.csv", log=log))) == 9
    assert [(problem.kind, problem.line) for problem in log.errors] == [("ragged-row", 11)]


def test_a_row_that_is_cut_by_the_end_of_the_head_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a;b\n" + f"{'x' * (HEAD // 2)};1\n{'y' * HEAD};2\n")

    assert detect_format(path).format == "csv"
    assert [row.values["b"] for row in read_rows(path)] == ["1", "2"]
