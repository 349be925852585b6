"""`modelforge plan`: how much memory a run takes, and what fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelforge.cli.options import Config, Json, Overrides
from modelforge.cli.recipe import load_recipe
from modelforge.cli.workplace import Workplace

if TYPE_CHECKING:
    from rich.table import Table

    from modelforge.schemas.plan import MemoryPlan

BAR = 20
"""Characters of the longest bar."""
PURPOSES = {
    "weights": "the model as loaded",
    "adapters": "trained beside the model",
    "gradients": "one for each trained number",
    "optimizer": "its memory of earlier steps",
    "activations": "kept for the backward pass",
    "logits": "word scores, for the loss",
    "runtime": "libraries and driver",
}
"""Part of the plan → what it is, in words."""

UNKNOWN_LAYOUT = "Models of this type are not known here: it was planned for as a Llama, which its config resembles."


def plan(
    config: Config = None,
    overrides: Overrides = None,
    sequence_length: Annotated[
        int | None,
        typer.Option("--sequence-length", min=1, help="Tokens of the longest row. Default: data.max_length."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show how many bytes a run takes, part by part, and the largest micro-batch that fits. Starts nothing.

    Example: modelforge plan -c examples/text-generation/sft.yaml optimization.per_device_train_batch_size=8
    """
    from modelforge.hardware.fitness import trainable_shape
    from modelforge.hardware.memory import plan_memory
    from modelforge.providers.model_source import resolve_model
    from modelforge.providers.provider_factory import ProviderFactory
    from modelforge.schemas.config.unheeded import Known, unheeded

    parsed = load_recipe(config, overrides or ())
    provider = ProviderFactory.create_provider(parsed.config.provider)
    source = resolve_model(parsed.config.model, provider, Workplace.open().files, parsed.config.model_revision)
    shape = trainable_shape(parsed.config, source.location, source.revision)
    planned = plan_memory(parsed.config, shape, sequence_length or parsed.config.data.max_length)
    if as_json:
        typer.echo(planned.model_dump_json(indent=2))
    else:
        idle = unheeded(parsed.config, Known(shape.layout, model_has_revisions=source.revision is not None))
        told = (f"No effect in this run: {one.message}" for one in idle)
        _show(planned, parsed.config.model, (*parsed.notices, *told))


def _show(planned: MemoryPlan, model: str, notices: tuple[str, ...]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for notice in notices:
        console.print(Text(f"Note: {notice}", style="yellow"))
    share = planned.trainable_parameters / planned.parameters
    about = "" if planned.is_exact else "about "
    console.print(
        f"{model}: {about}{planned.parameters:,} parameters, {planned.trainable_parameters:,} trained ({share:.1%})"
    )
    if not planned.is_exact:
        console.print(Text(UNKNOWN_LAYOUT, style="yellow"))
    console.print(
        f"On {planned.device}, micro-batch {planned.micro_batch}, rows of up to {planned.sequence_length:,} tokens, "
        f"at the fullest moment ({planned.moment}):\n"
    )
    console.print(_table(planned))
    verdict = Text("fits", style="bold green") if planned.fits else Text("does not fit", style="bold red")
    console.print(
        Text.assemble(
            f"\n{size(planned.total_bytes)} of {size(planned.available_bytes)} free: ", verdict, ". ", _largest(planned)
        )
    )
    for line in planned.advice:
        console.print(f"→ {line.message}", soft_wrap=True)


def _table(planned: MemoryPlan) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Part", no_wrap=True)
    table.add_column("Memory", justify="right", no_wrap=True)
    table.add_column("", style="cyan", no_wrap=True)
    table.add_column("What it is", style="dim")
    parts = {name: int(getattr(planned.parts, name)) for name in PURPOSES}
    largest = max(parts.values())
    for name, count in parts.items():
        table.add_row(name, size(count), "█" * round(BAR * count / largest), PURPOSES[name])
    table.add_section()
    table.add_row("total", size(planned.total_bytes))
    return table


def _largest(planned: MemoryPlan) -> str:
    if planned.largest_micro_batch == 0:
        return "Not even a micro-batch of 1 fits."
    return f"The largest micro-batch that fits is {planned.largest_micro_batch:,}."


def size(count: int) -> str:
    """Bytes in the unit that suits them: `15.0 MiB`, `2.31 GiB`."""
    return f"{count / 2**30:.2f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"
