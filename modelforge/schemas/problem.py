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


class ProblemDetails(BaseModel):
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
    code: ErrorCode | None = None
    """Which text `detail` and `hint` are, for other languages; none where they are kept in English alone."""
    params: Params = Field(default_factory=dict)
    """The values within them, by name."""


class ErrorWords(Schema):
    """An error as it is kept with what failed: what was found, and what to do."""

    message: str
    hint: str | None = None
    code: ErrorCode | None = None
    """Which text the two are, for other languages; none where they are kept in English alone."""
    params: Params = Field(default_factory=dict)
    """The values within them, by name."""

    @classmethod
    def of(cls, error: ModelForgeException) -> Self:
        """What `error` says."""
        return cls(message=error.message, hint=error.hint, code=error.code, params=error.params)
