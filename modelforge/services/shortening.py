"""Rows as people are shown them: long values are cut, so that a row of ten megabytes is a page like any other."""

from __future__ import annotations

from typing import Any


def shortened(value: Any, characters: int) -> Any:
    """A JSON value whose texts have at most `characters` characters, and whose lists as many entries."""
    if isinstance(value, str):
        return value if len(value) <= characters else f"{value[: characters - 1]}…"
    if isinstance(value, dict):
        return {shortened(str(key), characters): shortened(inner, characters) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shortened(inner, characters) for inner in value[:characters]]
    return value if value is None or isinstance(value, bool | int | float) else shortened(str(value), characters)
