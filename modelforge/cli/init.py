"""`modelforge init`: a recipe to begin with, every key explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelforge.exceptions import ConfigurationError


def init(
    path: Annotated[Path, typer.Argument(help="Where to write the recipe.")] = Path("recipe.yaml"),
    model: Annotated[str, typer.Option(help="The model to begin with.")] = "starter:chat",
    dataset: Annotated[str, typer.Option(help="The data to learn from.")] = "sample:support",
    everything: Annotated[bool, typer.Option("--all", help="Write every key, not the essential ones.")] = False,
) -> None:
    """Write a recipe with its keys explained.

    Example: modelforge init my-recipe.yaml --model Qwen/Qwen3-0.6B --dataset data.jsonl
    """
    from modelforge.schemas.config.recipe_text import recipe_text

    if path.exists():
        raise ConfigurationError(f"{path} exists already.", hint="Name another file; nothing was overwritten.")
    path.write_text(recipe_text(model, dataset, everything=everything), encoding="utf-8")
    typer.echo(f"Wrote {path}. Check it with: modelforge train -c {path} --dry-run")
