"""PROMISES.md V1: bad data is named by file, line, column, found, expected and fix; nothing is accepted silently."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelforge.data.lines
import modelforge.data.row_stream
from modelforge.data.canonical_file import encode_row
from modelforge.data.check import check_rows
from modelforge.data.digests import DigestCounter
from modelforge.data.problem_kinds import KINDS
from modelforge.data.problem_log import KEPT, READABLE
from modelforge.data.row_stream import RowStream
from modelforge.data.shapes import ALL_SHAPES
from modelforge.data.source import resolve_dataset
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import ValidationReport
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.text_generation import TextGeneration
from tests.data.bad_input import GOOD, BadInput, lines
from tests.data.bad_inputs import BAD_INPUTS, ERRORS


def check(folder: Path, case: BadInput, *, by_row: bool = False) -> ValidationReport:
    """The report of the checks, or of reading row by row as training does."""
    path = folder / case.file
    if case.content is None:
        path.mkdir()
    else:
        path.write_bytes(case.content)
    shapes = ALL_SHAPES if case.any_task else TextGeneration.shapes
    source = resolve_dataset(str(path), FileManager(folder / "home"))
    stream = RowStream(source, DataConfig.model_validate(dict(case.config)), shapes)
    if not by_row:
        return stream.report(exact_duplicates=check_rows(stream))
    digests = DigestCounter()
    for _, row in stream:
        digests.add(hash(encode_row(row)))
    return stream.report(exact_duplicates=digests.repeated())


@pytest.mark.parametrize("by_row", [True, False], ids=["read", "checked"])
@pytest.mark.parametrize("case", BAD_INPUTS, ids=str)
def test_every_bad_input_is_named(tmp_path: Path, case: BadInput, by_row: bool) -> None:
    report = check(tmp_path, case, by_row=by_row)

    problems = report.errors if case.total else report.warnings
    problem = next((problem for problem in problems if problem.kind == case.kind), None)
    assert problem is not None, [p.model_dump() for p in (*report.errors, *report.warnings)]
    assert report.total == case.total
    assert report.ok is (case.total == 0)
    assert (problem.file, problem.line, problem.column) == (case.file, case.line, case.column)
    for said in (problem.found, problem.expected, problem.fix):
        assert said.strip()
        assert "\n" not in said
        assert "\0" not in said


def test_every_kind_of_problem_has_a_bad_input() -> None:
    assert {case.kind for case in BAD_INPUTS} == set(KINDS)


def test_the_promised_number_of_kinds() -> None:
    assert len({case.kind for case in ERRORS}) >= 40
    assert len(BAD_INPUTS) >= 40


def test_the_first_20_problems_are_described_and_all_are_counted(tmp_path: Path) -> None:
    content = lines(GOOD, *[{"input": "a", "output": index} for index in range(1000)])
    report = check(tmp_path, BadInput("many", "a.jsonl", content, "wrong-type"))

    assert report.total == 1000
    assert [problem.line for problem in report.errors] == list(range(2, 2 + KEPT))
    assert report.rows == 1


def test_a_row_can_have_several_problems(tmp_path: Path) -> None:
    report = check(tmp_path, BadInput("two", "a.jsonl", lines(GOOD, {"input": "", "output": None}), ""))

    assert [(problem.kind, problem.column) for problem in report.errors] == [
        ("empty-value", "input"),
        ("null-value", "output"),
    ]


def test_quoted_values_are_cut(tmp_path: Path) -> None:
    report = check(tmp_path, BadInput("long", "a.jsonl", lines(GOOD, {"input": "a", "output": [1] * 9999}), ""))

    assert len(report.errors[0].found) <= READABLE + len("array ")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_both_line_ends_are_fine(tmp_path: Path, ending: bytes) -> None:
    content = lines(GOOD, {"input": "c", "output": "d"}).replace(b"\n", ending)
    report = check(tmp_path, BadInput("fine", "a.jsonl", content, ""))

    assert (report.ok, report.rows, report.warnings) == (True, 2, ())


def test_the_fix_names_the_nearest_column(tmp_path: Path) -> None:
    content = lines({"inptu": "a", "output": "b"}, {"inptu": "c", "output": "d"})
    problem = check(tmp_path, BadInput("misspelt", "a.jsonl", content, "")).errors[0]

    assert "'inptu'" in problem.found
    assert "'output'" in problem.found
    assert problem.fix == "Rename 'inptu' to 'input', or set data.columns: {input: inptu}."


def test_the_fix_gives_the_recipe_lines(tmp_path: Path) -> None:
    problem = check(tmp_path, BadInput("guess", "a.csv", b"question,answer\na,b\nc,d\n", "")).errors[0]

    assert "data.shape: input_output, data.columns: {input: question, output: answer}" in problem.fix


SMALL = [case for case in BAD_INPUTS if case.file == "a.jsonl" and 0 < len(case.content or b"") < 20_000]


@pytest.mark.parametrize("case", SMALL, ids=str)
def test_the_quick_check_is_no_less_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: BadInput) -> None:
    """With blocks of a line or two, all but the first row go the quick way; the report must be the same."""
    slow = check(tmp_path, case, by_row=True)
    for block in (16, 64, 256):
        monkeypatch.setattr(modelforge.data.lines, "BLOCK", block)
        monkeypatch.setattr(modelforge.data.row_stream, "SAMPLE", 1)
        if slow.shape is not None and slow.total < 2:
            assert check(tmp_path, case) == slow
