"""`modelforge data`: look at a dataset, choose its columns, check it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from modelforge.cli.data_preview import preview
from modelforge.cli.options import Json
from modelforge.exceptions import ConfigurationError, NotFoundError

if TYPE_CHECKING:
    from modelforge.data.shapes import ShapeGuess
    from modelforge.evaluation.dataset_validator import DatasetValidator
    from modelforge.schemas.config.data import DataConfig

app = typer.Typer(help="Look at a dataset, choose its columns, check it.", no_args_is_help=True)

Dataset = Annotated[
    str, typer.Argument(help="A file, sample:NAME, hub:OWNER/NAME, or a dataset of the library.", show_default=False)
]
Task = Annotated[
    str | None,
    typer.Option("--task", "-t", help="Accept only this task's shapes; without it, every shape.", show_default=False),
]
ShapeOption = Annotated[str, typer.Option("--shape", help="Read the rows as this shape; `auto` detects it.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="expected=name-in-the-file, once per column.", show_default=False),
]


@app.command()
def validate(
    dataset: Dataset,
    task: Task = None,
    shape: ShapeOption = "auto",
    column: Columns = None,
    as_json: Json = False,
) -> None:
    """Check every row of a dataset and name each problem by file, line and column.

    Example: modelforge data validate support.jsonl --task text-generation
    """
    from modelforge.cli.data_display import print_report, report_json
    from modelforge.cli.output import dump

    with _WrongUse():
        report = _validator().validate(dataset, task, _config(shape, column))
    if as_json:
        dump(report_json(report))
    else:
        print_report(report)
    if not report.ok:
        raise typer.Exit(1)


@app.command()
def inspect(
    dataset: Dataset,
    task: Task = None,
    shape: ShapeOption = "auto",
    column: Columns = None,
    rows: Annotated[int, typer.Option(min=0, max=100, help="How many rows to show.")] = 3,
    as_json: Json = False,
) -> None:
    """Show what a dataset is: format, shape, columns, number of rows, duplicates and the first rows.

    Example: modelforge data inspect sample:support
    """
    from modelforge.cli.data_display import inspection_json, print_inspection
    from modelforge.cli.output import dump

    with _WrongUse():
        inspection = _validator().inspect(dataset, task, _config(shape, column), rows=rows)
    if as_json:
        dump(inspection_json(inspection))
    else:
        print_inspection(inspection)
    if not inspection.report.ok:
        raise typer.Exit(1)


@app.command("map")
def map_columns(
    dataset: Dataset,
    task: Annotated[
        str, typer.Option("--task", "-t", help="The task that is to learn from the data.")
    ] = "text-generation",
    shape: ShapeOption = "auto",
    column: Columns = None,
    as_json: Json = False,
) -> None:
    """Show how the columns can be read, and the recipe lines that say so.

    Example: modelforge data map faq.csv --column input=question --column output=answer
    """
    from modelforge.cli.data_display import print_readings, readings_json
    from modelforge.cli.output import dump

    with _WrongUse():
        validator, config = _validator(), _config(shape, column)
        if config.shape != "auto" or config.columns:
            readings, certain = _asked_for(validator, dataset, task, config), True
        else:
            detected = validator.readings(dataset, task)
            readings, certain = list(detected.alternatives), detected.certain
    if not readings:
        report = validator.validate(dataset, task, config)
        _fail(report, as_json=as_json)
    if as_json:
        dump(readings_json(dataset, readings, certain=certain))
    else:
        print_readings(dataset, readings, certain=certain)


@app.command()
def repeats(
    dataset: Dataset,
    among: Annotated[
        str | None,
        typer.Option("--in", help="Look for its rows in this dataset, not in itself.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the rows that equal or resemble an earlier one, or one of another dataset, and count those with its prompt.

    Example: modelforge data repeats held-out.jsonl --in training.jsonl
    """
    from modelforge.cli.data_display import print_repeats
    from modelforge.cli.output import dump

    with _WrongUse():
        found = _validator().repeats(dataset, among)
    if as_json:
        dump(found.model_dump(mode="json"))
    else:
        print_repeats(found)


def _asked_for(validator: DatasetValidator, dataset: str, task: str | None, config: DataConfig) -> list[ShapeGuess]:
    """The reading that the user asked for, as far as the file allows it."""
    from modelforge.data.shapes import ShapeGuess

    report = validator.validate(dataset, task, config)
    return [ShapeGuess(report.shape, report.columns)] if report.shape and report.columns else []


def _fail(report: Any, *, as_json: bool) -> None:
    from modelforge.cli.data_display import print_report, report_json
    from modelforge.cli.output import dump

    if as_json:
        dump(report_json(report))
    else:
        print_report(report)
    raise typer.Exit(1)


def _validator() -> DatasetValidator:
    from modelforge.cli.workplace import Workplace
    from modelforge.evaluation.dataset_validator import DatasetValidator

    return DatasetValidator(Workplace.open().files)


def _config(shape: str, columns: Sequence[str] | None) -> DataConfig:
    from modelforge.schemas.config.data import DataConfig
    from modelforge.schemas.dataset import Shape

    shapes = ("auto", *get_args(Shape))
    if shape not in shapes:
        raise ConfigurationError(f"There is no shape {shape!r}.", hint=f"Choose one of: {', '.join(shapes)}.")
    mapping = {}
    for pair in columns or ():
        expected, found, name = pair.partition("=")
        if not (expected and found and name):
            raise ConfigurationError(f"--column {pair} is not understood.", hint="Write it as --column input=question.")
        mapping[expected] = name
    return DataConfig.model_validate({"shape": shape, "columns": mapping})


class _WrongUse:
    """A dataset that is not there is a slip on the command line: exit code 2."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NotFoundError):
            raise ConfigurationError(error.message, hint=error.hint, details=error.details) from error


app.command()(preview)
