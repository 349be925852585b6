"""`modelforge init`: a recipe to begin with, every key explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelforge.exceptions import ConfigurationError


def init(
    path: Annotated[Path, typer.Argument(help="Where to write the recipe.")] = Path("recipe.yaml"),
    task: Annotated[str, typer.Option(help="What the model is to do.")] = "text-generation",
    strategy: Annotated[str, typer.Option(help="How it learns.")] = "sft",
    model: Annotated[
        str | None, typer.Option(help="The model to begin with.", show_default="the starter for the task")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="The data to learn from.", show_default="a sample for task and strategy")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Write every key, not the essential ones.")] = False,
) -> None:
    """Write a recipe for a task with its keys explained.

    Example: modelforge init my-recipe.yaml --task text-classification --dataset tickets.csv
    """
    from modelforge.schemas.config import parse_training_config
    from modelforge.schemas.config.recipe_text import recipe_text
    from modelforge.starter.beginnings import sample_for, starter_for

    begun = {"model": model or starter_for(task), "dataset": dataset or sample_for(task, strategy)}
    known = {key: value for key, value in begun.items() if value is not None}
    config = parse_training_config({"task": task, "strategy": strategy, **known}).config

    if path.exists():
        raise ConfigurationError(f"{path} exists already.", hint="Name another file; nothing was overwritten.")
    path.write_text(recipe_text(config, everything=everything), encoding="utf-8")
    typer.echo(f"Wrote {path}. Check it with: modelforge train -c {path} --dry-run")
