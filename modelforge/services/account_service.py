"""Accounts, for a server that several people share. None are needed: without them the token of the home opens all."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from modelforge.exceptions import AuthenticationError, ConfigurationError, ConflictError, NotFoundError
from modelforge.schemas.account import Account, AccountBook, ApiKey, Scope
from modelforge.security.caller import MEMBER_SCOPES, Caller
from modelforge.storage.file_lock import FileLock
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import read_schema
from modelforge.storage.secret_file import write_secret

if TYPE_CHECKING:
    from argon2 import PasswordHasher

NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
SHORTEST_PASSWORD = 10
KEY_PREFIX = "mfk"
WRONG = "The name or the password is wrong."


class AccountService:
    """The accounts of one home. A command may change them while the server runs; it notices."""

    def __init__(self, files: FileManager) -> None:
        self._path = files.accounts
        self._seen: tuple[int, int] | None = None
        self._book = AccountBook()
        self._lock = threading.Lock()

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher()  # argon2id with the parameters of RFC 9106 for ordinary memory

    # Who is it

    def is_empty(self) -> bool:
        """Whether there are no accounts."""
        return not self._read().accounts

    def list_accounts(self) -> tuple[Account, ...]:
        """All accounts, by name."""
        return self._read().accounts

    def sign_in(self, name: str, password: str) -> Account:
        """The account of this name, if the password is its own. Takes as long for a name that does not exist.

        Raises:
            AuthenticationError: one of the two is wrong; which one is not said.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        account = self._by_name(name)
        stored = account.password if account else self._nobodys_password
        try:
            self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError) as error:
            raise AuthenticationError(
                WRONG, hint="Check both; the owner of the home can set a new one.", code="sign-in-wrong"
            ) from error
        if account is None:
            raise AuthenticationError(
                WRONG, hint="Check both; `modelforge user ls` lists the names.", code="sign-in-wrong"
            )
        return account

    @cached_property
    def _nobodys_password(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))

    def by_session(self, name: str, stamp: str) -> Caller | None:
        """The caller of a session, as long as the account has the password that it was begun with."""
        account = self._by_name(name)
        if account is None or not hmac.compare_digest(stamp_of(account), stamp):
            return None
        return _caller(account, account_scopes(account))

    def by_key(self, key: str) -> Caller | None:
        """The caller to whom an API key belongs."""
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != KEY_PREFIX or not secret:
            return None
        for account in self._read().accounts:
            for known in account.keys:
                if known.id == key_id and hmac.compare_digest(known.sha256, _digest(secret)):
                    return _caller(account, tuple(s for s in known.scopes if s in account_scopes(account)))
        return None

    # Changes

    def add(self, name: str, password: str, *, admin: bool = False) -> Account:
        """Add an account. Raises ConfigurationError, ConflictError."""
        if not NAME.fullmatch(name):
            raise ConfigurationError(
                f"{name[:40]!r} cannot be a name.", hint="Use 2 to 32 lower-case letters, digits and hyphens."
            )
        account = Account(
            name=name, password=self._hashed(password), admin=admin, created_at=datetime.now(UTC).replace(microsecond=0)
        )

        def change(book: AccountBook) -> AccountBook:
            if any(one.name == name for one in book.accounts):
                raise ConflictError(f"There is an account {name} already.", hint="Choose another name.")
            return AccountBook(accounts=tuple(sorted((*book.accounts, account), key=lambda one: one.name)))

        self._change(change)
        return account

    def set_password(self, name: str, password: str) -> None:
        """Give an account a new password, which ends its sessions. Raises NotFoundError, ConfigurationError."""
        hashed = self._hashed(password)
        self._change_account(name, lambda account: account.model_copy(update={"password": hashed}))

    def remove(self, name: str) -> None:
        """Remove an account and its keys; what it owns stays, visible to administrators. Raises NotFoundError."""
        self._known(name)
        self._change(lambda book: AccountBook(accounts=tuple(one for one in book.accounts if one.name != name)))

    def add_key(self, name: str, key_name: str, scopes: tuple[Scope, ...] = MEMBER_SCOPES) -> str:
        """A new API key of an account; it is shown this once. Raises NotFoundError."""
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        made = ApiKey(id=key_id, name=key_name, scopes=scopes, sha256=_digest(secret), created_at=datetime.now(UTC))
        self._change_account(name, lambda account: account.model_copy(update={"keys": (*account.keys, made)}))
        return f"{KEY_PREFIX}_{key_id}_{secret}"

    def remove_key(self, name: str, key_id: str) -> None:
        """Make a key worthless. Raises NotFoundError."""
        if all(key.id != key_id for key in self._known(name).keys):
            raise NotFoundError(f"{name} has no key {key_id!r}.", hint="`modelforge user ls` lists them.")
        self._change_account(
            name, lambda account: account.model_copy(update={"keys": tuple(k for k in account.keys if k.id != key_id)})
        )

    # Inside

    def _hashed(self, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD:
            raise ConfigurationError(
                f"The password is shorter than {SHORTEST_PASSWORD} characters.", hint="A few words make a good one."
            )
        return self._hasher.hash(password)

    def _by_name(self, name: str) -> Account | None:
        return next((account for account in self._read().accounts if account.name == name), None)

    def _known(self, name: str) -> Account:
        account = self._by_name(name)
        if account is None:
            raise NotFoundError(f"There is no account {name[:40]!r}.", hint="`modelforge user ls` lists them.")
        return account

    def _read(self) -> AccountBook:
        with self._lock:
            if not self._path.exists():
                self._seen, self._book = None, AccountBook()
                return self._book
            status = self._path.stat()
            now = (status.st_mtime_ns, status.st_ino)
            if now != self._seen:
                self._book = read_schema(self._path, AccountBook)
                self._seen = now
            return self._book

    def _change_account(self, name: str, change: Callable[[Account], Account]) -> None:
        self._known(name)
        self._change(
            lambda book: AccountBook(accounts=tuple(change(one) if one.name == name else one for one in book.accounts))
        )

    def _change(self, change: Callable[[AccountBook], AccountBook]) -> None:
        lock = FileLock.try_take(self._path.with_suffix(".lock"))
        if lock is None:
            raise ConflictError("Another process changes the accounts right now.", hint="Try again in a moment.")
        with lock:
            write_secret(self._path, change(self._read()).model_dump_json(indent=2).encode())


def account_scopes(account: Account) -> tuple[Scope, ...]:
    """What an account may do."""
    return (*MEMBER_SCOPES, "admin") if account.admin else MEMBER_SCOPES


def stamp_of(account: Account) -> str:
    """Changes with the password, so that a new one ends the sessions of the old."""
    return _digest(account.password)[:16]


def _caller(account: Account, scopes: tuple[Scope, ...]) -> Caller:
    return Caller(account.name, frozenset(scopes), owner=account.name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
