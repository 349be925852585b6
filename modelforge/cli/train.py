"""`modelforge train`: from a recipe to a model, with proof."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelforge.cli.options import Config, Json, Overrides
from modelforge.cli.recipe import load_recipe
from modelforge.cli.workplace import Workplace


def train(
    config: Config = None,
    overrides: Overrides = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show preflight and memory plan; start nothing.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Start although the memory plan says that it does not fit.")
    ] = False,
    reward_file: Annotated[
        Path | None,
        typer.Option("--reward-file", help="The Python file with the function of a reward of `kind: python`."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fine-tune a model and measure it before and after.

    Example: modelforge train -c examples/text-generation/sft.yaml optimization.learning_rate=1e-3
    """
    from modelforge.cli.run_display import JsonDisplay, RunDisplay
    from modelforge.evaluation.rewards.python_function import read_source
    from modelforge.services.training_service import check_reward_file, refuse_broken

    parsed = load_recipe(config, overrides or ())
    reward_source = None if reward_file is None else read_source(reward_file)
    check_reward_file(parsed.config, reward_source is not None)
    place = Workplace.open()
    if not dry_run:
        place.training.launcher.warm()
    display = JsonDisplay() if as_json else RunDisplay()
    display.begin(parsed)
    if dry_run:
        preparation = place.training.check(parsed.config)
        display.prepared(preparation.preflight, preparation.plan)
        refuse_broken(preparation, force=force)
        return
    with display.working("Reading and checking every row"):
        run = place.training.create(parsed.config, force=force, reward_source=reward_source)
    display.created(place.files.run(run.id))
    with display.following():
        result = place.training.carry_out(run.id, display.event)
    display.ended(result, place.files)
    if result["status"] != "success":
        raise typer.Exit(1)
