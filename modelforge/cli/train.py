"""`modelforge train`: from a recipe to a model, with proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modelforge.cli.options import Config, Json, Overrides
from modelforge.cli.recipe import load_any_recipe
from modelforge.cli.workplace import Workplace
from modelforge.schemas.run import RunStage

if TYPE_CHECKING:
    from modelforge.cli.run_display import JsonDisplay, RunDisplay
    from modelforge.schemas.config import ParsedConfig
    from modelforge.schemas.config.stages import ParsedStages


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
    """Fine-tune a model and measure it before and after; a recipe with stages does so stage by stage.

    Example: modelforge train -c examples/text-generation/sft.yaml optimization.learning_rate=1e-3
    """
    from modelforge.cli.carry_out import carry_out, display_for
    from modelforge.cli.quiet import quiet_libraries
    from modelforge.evaluation.rewards.python_function import read_source
    from modelforge.schemas.config.stages import ParsedStages
    from modelforge.services.run_making import check_reward_file

    parsed = load_any_recipe(config, overrides or ())
    reward_source = None if reward_file is None else read_source(reward_file)
    configs = [stage.config for stage in parsed.stages] if isinstance(parsed, ParsedStages) else [parsed.config]
    check_reward_file(configs, reward_source is not None)
    place = Workplace.open()
    if not dry_run:
        place.training.launcher.warm()
    display = display_for(as_json=as_json)
    display.begin(parsed)
    quiet_libraries()
    if dry_run:
        _show_checks(place, parsed, display, force=force)
        return
    with display.working("Reading and checking every row"):
        if isinstance(parsed, ParsedStages):
            run = place.training.create_stages(parsed, force=force, reward_source=reward_source)[0]
        else:
            run = place.training.create(parsed.config, force=force, reward_source=reward_source)
    if not carry_out(place, run.id, as_json=as_json):
        raise typer.Exit(1)


def _show_checks(
    place: Workplace, parsed: ParsedConfig | ParsedStages, display: JsonDisplay | RunDisplay, *, force: bool
) -> None:
    """Preflight and memory plan, of every stage where there are several."""
    from modelforge.schemas.config import ParsedConfig
    from modelforge.services.run_making import refuse_broken

    if isinstance(parsed, ParsedConfig):
        preparation = place.training.check(parsed.config)
        display.prepared(preparation.preflight, preparation.plan)
        refuse_broken(preparation, force=force)
        return
    names = tuple(stage.name for stage in parsed.stages)
    checked = place.training.check_stages(parsed)
    for number, (name, preparation) in enumerate(checked, 1):
        display.stage(RunStage(number=number, name=name, runs=names, names=names))
        display.prepared(preparation.preflight, preparation.plan)
    for _, preparation in checked:
        refuse_broken(preparation, force=force)
