"""`modelforge eval`: a model measured on data, alone or beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelforge.cli.options import Json, Overrides
from modelforge.cli.output import dump, print_table
from modelforge.cli.quiet import quiet_libraries
from modelforge.cli.workplace import Workplace

if TYPE_CHECKING:
    from modelforge.schemas.evaluation import Evaluation


def evaluate(
    model: Annotated[str, typer.Argument(help="A model of the library, starter:NAME, a folder or a hub id.")],
    overrides: Overrides = None,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", help="The rows. Default: those held out of the run that made the model."),
    ] = None,
    task: Annotated[str | None, typer.Option("--task", help="Default: what the model was trained for.")] = None,
    against: Annotated[str | None, typer.Option("--against", help="Another model, on the same rows.")] = None,
    base: Annotated[bool, typer.Option("--base", help="Compare with the model that it was trained from.")] = False,
    as_json: Json = False,
) -> None:
    """Measure a model on data, alone or beside another one, and keep the result under `evaluations/`.

    Example: modelforge eval support-chat-20261123-231100-9f2c --against starter:chat
    """
    from rich.console import Console

    from modelforge.cli.recipe import overrides_of
    from modelforge.exceptions import ConfigurationError
    from modelforge.schemas.evaluation import EvaluationRequest
    from modelforge.services.evaluation_service import base_of, new_evaluation_id
    from modelforge.training.measuring import evaluate as measure

    if base and against:
        raise ConfigurationError("--base and --against name two models to compare with.", hint="Give one of them.")
    quiet_libraries()
    files = Workplace.open().files
    request = EvaluationRequest(
        model=model,
        against=base_of(model, files) if base else against,
        dataset=dataset,
        task=task,
        config=overrides_of(overrides or ()),
    )
    with Console(stderr=True).status("Measuring") as status:
        found = measure(
            request,
            files,
            evaluation_id=new_evaluation_id(),
            on_progress=lambda name, done, total: status.update(f"Measuring {name}: {done} of {total} rows"),
        )
    if as_json:
        dump(found.model_dump(mode="json"))
    else:
        _show(found, str(files.evaluation(found.id)))


def _show(found: Evaluation, folder: str) -> None:
    from rich.console import Console
    from rich.text import Text

    from modelforge.evaluation.metrics import LABELS
    from modelforge.evaluation.report import figure
    from modelforge.evaluation.report_text import renderable

    console = Console(highlight=False)
    held_out = f", held out of run {found.run_id}" if found.run_id else ""
    console.print(f"{found.model} on {found.rows:,} rows of {found.dataset}{held_out}", soft_wrap=True)
    for notice in found.notices:
        console.print(Text(f"Note: {notice}", style="yellow"))
    if found.report is not None:
        console.print(f"Base: {found.against}; tuned: {found.model}\n", soft_wrap=True)
        console.print(renderable(found.report))
    else:
        print_table(
            ("metric", "value", "interval", "rows"),
            [
                (
                    LABELS.get(name, name),
                    figure(score.value),
                    f"{figure(score.ci95[0])} to {figure(score.ci95[1])}" if score.ci95 else "",
                    score.n,
                )
                for name, score in found.scores.items()
            ],
        )
    console.print(f"Folder: {folder}", soft_wrap=True)
