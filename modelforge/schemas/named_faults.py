"""Why a value cannot be what it is: validators' refusals with a name, by which other languages say them."""

from __future__ import annotations

from typing import get_args

from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ErrorType

OF_PYDANTIC = frozenset(get_args(ErrorType)) - {"value_error"}
"""The names of pydantic's own refusals. `value_error` is that of a validator which gives none, as one of a plug-in."""


def unfit(code: str, expected: str, **values: str | int) -> PydanticCustomError:
    """A value that cannot be: `expected` says what could, with `{name}` where `values` stand."""
    return PydanticCustomError(code, expected, dict(values))


def at_odds(code: str, reason: str, **values: str | int) -> PydanticCustomError:
    """Values that cannot be together: `reason` says why, and what to set, with `{name}` where `values` stand."""
    return PydanticCustomError(code, reason, dict(values))
