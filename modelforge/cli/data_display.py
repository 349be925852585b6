"""What the data commands print: tables for people, documents for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from modelforge.data.shapes import ShapeGuess
from modelforge.evaluation.dataset_validator import Inspection
from modelforge.schemas.dataset import Problem, RepeatsView, ValidationReport

LONGEST_CELL = 200


def report_json(report: ValidationReport) -> dict[str, Any]:
    """`{"errors", "total"}` where there are errors, else the shape and what else is known."""
    if not report.ok:
        return {"errors": [problem_json(problem) for problem in report.errors], "total": report.total}
    return {
        "shape": report.shape,
        "format": report.file_format,
        "columns": report.columns,
        "rows": report.rows,
        "exact_duplicates": report.exact_duplicates,
        "warnings": [problem_json(problem) for problem in report.warnings],
        "errors": [],
        "total": 0,
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as machines read it."""
    return problem.model_dump(include={"line", "column", "found", "expected", "fix"})


def inspection_json(inspection: Inspection) -> dict[str, Any]:
    """Everything that `data inspect` shows."""
    report = inspection.report
    document = report_json(report) | {
        "dataset": inspection.source.name,
        "shape": report.shape,
        "format": report.file_format,
        "columns": report.columns,
        "found": list(inspection.found),
        "rows": report.rows,
        "exact_duplicates": report.exact_duplicates,
        "near_duplicates": report.near_duplicates,
        "warnings": [problem_json(problem) for problem in report.warnings],
        "first_rows": list(inspection.first_rows),
    }
    return document


def readings_json(dataset: str, readings: Sequence[ShapeGuess], *, certain: bool) -> dict[str, Any]:
    """The possible readings, best first, each with its recipe keys."""
    return {
        "certain": certain,
        "readings": [
            {"shape": guess.shape, "columns": guess.columns, "recipe": recipe(dataset, guess)} for guess in readings
        ],
    }


def recipe(dataset: str, guess: ShapeGuess) -> dict[str, Any]:
    """The keys of a recipe that choose this reading."""
    other = {expected: name for expected, name in guess.columns.items() if expected != name}
    return {"dataset": dataset, "data": {"shape": guess.shape} | ({"columns": other} if other else {})}


def print_report(report: ValidationReport, console: Console | None = None) -> None:
    """The verdict in a sentence, then the problems, each with its way out."""
    console = console or Console(highlight=False, soft_wrap=True)
    if report.ok:
        console.print(f"[bold green]Good.[/] {_rows(report.rows)}, shape {report.shape}, {_columns(report)}.")
    else:
        many = "1 problem" if report.total == 1 else f"{report.total:,} problems"
        more = f", the first {len(report.errors)}" if report.total > len(report.errors) else ""
        console.print(f"[bold red]Not usable yet:[/] {many}{more}:")
    for problem in report.errors:
        _print_problem(console, problem, "red")
    for problem in report.warnings:
        _print_problem(console, problem, "yellow")


def print_inspection(inspection: Inspection) -> None:
    """Format, shape, columns, rows, duplicates, the first rows, and the problems."""
    console = Console(highlight=False, soft_wrap=True)
    report = inspection.report
    unread = not report.ok and not report.rows
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("dataset", inspection.source.name),
        ("format", report.file_format or "unknown"),
        ("shape", report.shape or "unknown"),
        ("columns", ", ".join(inspection.found) or "none"),
        ("used as", _columns(report) if report.columns else "not decided"),
        ("rows", "none usable yet" if unread else f"{report.rows:,}"),
        ("duplicates", "not looked for yet" if unread else _duplicates(report)),
    ):
        facts.add_row(f"[bold]{name}[/]", escape(value))
    console.print(facts)
    for number, row in enumerate(inspection.first_rows, start=1):
        console.print(f"\n[bold]row {number}[/]")
        for name, value in row.items():
            console.print(f"  {escape(str(name))}: {escape(_cell(value))}")
    console.print()
    print_report(report, console)


def print_readings(dataset: str, readings: Sequence[ShapeGuess], *, certain: bool) -> None:
    """Each reading as the lines of a recipe."""
    console = Console(highlight=False, soft_wrap=True)
    if certain:
        console.print("The columns are clear. A recipe can say so:")
    else:
        console.print("The columns can be read in more than one way, or by a guess. Choose one for your recipe:")
    for guess in readings:
        console.print()
        console.print(escape(yaml.safe_dump(recipe(dataset, guess), sort_keys=False, allow_unicode=True).rstrip()))


def print_repeats(found: RepeatsView) -> None:
    """How many rows occur again, and the first of them beside what they repeat."""
    console = Console(highlight=False, soft_wrap=True)
    if not found.exact + found.near:
        console.print(f"[bold green]None[/] of {_rows(found.rows)} occurs again.")
    else:
        console.print(
            f"Of {_rows(found.rows)}, [bold]{found.exact:,}[/] equal another one and {found.near:,} resemble one."
        )
    if found.prompts:
        console.print(f"The prompt of {_rows(found.prompts)} occurs again, with another answer.")
    for one in found.examples:
        console.print(f"[yellow]row {one.row:,} {'equals' if one.equal else 'resembles'} row {one.earlier_row:,}[/]")
        console.print(f"  {escape(_cell(one.text))}")
        if not one.equal:
            console.print(f"  {escape(_cell(one.earlier_text))}")


def _print_problem(console: Console, problem: Problem, colour: str) -> None:
    place = problem.file
    if problem.line is not None:
        place += f":{problem.line}"
    if problem.column:
        place += f" {problem.column}"
    console.print(f"[{colour}]{escape(place)}[/]")
    console.print(f"  found     {escape(problem.found)}")
    console.print(f"  expected  {escape(problem.expected)}")
    console.print(f"  fix       {escape(problem.fix)}")


def _duplicates(report: ValidationReport) -> str:
    return f"{report.exact_duplicates:,} exact, {report.near_duplicates:,} near"


def _columns(report: ValidationReport) -> str:
    return ", ".join(f"{name} ← {column}" if name != column else name for name, column in report.columns.items())


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _cell(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
