"""Is this data fit to train on? Every row read, every problem named, nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from modelforge.data.canonical import CanonicalRow
from modelforge.data.canonical_file import CanonicalRows, CanonicalWriter, count_rows, encode_row
from modelforge.data.check import check_rows
from modelforge.data.duplicates import Repeats, find_duplicates, find_leakage, text_of_row
from modelforge.data.materialise import materialise
from modelforge.data.problem_log import ProblemLog
from modelforge.data.row_stream import SAMPLE, RowStream
from modelforge.data.shapes import ALL_SHAPES, DetectedShape, columns_of, detect_shape
from modelforge.data.source import DatasetSource, resolve_dataset
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import RepeatedRow, RepeatsView, Shape, ValidationReport
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.task_factory import TaskFactory

EXAMPLES = 20
"""Repeated rows that are shown."""
READABLE = 600
"""Characters of a repeated row that are shown."""


@dataclass(frozen=True)
class Inspection:
    """What a person wants to see of a dataset before it is used."""

    source: DatasetSource
    report: ValidationReport
    found: tuple[str, ...]
    """The columns that the file has."""
    first_rows: tuple[dict[str, Any], ...]
    """As they stand in the file."""


class DatasetValidator:
    """Checks datasets by the names that recipes give them."""

    def __init__(self, files: FileManager) -> None:
        self.files = files

    def validate(
        self,
        dataset: str,
        task: str | None = None,
        config: DataConfig | None = None,
        *,
        revision: str | None = None,
        near_duplicates: bool = False,
    ) -> ValidationReport:
        """Check every row; problems are in the report, not raised.

        Args:
            dataset: a file, `sample:NAME`, `hub:OWNER/NAME`, or an id of the library.
            task: the task that will learn from it; None accepts every shape.
            config: shape and columns as the user chose them; default: detected.
            near_duplicates: count them too, which takes about as long again.

        Raises:
            ConfigurationError: there is no such task or sample.
            NotFoundError: there is no such dataset.
            StorageError: the file cannot be opened.
        """
        source = resolve_dataset(dataset, self.files, revision)
        return self._checked(source, accepted_shapes(task), config or DataConfig(), near=near_duplicates)

    def inspect(
        self, dataset: str, task: str | None = None, config: DataConfig | None = None, *, rows: int = 3
    ) -> Inspection:
        """Check every row, near duplicates included, and show the first `rows`. Raises like `validate`."""
        source = resolve_dataset(dataset, self.files)
        sample = _sample(source)
        return Inspection(
            source=source,
            report=self._checked(source, accepted_shapes(task), config or DataConfig(), near=True),
            found=columns_of(sample),
            first_rows=tuple(sample[:rows]),
        )

    def repeats(self, dataset: str, among: str | None = None) -> RepeatsView:
        """Rows that equal or resemble an earlier one, or one of the dataset `among`, or share its prompt.

        Raises:
            ConfigurationError, NotFoundError, StorageError: as `validate`.
            DatasetValidationError: rows of either cannot be used.
        """
        with self.files.scratch() as folder:
            rows = self._canonical(dataset, folder / "rows.parquet")
            other = None if among is None else self._canonical(among, folder / "among.parquet")
            found = find_duplicates(rows).repeats() if other is None else find_leakage(other, rows)
            return RepeatsView(
                rows=count_rows(rows),
                exact=found.exact,
                near=found.near,
                prompts=len(found.prompts),
                examples=tuple(_examples(found, CanonicalRows(rows), CanonicalRows(other or rows))),
            )

    def _canonical(self, dataset: str, path: Path) -> Path:
        """The dataset's canonical rows: those of the library, or written to `path`."""
        source = resolve_dataset(dataset, self.files)
        if source.kind == "library" and (stored := self.files.dataset(dataset).canonical).exists():
            return stored
        materialise(source, DataConfig(validation_split=0), ALL_SHAPES, path)
        return path

    def readings(self, dataset: str, task: str | None = None) -> DetectedShape:
        """The shapes that the first rows could be read as, the best one first. Raises like `validate`."""
        source, shapes = resolve_dataset(dataset, self.files), accepted_shapes(task)
        return detect_shape(_sample(source), shapes, source.read_as(DataConfig(), shapes).columns)

    def _checked(
        self, source: DatasetSource, shapes: tuple[Shape, ...], config: DataConfig, *, near: bool
    ) -> ValidationReport:
        stream = RowStream(source, config, shapes)
        if near:
            return self._with_near_duplicates(stream)
        return stream.report(exact_duplicates=check_rows(stream))

    def _with_near_duplicates(self, stream: RowStream) -> ValidationReport:
        with self.files.scratch() as folder:
            path = folder / "canonical.parquet"
            with CanonicalWriter(path) as writer:
                for line, data in _encoded(stream):
                    writer.write(line, data)
            duplicates = find_duplicates(path)
        return stream.report(exact_duplicates=duplicates.exact_duplicates, near_duplicates=duplicates.near_duplicates)


def _examples(found: Repeats, rows: CanonicalRows, among: CanonicalRows) -> Iterator[RepeatedRow]:
    shown = slice(EXAMPLES)
    first = zip(found.rows[shown].tolist(), found.earlier[shown].tolist(), found.equal[shown].tolist(), strict=True)
    for at, earlier, equal in first:
        row, other = rows[at], among[earlier]
        yield RepeatedRow(
            row=row["row"],
            text=text_of_row(row)[:READABLE],
            earlier_row=other["row"],
            earlier_text=text_of_row(other)[:READABLE],
            equal=equal,
        )


def accepted_shapes(task: str | None) -> tuple[Shape, ...]:
    """The shapes that a task can learn from; every shape without a task. Raises ConfigurationError."""
    return ALL_SHAPES if task is None else TaskFactory.create_task(task).shapes


def _encoded(rows: RowStream) -> Iterator[tuple[int, bytes]]:
    row: CanonicalRow
    for line, row in rows:
        yield line, encode_row(row)


def _sample(source: DatasetSource) -> list[dict[str, Any]]:
    return [row.values for row in islice(source.rows(ProblemLog(source.name)), SAMPLE)]
