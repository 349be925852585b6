"""What every error of the API looks like (RFC 9457)."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from modelforge.exceptions import ErrorCode, ModelForgeException, Params
from modelforge.schemas.base import Schema


class FieldFault(Schema):
    """One field of a request that cannot be used."""

    key: str
    """Where it stands: `body.optimization.learning_rate`."""
    expected: str
    kind: str
    params: Params = Field(default_factory=dict)
    """What the field was compared with, by name: with its kind, other languages say it by this."""


def limits_of(fault: Any) -> Params:
    """What pydantic compared a value with, by name; what was written is not among it."""
    named = {name: value for name, value in fault.get("ctx", {}).items() if isinstance(value, str | int | float)}
    named.pop("tag", None)
    if fault["type"] in ("literal_error", "enum"):
        named["expected"] = str(named["expected"]).replace(" or ", ", ")  # a list that needs no word of a language
    return named


class Worded(BaseModel):
    """Which text an error's words are, for other languages."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    code: ErrorCode | None = None
    """The name of the text; none where it is kept in English alone."""
    params: Params = Field(default_factory=dict)
    """The values within it, by name."""


class ProblemDetails(Worded):
    """`application/problem+json`; `hint` says what to do. Further members belong to the kind of problem."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    type: str
    """The kind of problem, as a stable URN: `urn:modelforge:not-found`."""
    title: str
    """The kind of problem in words."""
    status: int
    detail: str
    """What was found."""
    hint: str | None = None
    """What to do next."""
    instance: str
    """The path that was asked for."""
    request_id: str
    """Stands in the server's log as well."""
    errors: list[Any] | None = None
    """The single faults, where there are several."""


class ErrorWords(Schema, Worded):
    """An error as it is kept with what failed: what was found, and what to do."""

    message: str
    hint: str | None = None

    @classmethod
    def of(cls, error: ModelForgeException) -> Self:
        """What `error` says."""
        return cls(message=error.message, hint=error.hint, code=error.code, params=error.params)


class Unreadable(Schema):
    """One thing that is left out of a list, since it cannot be read."""

    id: str
    error: ErrorWords
    """Why not."""

    @classmethod
    def of(cls, name: str, error: ModelForgeException) -> Self:
        """The thing of this id, of which reading raises `error`."""
        return cls(id=name, error=ErrorWords.of(error))
