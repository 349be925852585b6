"""The one way from a dataset to canonical rows: shape found, every row checked, every problem noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from modelforge.data.canonical import CONVERTERS, CanonicalRow
from modelforge.data.classes import ClassCount
from modelforge.data.fields import is_error
from modelforge.data.file_format import TABLES
from modelforge.data.problem_log import Fault, ProblemLog
from modelforge.data.problem_phrases import phrase
from modelforge.data.shape_choice import choose_shape
from modelforge.data.shapes import DetectedShape, detect_shape
from modelforge.data.source import DatasetSource
from modelforge.data.source_row import SourceRow
from modelforge.exceptions import DatasetValidationError
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import Problem, Shape, ValidationReport

SAMPLE = 100
"""Rows from the beginning that the shape is detected from."""
SAMPLE_BYTES = 4 << 20
MOST_COLUMNS = 1000
"""Columns that are remembered: a file of rows with ever new keys takes no more memory than this."""


def take_sample(rows: Iterable[SourceRow]) -> list[SourceRow]:
    """The first rows, as many as the shape is detected from; fewer where they are big."""
    sample, size = [], 0
    for row in rows:
        sample.append(row)
        size += len(orjson.dumps(row.values, default=str, option=orjson.OPT_NON_STR_KEYS))
        if len(sample) >= SAMPLE or size >= SAMPLE_BYTES:
            break
    return sample


class RowStream:
    """The rows of one dataset. Iterate to the end, then ask for the report.

    Attributes:
        detected: the shape in force; None before the first row and where no row could be read.
        rows: rows that can be used, so far.
        known: the columns in use, and the extra ones that were named already.
    """

    def __init__(self, source: DatasetSource, config: DataConfig, shapes: tuple[Shape, ...]) -> None:
        self.source = source
        self.config = source.read_as(config, shapes)
        self.shapes = shapes
        self.log = ProblemLog(source.name)
        self.detected: DetectedShape | None = None
        self.rows = 0
        self.known: set[str] = set()
        self._classes = ClassCount()

    def __iter__(self) -> Iterator[tuple[int, CanonicalRow]]:
        """(line, canonical row) of each row without an error."""
        rows = self.source.rows(self.log)
        sample = take_sample(rows)
        if self.begin(sample):
            for source, row in self.converted(chain(sample, rows)):
                yield source.line, row
        self.end()

    def begin(self, sample: Sequence[SourceRow]) -> bool:
        """Choose the shape from the first rows; whether rows can be read at all."""
        if not sample:
            if not self.log.total:
                self.log.add("no-rows", phrase("no-row"))
            return False
        header = 1 if self.source.format in TABLES else sample[0].line
        self.detected = choose_shape(sample, self.config, self.shapes, self.log, header)
        self.known.update(self.detected.columns.values())
        return self.detected.shape is not None and self.detected.certain

    def converted(self, rows: Iterable[SourceRow]) -> Iterator[tuple[SourceRow, CanonicalRow]]:
        """Each row without an error, as it stands in the source and in canonical form; faults are noted."""
        if self.detected is None or self.detected.shape is None:
            return
        converter, columns, known = CONVERTERS[self.detected.shape], self.detected.columns, self.known
        has_classes = self.detected.shape == "classification"
        faults: list[Fault] = []
        for source in rows:
            line, values = source
            row = converter(values, columns, faults)
            if not values.keys() <= known:
                self._note_extra(values, line)
            if faults:
                usable = self._note_faults(faults, values, line)
                faults.clear()
                if not usable:
                    continue
            if row is not None:
                self.rows += 1
                if has_classes:
                    self._classes.add(row["label"])
                yield source, row

    def _note_faults(self, faults: list[Fault], values: Mapping[str, Any], line: int) -> bool:
        """Write the faults of one row to the log; whether the row can be used all the same."""
        errors = [fault for fault in faults if is_error(fault)]
        if any(fault.kind == "missing-field" for fault in errors) and self._other_shape(values, line):
            return False
        for fault in faults:
            self.log.add_fault(fault, line)
        return not errors

    def _other_shape(self, values: Mapping[str, Any], line: int) -> bool:
        """Whether a row that lacks columns is whole in another shape; then that is the one problem to name."""
        here = detect_shape([values])
        if self.detected is None or here.shape in (None, self.detected.shape) or not here.certain:
            return False
        names = ", ".join(here.found)
        found = phrase("row-of-shape", shape=here.shape, names=names if len(names) <= 80 else f"{names[:79]}…")
        self.log.add(
            "mixed-shapes",
            found,
            line=line,
            expected=phrase("shape-as-before", shape=str(self.detected.shape)),
        )
        return True

    def _note_extra(self, values: Mapping[str, Any], line: int) -> None:
        """Name each column that the shape does not use once, and count it as known from then on."""
        for name in values.keys() - self.known:
            if len(self.known) < MOST_COLUMNS:
                self.known.add(name)
                if self.detected is not None and self.detected.shape != "prompt_only":
                    self.log.add(
                        "extra-column", phrase("from-this-row-on", column=str(name)), line=line, column=str(name)
                    )

    def end(self) -> None:
        """All rows were read: are there enough, and of more than one class?"""
        if self.log.total:
            return
        if self.detected is not None and self.detected.shape == "classification":
            self._classes.note(self.log, self.detected.columns["label"])
        held_out = self.config.validation_split > 0 and self.config.validation_dataset is None
        if self.rows == 1:
            self.log.add("too-few-rows" if held_out else "single-row", phrase("one-row"))

    def report(
        self, *, exact_duplicates: int = 0, near_duplicates: int = 0, sha256: str | None = None
    ) -> ValidationReport:
        """The verdict over what was read."""
        if exact_duplicates:
            self.log.add("duplicate-rows", phrase("rows-of", rows=exact_duplicates, all=self.rows))
        shape = self.detected.shape if self.detected else None
        return ValidationReport(
            ok=self.log.total == 0,
            file_format=self.source.format,
            shape=shape,
            columns=self.detected.columns if self.detected else {},
            rows=self.rows,
            errors=tuple(sorted(self.log.told_together(), key=_place)),
            total=self.log.total,
            warnings=tuple(sorted(self.log.warnings, key=_place)),
            exact_duplicates=exact_duplicates,
            near_duplicates=near_duplicates,
            sha256=sha256,
        )


def _place(problem: Problem) -> tuple[int, str]:
    return problem.line or 0, problem.column or ""


def refuse(report: ValidationReport, name: str) -> DatasetValidationError:
    """The error that a report with problems becomes; its details are what the API and the CLI show."""
    first = report.errors[0]
    place = f", line {first.line}" if first.line is not None else ""
    column = f", {first.column}" if first.column else ""
    many = "1 problem" if report.total == 1 else f"{report.total} problems"
    return DatasetValidationError(
        f"{name} has {many}. The first: {first.file}{place}{column}: found {first.found}, expected {first.expected}.",
        hint=first.fix,
        details={"errors": [problem.model_dump() for problem in report.errors], "total": report.total},
        code="dataset-has-problems",
        params={"name": name, "count": report.total},
    )
