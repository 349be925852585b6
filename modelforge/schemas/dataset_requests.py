"""What the dataset routes take and answer beside the dataset itself."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from modelforge.schemas.base import NAME, Schema
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import DatasetView, Shape, ValidationReport
from modelforge.schemas.problem import Unreadable


class DatasetPage(Schema):
    """Datasets, the newest first."""

    items: tuple[DatasetView, ...]
    total: int
    samples: tuple[str, ...] = ()
    """The bundled ones, as a recipe names them: `sample:support`."""
    unreadable: tuple[Unreadable, ...] = ()
    """Datasets that are left out, since the index has them as another version of ModelForge writes them, or damaged."""


class DatasetName(Schema):
    """A new name."""

    name: str = Field(min_length=1, max_length=100, pattern=NAME)


class ColumnChoice(Schema):
    """How the columns of a dataset are to be read, where that is not certain."""

    shape: Shape
    columns: dict[str, str] = Field(default_factory=dict, max_length=100)
    """Expected column → column in the file; those with their own names may be left out."""


class ShapeReading(Schema):
    """One way to read the columns."""

    shape: Shape
    columns: dict[str, str]


class DatasetQuestion(Schema):
    """A dataset to look at, and as what."""

    dataset: str = Field(min_length=1, max_length=250)
    """`sample:NAME`, the id of a dataset of the library, or `hub:OWNER/NAME`."""
    task: str | None = Field(default=None, max_length=64)
    """The task that is to learn from it; empty accepts every shape."""
    data: DataConfig = Field(default_factory=DataConfig)
    """Shape and columns as chosen; by default they are detected."""
    rows: int = Field(default=3, ge=0, le=100)
    """How many of the first rows to show."""


class RepeatsQuestion(Schema):
    """A dataset whose repeats are looked for, in itself or in another."""

    dataset: str = Field(min_length=1, max_length=250)
    """`sample:NAME`, the id of a dataset of the library, or `hub:OWNER/NAME`."""
    among: str | None = Field(default=None, min_length=1, max_length=250)
    """The dataset that may have the same rows: what is trained on, where `dataset` is held out. Empty: itself."""


class InspectionView(Schema):
    """What a person wants to see of a dataset before it is used."""

    found: tuple[str, ...]
    """The columns that the file has."""
    first_rows: tuple[dict[str, Any], ...]
    """As they stand in the file; long values are cut."""
    readings: tuple[ShapeReading, ...]
    """The ways to read the columns, the best one first."""
    report: ValidationReport


class CanonicalPage(Schema):
    """Some rows as they are trained on."""

    rows: tuple[dict[str, Any], ...]
    offset: int
    total: int
    cut: tuple[int, ...] = ()
    """The rows that are longer than shown, counted from 0 as `offset` is."""


class CheckedUpload(Schema):
    """What was found out about a file that has come in."""

    report: ValidationReport
    readings: tuple[ShapeReading, ...] = ()
    """The ways to read its columns, where a person must choose; else empty."""
    found: tuple[str, ...] = ()
