"""What several commands print alike."""

from __future__ import annotations

import json
from collections.abc import Iterable

import typer


def dump(document: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, default=str, indent=2))


def print_table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Rows under a header; cells are text, never markup, and long ids are folded rather than cut."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header, box=None, pad_edge=False)
    table.columns[0].overflow = "fold"
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console(highlight=False).print(table)
