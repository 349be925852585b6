"""What is done to a dataset in a process of its own: read, checked, brought into canonical form."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from modelforge.data.file_format import detect_format
from modelforge.data.materialise import materialise
from modelforge.data.problem_log import ProblemLog
from modelforge.data.row_stream import SAMPLE
from modelforge.data.shapes import ALL_SHAPES, columns_of, detect_shape
from modelforge.data.source import DatasetSource
from modelforge.evaluation.dataset_validator import DatasetValidator
from modelforge.exceptions import DatasetValidationError
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import FileFormat, Problem, RepeatsView, ValidationReport
from modelforge.schemas.dataset_requests import (
    CheckedUpload,
    DatasetQuestion,
    InspectionView,
    RepeatsQuestion,
    ShapeReading,
)
from modelforge.services.shortening import shortened
from modelforge.storage.file_manager import FileManager

A_PERSON_MUST_CHOOSE = frozenset({"uncertain-shape", "unknown-columns"})
READABLE = 2000
"""Characters of one value that an inspection shows."""


def check_upload(path: Path, name: str, config: DataConfig, canonical: Path) -> CheckedUpload:
    """Check every row of a file and write the canonical rows, unless a person must say first how to read its columns.

    Args:
        path: the file as it came.
        name: what its owner calls it; problems name it so.
        canonical: where the canonical rows go.

    Raises:
        DatasetValidationError: the file has problems that only a new file mends.
    """
    source = DatasetSource(name, "file", path, detect_format(path).format)
    try:
        return CheckedUpload(report=materialise(source, config, ALL_SHAPES, canonical))
    except DatasetValidationError as error:
        problems = [Problem.model_validate(one) for one in error.details["errors"]]
        if config.shape != "auto" or {problem.kind for problem in problems} - A_PERSON_MUST_CHOOSE:
            raise
        return _open_question(source, problems)


def inspect(home: Path, question: DatasetQuestion) -> InspectionView:
    """Everything worth knowing about a dataset, its problems included. Raises NotFoundError, ConfigurationError."""
    validator = DatasetValidator(FileManager(home))
    seen = validator.inspect(question.dataset, question.task, question.data, rows=question.rows)
    detected = validator.readings(question.dataset, question.task)
    readings = [ShapeReading(shape=one.shape, columns=one.columns) for one in detected.alternatives]
    if not readings and seen.report.shape is not None:
        readings = [ShapeReading(shape=seen.report.shape, columns=seen.report.columns)]
    return InspectionView(
        found=seen.found,
        first_rows=tuple(shortened(row, READABLE) for row in seen.first_rows),
        readings=tuple(readings),
        report=seen.report,
    )


def validate(home: Path, question: DatasetQuestion) -> ValidationReport:
    """The verdict over all rows. Raises NotFoundError, ConfigurationError."""
    return DatasetValidator(FileManager(home)).validate(question.dataset, question.task, question.data)


def repeats(home: Path, question: RepeatsQuestion) -> RepeatsView:
    """Rows that occur again. Raises as `DatasetValidator.repeats`."""
    return DatasetValidator(FileManager(home)).repeats(question.dataset, question.among)


def _open_question(source: DatasetSource, problems: list[Problem]) -> CheckedUpload:
    sample = [row.values for row in islice(source.rows(ProblemLog(source.name)), SAMPLE)]
    detected = detect_shape(sample, ALL_SHAPES)
    file_format: FileFormat | None = source.format
    return CheckedUpload(
        report=ValidationReport(
            ok=False,
            file_format=file_format,
            shape=None,
            columns={},
            rows=0,
            errors=tuple(problems),
            total=len(problems),
            sha256=source.sha256(),
        ),
        readings=tuple(ShapeReading(shape=one.shape, columns=one.columns) for one in detected.alternatives),
        found=columns_of(sample),
    )
