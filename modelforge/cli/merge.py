"""`modelforge merge`: an adapter into full weights that answer alike."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from modelforge.cli.options import Json
from modelforge.cli.output import dump
from modelforge.cli.quiet import quiet_libraries
from modelforge.cli.workplace import Workplace


class NumberType(StrEnum):
    """The number types that weights are written in."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


def merge(
    model_id: Annotated[str, typer.Argument(help="The adapter's id, as `modelforge models ls` shows it.")],
    dtype: Annotated[
        NumberType, typer.Option("--dtype", help="The number type of the merged weights; auto keeps the base's.")
    ] = NumberType.AUTO,
    new_id: Annotated[
        str | None, typer.Option("--id", help="The id of the merged model.", show_default="the id with -merged")
    ] = None,
    as_json: Json = False,
) -> None:
    """Merge an adapter into its base, check that both answer alike, and keep the result as a model of its own.

    Example: modelforge merge support-chat-20261123-231100-9f2c
    """
    from rich.console import Console

    from modelforge.schemas.model import MergeCheck
    from modelforge.services.model_service import ModelService

    quiet_libraries()
    place = Workplace.open()
    service = ModelService(place.database, place.files)
    with Console(stderr=True).status(f"Merging {model_id}"):
        merged = service.merge(model_id, dtype=dtype.value, new_id=new_id)
    if as_json:
        dump(merged.model_dump(mode="json"))
        return
    typer.echo(f"Merged: {merged.id}")
    typer.echo(MergeCheck.model_validate(merged.merge_check).sentence)
    typer.echo(f"Folder: {merged.path}\nTalk to it: modelforge chat {merged.id}")
