"""`modelforge export`: a model as files for other programs, checked to answer alike."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from modelforge.cli.amounts import gib
from modelforge.cli.merge import NumberType
from modelforge.cli.options import Json
from modelforge.cli.output import dump
from modelforge.cli.quiet import quiet_libraries
from modelforge.cli.workplace import Workplace


class FileFormat(StrEnum):
    """The kinds of files."""

    GGUF = "gguf"
    SAFETENSORS = "safetensors"


class Weights(StrEnum):
    """What the weights of a GGUF file are held in."""

    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"


def export(
    model_id: Annotated[str, typer.Argument(help="The model's id, as `modelforge models ls` shows it.")],
    file_format: Annotated[
        FileFormat, typer.Option("--format", help="gguf for llama.cpp and Ollama; safetensors for everything else.")
    ] = FileFormat.GGUF,
    quantization: Annotated[
        Weights | None, typer.Option(help="Of GGUF: 16, about 8.5 or about 4.5 bits a weight.", show_default="q8_0")
    ] = None,
    dtype: Annotated[
        NumberType | None, typer.Option(help="Of safetensors: auto keeps the base's.", show_default="auto")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Copy the files into this new folder, too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Export a model, read the files back, and keep them only if they answer as the model does.

    Example: modelforge export support-chat-20261123-231100-9f2c --format gguf --quantization q4_0
    """
    from pydantic import ValidationError
    from rich.console import Console

    from modelforge.exporting.export import export as make
    from modelforge.schemas.export import ExportKind

    try:
        kind = ExportKind(
            format=file_format.value,
            quantization=quantization.value if quantization else None,
            dtype=dtype.value if dtype else None,
        )
    except ValidationError as error:
        raise typer.BadParameter(str(error.errors()[0]["ctx"]["error"])) from error
    quiet_libraries()
    files = Workplace.open().files
    with Console(stderr=True).status(f"Exporting {model_id}") as status:
        made = make(model_id, kind, files=files, on_stage=status.update)
    folder = files.export(made.id)
    if output is not None:
        folder.copy_to(output)
    place = output or folder.root
    if as_json:
        dump({**made.model_dump(mode="json"), "path": str(place)})
        return
    typer.echo(f"Exported: {made.id}, {gib(made.bytes)}")
    for line in (made.check.sentence, *made.notes):
        typer.echo(line)
    typer.echo(f"Folder: {place}")
    if any(one.name == "Modelfile" for one in made.files):
        typer.echo(f"With Ollama: cd {quote(str(place))} && ollama create {made.model_id} -f Modelfile")
