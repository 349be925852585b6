"""`modelforge runs`: list, show, follow, stop, resume and compare runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelforge.cli.options import Json, RunId
from modelforge.cli.output import dump, print_table
from modelforge.cli.workplace import Workplace
from modelforge.schemas.run import EARLIER_STAGE, RunStage

if TYPE_CHECKING:
    from modelforge.schemas.run import RunView

app = typer.Typer(help="List, show, follow, stop, resume and compare runs.", no_args_is_help=True)


@app.command("ls")
def list_runs(as_json: Json = False) -> None:
    """List all runs, the newest first.

    Example: modelforge runs ls
    """
    runs = Workplace.open().training.list_runs()
    for problem in runs.unreadable:
        typer.echo(f"Cannot be read: run {problem.id}: {problem.error.message}", err=True)
    if as_json:
        dump([_summary(run) for run in runs])
        return
    if not runs:
        typer.echo("No runs yet. Start one: modelforge train -c examples/text-generation/sft.yaml")
        return
    staged = any(run.stage for run in runs)
    print_table(
        ("id", *(("stage",) if staged else ()), "status", "started", "step", "verdict"),
        [
            (
                run.id,
                *((_stage(run),) if staged else ()),
                run.status,
                f"{run.created_at:%Y-%m-%d %H:%M}",
                _step(run),
                (run.report or {}).get("verdict", ""),
            )
            for run in runs
        ],
    )


@app.command()
def show(run_id: RunId, as_json: Json = False) -> None:
    """Show a run: its state, its report, its error.

    Example: modelforge runs show support-chat-20261123-231100-9f2c
    """
    from rich.console import Console

    from modelforge.evaluation.report_text import renderable
    from modelforge.schemas.report import EvaluationReport

    place = Workplace.open()
    run = place.training.get(run_id)
    if as_json:
        dump(run.model_dump(mode="json"))
        return
    console = Console(highlight=False)
    console.print(f"{run.id}: {run.status} {_step(run)}")
    config = run.config
    console.print(f"{config.strategy.name} ({config.finetuning_type}) of {config.model} on {config.dataset}")
    if run.stage:
        console.print(_relation(run, run.stage), soft_wrap=True)
    if run.error:
        console.print(f"[red]{run.error.message}[/] {run.error.hint or ''}")
    if run.report:
        console.print(renderable(EvaluationReport.model_validate(run.report)))
    console.print(f"Folder: {place.files.run(run_id).root}", soft_wrap=True)
    if run.model_id:
        console.print(f"Model: {run.model_id}")


@app.command()
def logs(run_id: RunId, lines: Annotated[int, typer.Option("--lines", "-n", help="How many.", min=1)] = 40) -> None:
    """Print the end of the worker's log.

    Example: modelforge runs logs support-chat-20261123-231100-9f2c -n 100
    """
    from collections import deque

    path = Workplace.open().files.run(run_id).worker_log
    if not path.exists():
        typer.echo("The worker has not written anything yet.")
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        typer.echo("".join(deque(file, maxlen=lines)), nl=False)


@app.command()
def stop(run_id: RunId, as_json: Json = False) -> None:
    """Ask a run to save a checkpoint and stop; after 30 seconds it is ended.

    Example: modelforge runs stop support-chat-20261123-231100-9f2c
    """
    run = Workplace.open().training.stop(run_id)
    dump(_summary(run)) if as_json else typer.echo(f"{run.id}: {run.status}")


@app.command()
def resume(run_id: RunId, as_json: Json = False) -> None:
    """Go on with a stopped, failed or killed run from its newest valid checkpoint, then with the stages behind it.

    Example: modelforge runs resume support-chat-20261123-231100-9f2c
    """
    from modelforge.cli.carry_out import carry_out

    if not carry_out(Workplace.open(), run_id, as_json=as_json, resume=True):
        raise typer.Exit(1)


@app.command()
def compare(
    run_ids: Annotated[list[str], typer.Argument(help="Two or more ids.", show_default=False)], as_json: Json = False
) -> None:
    """Compare runs: the settings in which they differ, and what they measured.

    Example: modelforge runs compare RUN_A RUN_B
    """
    training = Workplace.open().training
    runs = [training.get(run_id) for run_id in run_ids]
    settings = _differing_settings(runs)
    metrics = _metrics(runs)
    if as_json:
        dump({"runs": run_ids, "settings": settings, "metrics": metrics})
        return
    header = ("", *run_ids)
    print_table(header, [(name, *map(str, values)) for name, values in settings.items()])
    print_table(header, [(name, *(_figure(value) for value in row)) for name, row in metrics.items()])


def _differing_settings(runs: list[RunView]) -> dict[str, list[Any]]:
    from modelforge.schemas.config.fields import config_fields, value_at

    found: dict[str, list[Any]] = {}
    for field in config_fields():
        if field.owners and any(run.config.strategy.name not in field.owners for run in runs):
            continue
        values = [value_at(run.config, field.path) for run in runs]
        if any(value != values[0] for value in values):
            found[field.dotted] = values
    return found


def _metrics(runs: list[RunView]) -> dict[str, list[float | None]]:
    reports = [(run.report or {}).get("metrics", {}) for run in runs]
    names = dict.fromkeys(name for report in reports for name in report)
    return {name: [report.get(name, {}).get("tuned") for report in reports] for name in names}


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _summary(run: RunView) -> dict[str, Any]:
    return run.model_dump(mode="json", exclude={"config"})


def _stage(run: RunView) -> str:
    """`2/2 dpo, waits for support-chat-sft-…`."""
    if run.stage is None:
        return ""
    place = f"{run.stage.number}/{len(run.stage.runs)} {run.stage.name}"
    waits = run.status == "queued" and run.reason == EARLIER_STAGE
    return f"{place}, waits for {', '.join(run.stage.needs)}" if waits else place


def _relation(run: RunView, stage: RunStage) -> str:
    parts = [stage.words.capitalize()]
    if stage.needs:
        waits = run.status == "queued" and run.reason == EARLIER_STAGE
        parts.append(f"{'waits for' if waits else 'goes on from'} {', '.join(stage.needs)}")
    if stage.next is not None:
        parts.append(f"followed by {stage.next}")
    return "; ".join(parts)


def _step(run: RunView) -> str:
    return f"{run.progress['step']}/{run.progress['total_steps']}" if run.progress else ""
