from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelforge.data.shapes import ALL_SHAPES
from modelforge.evaluation.dataset_validator import DatasetValidator, accepted_shapes
from modelforge.exceptions import ConfigurationError, DatasetValidationError, NotFoundError
from modelforge.schemas.config.data import DataConfig
from modelforge.storage.file_manager import FileManager


@pytest.fixture
def validator(tmp_path: Path) -> DatasetValidator:
    return DatasetValidator(FileManager(tmp_path / "home"))


def write(path: Path, *rows: object) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


GOOD = [{"input": f"Question {n} about something", "output": f"Answer {n} to it"} for n in range(50)]


def test_good_data(validator: DatasetValidator) -> None:
    report = validator.validate("sample:support", "text-generation")

    assert (report.ok, report.shape, report.rows, report.total) == (True, "input_output", 1000, 0)


def test_problems_are_reported_and_not_raised(validator: DatasetValidator, tmp_path: Path) -> None:
    report = validator.validate(write(tmp_path / "a.jsonl", *GOOD, {"input": "a"}), "text-generation")

    assert (report.ok, report.total, report.rows) == (False, 1, 50)
    assert (report.errors[0].line, report.errors[0].column) == (51, "output")


def test_duplicates_are_counted(validator: DatasetValidator, tmp_path: Path) -> None:
    long = [{"input": " ".join(f"w{n * k}" for k in range(40)), "output": "yes"} for n in range(1, 20)]
    rows = [*long, long[0], long[1], {"input": long[2]["input"] + "!", "output": "Yes."}]
    path = write(tmp_path / "a.jsonl", *rows)

    assert validator.validate(path).exact_duplicates == 2
    report = validator.validate(path, near_duplicates=True)
    assert (report.exact_duplicates, report.near_duplicates) == (2, 1)
    assert [problem.kind for problem in report.warnings] == ["duplicate-rows"]


def test_repeats_are_shown_beside_what_they_repeat(validator: DatasetValidator, tmp_path: Path) -> None:
    long = [{"input": " ".join(f"w{n * k}" for k in range(40)), "output": "yes"} for n in range(1, 20)]
    alike = {"input": long[2]["input"] + "!", "output": "Yes."}
    path = write(tmp_path / "a.jsonl", *long, alike, long[1])

    found = validator.repeats(path)

    assert (found.rows, found.exact, found.near, found.prompts) == (21, 1, 1, 0)
    assert [(one.row, one.earlier_row, one.equal) for one in found.examples] == [(20, 3, False), (21, 2, True)]
    assert found.examples[0].text.endswith("!\nYes.")
    assert found.examples[1].text == found.examples[1].earlier_text


def test_rows_that_another_dataset_has_are_leaks(validator: DatasetValidator, tmp_path: Path) -> None:
    train = write(tmp_path / "train.jsonl", *GOOD)
    held_out = write(tmp_path / "held.jsonl", {"input": "new", "output": "words"}, *GOOD[7:9], *GOOD[7:8])

    leaks = validator.repeats(held_out, train)

    assert (leaks.rows, leaks.exact) == (4, 3)
    assert [(one.row, one.earlier_row) for one in leaks.examples if one.equal] == [(2, 8), (3, 9), (4, 8)]
    assert validator.repeats(train, held_out).exact == 2
    other = write(
        tmp_path / "other.jsonl", {**GOOD[7], "output": "an answer of its own"}, {"input": "new", "output": "a"}
    )
    assert validator.repeats(other, held_out).prompts == 2
    with pytest.raises(DatasetValidationError):
        validator.repeats(held_out, write(tmp_path / "bad.jsonl", *GOOD, {"input": "no output"}))


def test_the_task_decides_which_shapes_will_do(validator: DatasetValidator, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *[{"prompt": "a", "chosen": f"b{n}", "rejected": "c"} for n in range(3)])

    assert validator.validate(path).shape == "preference"
    assert validator.validate(path, "text-generation").errors[0].kind == "shape-not-accepted"
    assert accepted_shapes(None) == ALL_SHAPES


def test_the_users_choice_is_used(validator: DatasetValidator, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"q": "a", "r": "b"}, {"q": "c", "r": "d"})

    report = validator.validate(path, "text-generation", DataConfig(columns={"input": "q", "output": "r"}))

    assert (report.ok, report.columns) == (True, {"input": "q", "output": "r"})


def test_an_inspection_shows_rows_as_they_stand(validator: DatasetValidator, tmp_path: Path) -> None:
    inspection = validator.inspect(write(tmp_path / "a.jsonl", *GOOD), rows=2)

    assert inspection.first_rows == tuple(GOOD[:2])
    assert inspection.found == ("input", "output")
    assert (inspection.report.shape, inspection.source.format) == ("input_output", "jsonl")


def test_the_readings_of_a_doubtful_file(validator: DatasetValidator, tmp_path: Path) -> None:
    detected = validator.readings(write(tmp_path / "a.jsonl", {"question": "a", "answer": "b"}), "text-generation")

    assert not detected.certain
    assert detected.alternatives[0].columns == {"input": "question", "output": "answer"}


def test_wrong_use_is_raised(validator: DatasetValidator) -> None:
    with pytest.raises(NotFoundError):
        validator.validate("gone.jsonl")
    with pytest.raises(ConfigurationError):
        validator.validate("sample:support", "nonsense")


def test_nothing_is_left_behind(validator: DatasetValidator, tmp_path: Path) -> None:
    validator.validate("sample:support", near_duplicates=True)

    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file() and path.suffix == ".parquet"] == []
