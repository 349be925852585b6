"""`modelforge models`: list, show and delete the models of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelforge.cli.amounts import gib
from modelforge.cli.options import Json
from modelforge.cli.output import dump, print_table
from modelforge.cli.workplace import Workplace

if TYPE_CHECKING:
    from modelforge.schemas.model import ModelView

app = typer.Typer(help="List, show and delete the models of the library.", no_args_is_help=True)

ModelId = Annotated[str, typer.Argument(help="The model's id, as `modelforge models ls` shows it.")]


@app.command("ls")
def list_models(as_json: Json = False) -> None:
    """List all models, the newest first.

    Example: modelforge models ls
    """
    from modelforge.services.model_service import ModelLibrary

    listing = ModelLibrary(Workplace.open().files).list_models()
    for problem in listing.unreadable:
        typer.echo(f"Left out, since its manifest cannot be read: {problem.id}: {problem.error.message}", err=True)
    if as_json:
        dump([model.model_dump(mode="json") for model in listing.models])
    elif not listing.models:
        typer.echo("No models yet. Train one: modelforge train -c examples/text-generation/sft.yaml")
    else:
        print_table(("id", "kind", "base", "made", "size", "verdict"), map(_row, listing.models))


@app.command()
def show(model_id: ModelId, as_json: Json = False) -> None:
    """Show a model: what it is, what it was made from, how it measured, where it lies.

    Example: modelforge models show support-chat-20261123-231100-9f2c
    """
    from rich.console import Console

    from modelforge.evaluation.report_text import renderable
    from modelforge.schemas.report import EvaluationReport
    from modelforge.services.model_service import ModelLibrary

    model = ModelLibrary(Workplace.open().files).get(model_id)
    if as_json:
        dump(model.model_dump(mode="json"))
        return
    console = Console(highlight=False, soft_wrap=True)
    revision = f" at {model.base_revision}" if model.base_revision else ""
    console.print(f"{model.id}: {_kind(model)} of {model.base_model}{revision}, {gib(model.bytes)}", markup=False)
    console.print(f"Task: {model.task}. Made {model.created_at:%Y-%m-%d %H:%M} by run {model.run_id}.", markup=False)
    if model.merge_check:
        console.print(_merge_sentence(model.merge_check))
    if model.metrics:
        console.print(renderable(EvaluationReport.model_validate(model.metrics)))
    console.print(f"Folder: {model.path}", markup=False)


@app.command()
def rm(
    model_id: ModelId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete a model that nothing is built on.

    Example: modelforge models rm support-chat-20261123-231100-9f2c --yes
    """
    from modelforge.services.model_service import ModelService

    place = Workplace.open()
    service = ModelService(place.database, place.files)
    service.get(model_id)
    if not yes and not as_json:
        typer.confirm(f"Delete {model_id} for good?", abort=True)
    service.delete(model_id)
    dump({"deleted": model_id}) if as_json else typer.echo(f"Deleted {model_id}.")


def _row(model: ModelView) -> tuple[str, ...]:
    made, verdict = f"{model.created_at:%Y-%m-%d %H:%M}", str(model.metrics.get("verdict", ""))
    return model.id, model.kind, model.base_model, made, gib(model.bytes), verdict


def _kind(model: ModelView) -> str:
    return {"adapter": "an adapter", "full": "a full fine-tune", "merged": "a merged fine-tune"}[model.kind]


def _merge_sentence(check: dict[str, Any]) -> str:
    from modelforge.schemas.model import MergeCheck

    return MergeCheck.model_validate(check).sentence
