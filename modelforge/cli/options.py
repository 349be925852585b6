"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="A recipe: a YAML or JSON file.", show_default=False)
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(help="Keys over the recipe: optimization.learning_rate=1e-4", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
RunId = Annotated[str, typer.Argument(help="The run's id, as `modelforge runs ls` shows it.")]
