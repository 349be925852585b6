"""An evaluation: one model measured on rows, or two compared on the same ones, apart from any run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.job import BackgroundJob
from modelforge.schemas.remark import Remark
from modelforge.schemas.report import EvaluationReport


class EvaluationRequest(Schema):
    """Which model is measured, on what, and beside which other."""

    model: str = Field(min_length=1)
    """`starter:NAME`, the id of a model of the library, or a hub id."""
    against: str | None = Field(default=None, min_length=1)
    """Another model, measured on the same rows; the report tells how `model` differs from it. Each is asked as in its
    own training; how rows are cut and which tokens count is as in the training of `model`."""
    dataset: str | None = Field(default=None, min_length=1)
    """The rows. Empty: the rows that were held out of the run that made `model`."""
    task: str | None = None
    """What the model is to do. Empty: what it was trained for."""
    config: dict[str, Any] = Field(default_factory=dict)
    """Further keys as in a recipe, such as `evaluation`, `data` or `strategy`."""


class ModelScore(Schema):
    """What one model scored in one metric."""

    value: float
    ci95: tuple[float, float] | None = None
    """Bootstrap interval of the mean over rows, at `evaluation.confidence`; nothing for a perplexity."""
    n: int
    """Rows behind it."""


class Evaluation(Schema):
    """`evaluations/ID/evaluation.json`: what was found."""

    id: str
    created_at: datetime
    model: str
    against: str | None = None
    task: str
    dataset: str
    run_id: str | None = None
    """The run whose held-out rows these are; nothing where a dataset was named."""
    rows: int
    scores: dict[str, ModelScore]
    """Metric → what `model` scored."""
    report: EvaluationReport | None = None
    """`model` as the tuned one beside `against` as the base, paired by row; nothing where one model was measured."""
    notices: tuple[str, ...] = ()
    remarks: dict[str, Remark] = Field(default_factory=dict)
    """Those of them that have a name, by the sentence: what other languages say them by. Empty in earlier versions."""
    owner: str | None = None
    """The account that asked; none where there are no accounts."""


class EvaluationProgress(Schema):
    """How far an evaluation has come."""

    model: str
    """The model that is being measured; `against` comes first."""
    rows_done: int
    rows: int


class EvaluationJob(BackgroundJob):
    """An evaluation that was asked for over the network."""

    request: EvaluationRequest
    progress: EvaluationProgress | None = None
    """Nothing while it waits for its turn or loads the data."""
    result: Evaluation | None = None
