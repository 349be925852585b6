"""Accounts: who may sign in to a shared server, and with which keys."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from modelforge.schemas.base import Schema

Scope = Literal["read", "write", "infer", "admin"]
"""What a token may do: look, change, ask models, and everything including what others own."""


class ApiKey(Schema):
    """A key for programs. Its secret is known to its holder alone."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    """Of the secret, which is random and long: nothing to guess, so nothing to slow down."""
    created_at: datetime


class Account(Schema):
    """One person."""

    name: str
    password: str
    """Argon2id, with its parameters and salt."""
    admin: bool = False
    created_at: datetime
    keys: tuple[ApiKey, ...] = ()


class AccountBook(Schema):
    """`accounts.json`. It lies beside the database, which may be rebuilt or lost; accounts may not."""

    accounts: tuple[Account, ...] = ()


class SignIn(Schema):
    """One of: the ticket of a launch link, or an account's name and password."""

    ticket: str | None = Field(default=None, max_length=1000)
    """What follows `#launch=` in the link that `modelforge serve` or `modelforge open` prints."""
    name: str | None = Field(default=None, max_length=64)
    password: SecretStr | None = Field(default=None, max_length=1000)


class Session(Schema):
    """What a page needs to go on."""

    token: str
    """For the header `Authorization: Bearer …`; the page keeps it in `sessionStorage`."""
    expires_in: int
    """Seconds after the last use; after a week it ends in any case."""


class DownloadLink(Schema):
    """Where a browser fetches a file by itself, straight to the disk."""

    address: str
    """Path and ticket, on this server. It needs no `Authorization` header, and opens this one file alone."""
    expires_in: int
    """Seconds within which the download must begin."""


class CallerView(Schema):
    """Who is signed in."""

    name: str
    scopes: tuple[Scope, ...]
    owner: str | None = None
