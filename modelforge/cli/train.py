"""`modelforge train`: from a recipe to a model, with proof."""

from __future__ import annotations

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
    as_json: Json = False,
) -> None:
    """Fine-tune a model and measure it before and after.

    Example: modelforge train -c examples/text-generation/sft.yaml optimization.learning_rate=1e-3
    """
    from modelforge.cli.run_display import JsonDisplay, RunDisplay
    from modelforge.services.training_service import refuse_broken

    parsed = load_recipe(config, overrides or ())
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
        run = place.training.create(parsed.config, force=force)
    display.created(place.files.run(run.id))
    with display.following():
        result = place.training.carry_out(run.id, display.event)
    display.ended(result, place.files)
    if result["status"] != "success":
        raise typer.Exit(1)
