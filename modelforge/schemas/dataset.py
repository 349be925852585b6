"""What is known of a dataset: its shape, its size, its problems."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.problem_codes import Phrase, ProblemCode

Shape = Literal[
    "input_output",
    "summary",
    "question_answering",
    "alpaca",
    "sharegpt",
    "messages",
    "prompt_completion",
    "classification",
    "text",
    "preference",
    "unpaired_preference",
    "prompt_only",
]
"""The shapes of a row that users of this field know; CONVENTIONS in the docs say which columns each has."""

FileFormat = Literal["jsonl", "json", "csv", "tsv", "parquet", "arrow", "txt"]


class Problem(Schema):
    """One fault in the data, with the way out."""

    file: str
    """The name of the file, without its folder."""
    line: int | None
    """The line in the file, or the row in a binary file, from 1."""
    column: str | None
    """The column, or a path such as `messages[2].role`."""
    found: str
    """What stands there, cut to a readable length."""
    expected: str
    """What should stand there."""
    fix: str
    """What to do."""
    kind: ProblemCode
    """The kind of fault, a stable, hyphenated name: `broken-json`."""
    phrases: dict[Literal["found", "expected", "fix"], Phrase] = Field(default_factory=dict)
    """Those of the three that are a phrase of their own. Else `found` is the value, and the others say what they say of
    every problem of the kind."""
    alike: int = 1
    """How many problems of the dataset are of this kind, in this column, and mended in the same way."""
    last_line: int | None = None
    """The line of the last of them."""


class ValidationReport(Schema):
    """The verdict over all rows of one dataset."""

    ok: bool
    file_format: FileFormat | None
    shape: Shape | None
    columns: dict[str, str]
    """Expected column → column in the file."""
    rows: int
    """Rows that can be used."""
    errors: tuple[Problem, ...]
    """The first 20 problems that must be mended."""
    total: int
    """All problems that must be mended."""
    warnings: tuple[Problem, ...] = ()
    exact_duplicates: int = 0
    near_duplicates: int = 0
    sha256: str | None = None


class RepeatedRow(Schema):
    """A row that occurs again; rows are lines in their files, or numbers in binary ones, from 1. Long texts are cut."""

    row: int
    text: str
    earlier_row: int
    earlier_text: str
    equal: bool
    """Whether the two are equal in all; else they resemble each other."""


class RepeatsView(Schema):
    """Rows of a dataset that equal or resemble an earlier one of it, or one of another dataset, or share its prompt."""

    rows: int
    """All rows that were compared."""
    exact: int
    near: int
    prompts: int
    """Further rows, whose prompt occurs again with another answer."""
    examples: tuple[RepeatedRow, ...]
    """The first of them."""


class DatasetView(Schema):
    """A dataset of the library."""

    id: str
    name: str
    created_at: datetime
    file_format: FileFormat
    shape: Shape | None
    """None as long as a person has to say how its columns are to be read."""
    columns: dict[str, str]
    """Expected column → column in the file."""
    rows: int
    bytes: int
    """Size of the file as it came."""
    sha256: str
    details: dict[str, Any] = Field(default_factory=dict)
    """`warnings`, `exact_duplicates`, and `readings` where the shape is open."""
    owner: str | None = None
    """The account that brought it; none where there are no accounts."""
