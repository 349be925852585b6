"""Problems that are mended in one go are counted together, however few of them are described."""

from __future__ import annotations

from pathlib import Path

from modelforge.data.problem_log import KEPT
from modelforge.evaluation.dataset_validator import DatasetValidator
from modelforge.storage.file_manager import FileManager


def test_all_lines_of_a_file_in_another_encoding_are_one_matter(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(("text,label\n" + "Grüße,a\n" * 30).encode("latin-1"))

    report = DatasetValidator(FileManager(tmp_path / "home")).validate(str(tmp_path / "latin.csv"))

    assert (report.total, len(report.errors)) == (30, KEPT)
    assert {(problem.kind, problem.alike, problem.last_line) for problem in report.errors} == {
        ("invalid-utf-8", 30, 31)
    }


def test_problems_in_other_columns_are_counted_apart(tmp_path: Path) -> None:
    rows = '{"input": "", "output": "b"}\n' * 4 + '{"input": "a", "output": ""}\n' * 2 + '{"input": 3, "output": "b"}\n'
    (tmp_path / "a.jsonl").write_text('{"input": "a", "output": "b"}\n' + rows)

    report = DatasetValidator(FileManager(tmp_path / "home")).validate(str(tmp_path / "a.jsonl"))

    seen = {(problem.kind, problem.column): (problem.alike, problem.last_line) for problem in report.errors}
    assert seen == {
        ("empty-value", "input"): (4, 5),
        ("empty-value", "output"): (2, 7),
        ("wrong-type", "input"): (1, 8),
    }


def test_kinds_beyond_those_described_are_in_the_total_alone(tmp_path: Path) -> None:
    """Memory stays bounded however many columns have faults."""
    rows = "".join(f'{{"input": "a", "output": "b", "x{n}": 1e999}}\n' for n in range(3 * KEPT))
    (tmp_path / "a.jsonl").write_text(rows)

    report = DatasetValidator(FileManager(tmp_path / "home")).validate(str(tmp_path / "a.jsonl"))

    assert report.total == 3 * KEPT
    assert sum({(p.kind, p.column): p.alike for p in report.errors}.values()) <= report.total
