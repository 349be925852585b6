"""When something is done along a run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator


def _unquoted_no(value: Any) -> Any:
    """YAML reads a bare `no` as false."""
    return "no" if value is False else value


Moment = Annotated[Literal["steps", "epoch", "no"], BeforeValidator(_unquoted_no)]
"""Every so many steps, at the end of every epoch, or never."""
