"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from modelforge.exceptions import NotFoundError, PermissionDeniedError
from modelforge.schemas.account import Scope

ALL_SCOPES: tuple[Scope, ...] = get_args(Scope)
MEMBER_SCOPES: tuple[Scope, ...] = ("read", "write", "infer")
SCOPE_MEANING: dict[Scope, str] = {
    "read": "look at runs, models and datasets",
    "write": "start and stop runs, upload, change and delete",
    "infer": "ask models, in the playground and at /v1",
    "admin": "see what everyone owns, and change the server's settings",
}


@dataclass(frozen=True)
class Caller:
    """Who sent a request."""

    name: str
    scopes: frozenset[Scope]
    owner: str | None = None
    """The account that owns what this caller makes; none for the owner of the home."""

    @property
    def is_admin(self) -> bool:
        """Whether the caller sees what everyone owns."""
        return "admin" in self.scopes

    def sees(self, owner: str | None) -> bool:
        """Whether an object of `owner` is visible to this caller."""
        return self.is_admin or (owner is not None and owner == self.owner)

    def require(self, scope: Scope) -> None:
        """Raises PermissionDeniedError when the caller's token does not carry `scope`."""
        if scope not in self.scopes:
            raise PermissionDeniedError(
                f"This token may not {SCOPE_MEANING[scope]}.",
                hint=f"Use a token with the scope `{scope}`.",
                code="scope-missing",
                params={"scope": scope},
            )

    def require_sight(self, owner: str | None, noun: str, name: str) -> None:
        """Raises NotFoundError for an object of someone else, as if it did not exist."""
        if not self.sees(owner):
            raise NotFoundError.named(noun, name, hint=f"List what is there: GET /api/v1/{noun}s.")


HOME_OWNER = Caller("home", frozenset(ALL_SCOPES))
"""Whoever holds the token of the home: everything is open to them."""


def needed_scope(method: str, path: str) -> Scope:
    """The scope that a request needs by its method and path."""
    if path.startswith(("/v1/", "/api/v1/playground")):
        return "infer"
    return "read" if method in ("GET", "HEAD") else "write"
