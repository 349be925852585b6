"""`modelforge data preview`: rows as the trainer would be fed them, token by token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelforge.cli.options import Config, Json, Overrides
from modelforge.cli.recipe import load_recipe
from modelforge.cli.workplace import Workplace

if TYPE_CHECKING:
    from rich.text import Text

    from modelforge.schemas.preflight import RowPreview

STYLES = {"trained": "black on green", "ignored": "dim", "cut": "strike red"}
BRACKETS = {"trained": ("⟦", "⟧"), "ignored": ("", ""), "cut": ("✂", "✂")}
"""What stands around a part where there are no colours."""


def preview(
    config: Config = None,
    overrides: Overrides = None,
    rows: Annotated[int, typer.Option("--rows", "-n", min=1, max=1000, help="How many rows.")] = 3,
    as_json: Json = False,
) -> None:
    """Show rows with each token marked: trained, ignored or cut.

    Example: modelforge data preview -c examples/text-generation/sft.yaml data.max_length=64
    """
    from modelforge.cli.output import dump
    from modelforge.training.preparation import preview as preview_rows

    parsed = load_recipe(config, overrides or ())
    previews = preview_rows(parsed.config, Workplace.open().files, rows)
    if as_json:
        dump([row.model_dump(mode="json") for row in previews])
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    plain = console.color_system is None
    legend = Text("Tokens: ")
    for role in STYLES:
        legend.append_text(_part(f" {role} ", role, plain)).append(" ")
    console.print(legend)
    for row in previews:
        trained = sum(token.role == "trained" for token in row.tokens)
        console.print(f"\n[bold]Row {row.row}[/]: {len(row.tokens)} tokens, {trained} trained")
        console.print(_marked(row, plain))


def _marked(row: RowPreview, plain: bool) -> Text:
    """The row's text, coloured or bracketed by what becomes of its tokens."""
    from itertools import groupby

    from rich.text import Text

    text = Text()
    for role, tokens in groupby(row.tokens, key=lambda token: token.role):
        text.append_text(_part("".join(token.text for token in tokens), role, plain))
    return text


def _part(words: str, role: str, plain: bool) -> Text:
    from rich.text import Text

    left, right = BRACKETS[role] if plain else ("", "")
    return Text(f"{left}{words}{right}", STYLES[role])
