"""The before/after report: base against tuned on the same held-out rows."""

from __future__ import annotations

from typing import Literal

from modelforge.schemas.base import Schema

Verdict = Literal["better", "no evidence", "worse"]


class MetricComparison(Schema):
    """One metric, base against tuned, paired by row."""

    base: float
    tuned: float
    difference: float
    """tuned − base."""
    ci95: tuple[float, float]
    """Paired bootstrap interval of the difference, at `confidence` (95 % unless configured)."""
    n: int
    higher_is_better: bool
    verdict: Verdict


class ExampleAnswer(Schema):
    """One held-out row with both answers."""

    prompt: str
    expected: str
    base: str
    tuned: str


class ConfusionMatrix(Schema):
    """How often each class was answered with each: rows are the right classes, columns the answers."""

    classes: tuple[str, ...]
    base: tuple[tuple[int, ...], ...]
    tuned: tuple[tuple[int, ...], ...]


class StagedMetric(MetricComparison):
    """One metric over several stages: the first base against what the last stage made."""

    values: tuple[float, ...]
    """Of the first base, then of what each stage made."""


class SinceStart(Schema):
    """The stages of a recipe that lead to this run's model, measured on the same held-out rows."""

    model: str
    """What the first of them began with."""
    stages: tuple[str, ...]
    """What the recipe calls them, this run's as the last."""
    metrics: dict[str, StagedMetric]


class EvaluationReport(Schema):
    """`report/report.json`."""

    metrics: dict[str, MetricComparison]
    primary_metric: str
    verdict: Verdict
    sentence: str
    """The verdict in words."""
    confidence: float
    examples: tuple[ExampleAnswer, ...] = ()
    confusion: ConfusionMatrix | None = None
    """Where the answers are classes, and at most 50 of them."""
    note: str | None = None
    """What has to be known to read the figures."""
    untrained: tuple[str, ...] = ()
    """The parts of the base that began at random, of which `note` tells; other languages tell it by them."""
    unmeasured: int = 0
    """Held-out rows that are not compared, since training would have left them out as well: too long, for example."""
    since_start: SinceStart | None = None
    """Of a later stage: all stages so far, where they were measured on the same rows by the same measures."""
