"""The before/after report as Markdown and on a terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from modelforge.evaluation.metrics import LABELS
from modelforge.evaluation.report import figure, percent
from modelforge.schemas.report import (
    ConfusionMatrix,
    EvaluationReport,
    MetricComparison,
    SinceStart,
    StagedMetric,
    Verdict,
)
from modelforge.storage.atomic import write_bytes, write_json

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

COLOURS: dict[Verdict, str] = {"better": "green", "no evidence": "yellow", "worse": "red"}
LONGEST_CELL = 600
MOST_COLUMNS = 10
"""Classes that a terminal has room for."""


def write_report(report: EvaluationReport, json_file: Path) -> None:
    """Write `report.json` at `json_file` and `report.md` beside it."""
    json_file.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(json_file.with_suffix(".md"), markdown(report).encode())
    write_json(json_file, report.model_dump(mode="json"))


def markdown(report: EvaluationReport) -> str:
    """The whole report as Markdown: the verdict, the table of metrics, the example answers."""
    parts = ["# Before and after", f"**{report.sentence}**", metrics_markdown(report)]
    if report.since_start:
        parts.append(stages_markdown(report.since_start, report.confidence))
    if report.confusion:
        parts.append(confusion_markdown(report.confusion))
    if report.examples:
        parts.append("## Answers\n\nHeld-out rows drawn by the run's seed, not chosen by their answers.")
    for number, example in enumerate(report.examples, start=1):
        texts = {"Prompt": example.prompt, "Expected": example.expected, "Base": example.base, "Tuned": example.tuned}
        parts.append(f"### Row {number}")
        parts.extend(f"{title}:\n\n{_fenced(text)}" for title, text in texts.items())
    return "\n\n".join(parts) + "\n"


def metrics_markdown(report: EvaluationReport) -> str:
    """The table of metrics alone, with a note on what it means; the model card holds it too."""
    if not report.metrics:
        return "Nothing was compared."
    lines = [
        f"| Metric | Base | Tuned | Difference | {percent(report.confidence)} interval | Rows | Verdict |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    lines += [f"| {' | '.join(_cells(name, metric))} |" for name, metric in report.metrics.items()]
    note = f"Interval: paired bootstrap over the held-out rows. The verdict is that of {_label(report.primary_metric)}."
    lower = [_label(name) for name, metric in report.metrics.items() if not metric.higher_is_better]
    if lower:
        note += f" Better when lower: {', '.join(lower)}."
    return "\n".join([*lines, "", note, *(line for one in notes(report) for line in ("", one))])


def notes(report: EvaluationReport) -> list[str]:
    """What has to be known to read the figures."""
    told = [report.note] if report.note else []
    if report.unmeasured:
        many = "1 held-out row is" if report.unmeasured == 1 else f"{report.unmeasured:,} held-out rows are"
        told.append(f"{many} not compared: training would have left out such rows too. The preflight says why.")
    return told


def stages_markdown(whole: SinceStart, confidence: float) -> str:
    """All stages of a recipe as one table."""
    titles = [_cell(title) for title in _stage_titles(whole)]
    lines = [
        f"| Metric | {' | '.join(titles)} | Difference | {percent(confidence)} interval | Verdict |",
        f"|---|{'--:|' * (len(titles) + 2)}---|",
        *(f"| {' | '.join(_stage_cells(name, metric))} |" for name, metric in whole.metrics.items()),
    ]
    return "\n".join(["## All stages\n\nThe last against the first, on the same held-out rows.\n", *lines])


def confusion_markdown(confusion: ConfusionMatrix) -> str:
    """Both confusion matrices as tables."""
    parts = ["## Confusion\n\nRows are the right classes, columns the answers."]
    for title, counts in (("Base", confusion.base), ("Tuned", confusion.tuned)):
        head = f"| {title} | {' | '.join(_cell(name) for name in confusion.classes)} |"
        rows = [
            f"| {_cell(name)} | {' | '.join(f'{count:,}' for count in row)} |"
            for name, row in zip(confusion.classes, counts, strict=True)
        ]
        parts.append("\n".join([head, f"|---|{'--:|' * len(confusion.classes)}", *rows]))
    return "\n\n".join(parts)


def renderable(report: EvaluationReport) -> Group:
    """The report for a rich console: the verdict, the table of metrics, the answers side by side."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Text | Table] = [Text(report.sentence, style=f"bold {COLOURS[report.verdict]}")]
    parts += [Text(note, style="dim") for note in notes(report)]
    if report.metrics:
        parts += [Text(), _metrics_table(report)]
    if report.since_start:
        parts += [Text(), _stages_table(report.since_start, report.confidence)]
    if report.confusion and len(report.confusion.classes) <= MOST_COLUMNS:
        parts += [Text(), _confusion_table(report.confusion)]
    if report.examples:
        parts += [Text(), _answers_table(report)]
    return Group(*parts)


def _metrics_table(report: EvaluationReport) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric")
    for title in ("base", "tuned", "difference", f"{percent(report.confidence)} interval", "rows"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for name, metric in report.metrics.items():
        *cells, verdict = _cells(name, metric)
        bold = "bold" if name == report.primary_metric else ""
        table.add_row(*cells, Text(verdict, style=COLOURS[metric.verdict]), style=bold)
    return table


def _stages_table(whole: SinceStart, confidence: float) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    title = "all stages: the last against the first"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric")
    for column in (*_stage_titles(whole), "difference", f"{percent(confidence)} interval"):
        table.add_column(_short(column), justify="right")
    table.add_column("verdict", no_wrap=True)
    for name, metric in whole.metrics.items():
        *cells, verdict = _stage_cells(name, metric)
        table.add_row(*cells, Text(verdict, style=COLOURS[metric.verdict]))
    return table


def _stage_titles(whole: SinceStart) -> tuple[str, ...]:
    return (whole.model, *(f"after {stage}" for stage in whole.stages))


def _stage_cells(name: str, metric: StagedMetric) -> tuple[str, ...]:
    _, _, _, difference, interval, _, verdict = _cells(name, metric)
    return (_label(name), *map(figure, metric.values), difference, interval, verdict)


def _confusion_table(confusion: ConfusionMatrix) -> Table:
    from rich import box
    from rich.table import Table

    title = "tuned model: rows are the right classes, columns its answers"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for name in confusion.classes:
        table.add_column(_short(name), justify="right")
    for name, row in zip(confusion.classes, confusion.tuned, strict=True):
        table.add_row(_short(name), *(f"{count:,}" for count in row))
    return table


def _answers_table(report: EvaluationReport) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    title = f"{len(report.examples)} held-out rows, drawn by the seed"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True, expand=True)
    for column in ("prompt", "expected", "base", "tuned"):
        table.add_column(column, ratio=1, overflow="fold")
    for example in report.examples:
        right = "green" if example.tuned.strip() == example.expected.strip() else ""
        texts = (example.prompt, example.expected, example.base)
        table.add_row(*(Text(_short(text)) for text in texts), Text(_short(example.tuned), style=right))
    return table


def _cells(name: str, metric: MetricComparison) -> tuple[str, ...]:
    low, high = (figure(end, sign=True) for end in metric.ci95)
    values = (figure(metric.base), figure(metric.tuned), figure(metric.difference, sign=True))
    return (_label(name), *values, f"{low} to {high}", f"{metric.n:,}", metric.verdict)


def _label(name: str) -> str:
    return LABELS.get(name, name)


def _cell(text: str) -> str:
    """A class in a cell of a Markdown table: names come from the data."""
    return " ".join(_short(text).replace("\\", "\\\\").replace("|", "\\|").split())


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _fenced(text: str) -> str:
    """A code block whose fence no line of `text` can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
