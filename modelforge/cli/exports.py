"""`modelforge exports`: list, show and delete what was exported."""

from __future__ import annotations

from typing import Annotated

import typer

from modelforge.cli.amounts import gib
from modelforge.cli.options import Json
from modelforge.cli.output import dump, print_table
from modelforge.cli.workplace import Workplace

app = typer.Typer(help="List, show and delete exports.", no_args_is_help=True)

ExportId = Annotated[str, typer.Argument(help="The export's id, as `modelforge exports ls` shows it.")]


@app.command("ls")
def list_exports(as_json: Json = False) -> None:
    """List all exports, the newest first.

    Example: modelforge exports ls
    """
    from modelforge.services.export_service import ExportLibrary

    found = [one.result for one in ExportLibrary(Workplace.open().files).list_exports() if one.result]
    if as_json:
        dump([one.model_dump(mode="json") for one in found])
    elif not found:
        typer.echo("No exports yet. Make one: modelforge export MODEL --format gguf")
    else:
        rows = [
            (one.id, one.numbers, f"{one.created_at:%Y-%m-%d %H:%M}", gib(one.bytes), one.check.verdict)
            for one in found
        ]
        print_table(("id", "numbers", "made", "size", "check"), rows)


@app.command()
def show(export_id: ExportId, as_json: Json = False) -> None:
    """Show an export: its files, and how it was compared with the model.

    Example: modelforge exports show support-chat-20261123-231100-9f2c-gguf-q4-0
    """
    from modelforge.services.export_service import ExportLibrary

    view = ExportLibrary(Workplace.open().files).get(export_id)
    if as_json:
        dump(view.model_dump(mode="json"))
        return
    made = view.result
    assert made is not None  # it is there
    typer.echo(f"{made.id}: {made.format} {made.numbers} of {made.model_id}, {gib(made.bytes)}")
    for line in (made.check.sentence, *made.notes):
        typer.echo(line)
    for one in made.files:
        typer.echo(f"{one.sha256}  {one.name}")
    typer.echo(f"Folder: {view.path}")


@app.command()
def rm(
    export_id: ExportId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete an export; the model stays.

    Example: modelforge exports rm support-chat-20261123-231100-9f2c-gguf-q4-0 --yes
    """
    from modelforge.services.export_service import ExportLibrary

    library = ExportLibrary(Workplace.open().files)
    library.files.export(export_id)
    if not yes and not as_json:
        typer.confirm(f"Delete {export_id} for good?", abort=True)
    library.delete(export_id)
    dump({"deleted": export_id}) if as_json else typer.echo(f"Deleted {export_id}.")
