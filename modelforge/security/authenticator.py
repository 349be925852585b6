"""From `Authorization: Bearer …` to a caller, and from a sign-in to a bearer token for the page."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from typing import Protocol

from modelforge.exceptions import AuthenticationError
from modelforge.schemas.account import Scope
from modelforge.security.caller import HOME_OWNER, Caller
from modelforge.security.last_uses import LastUses
from modelforge.security.signing import Signer

SESSION_SECONDS = 12 * 3600
"""A session ends so long after it was last used."""
LONGEST_SESSION_SECONDS = 7 * 24 * 3600
"""However much it is used."""
LAUNCH_SECONDS = 15 * 60
LINK_SECONDS = 60
"""Within these a download must begin; one that has begun goes on."""
LINK_SCOPES: frozenset[Scope] = frozenset({"read", "admin"})
"""`admin` decides whose things are seen; what may be done is bounded by the link's one path, and to reading."""
LINK_HINT = "Start the download again from the page; a link is good for a minute."
SIGN_IN_HINT = "Send `Authorization: Bearer TOKEN`; `modelforge open` prints a link that signs the browser in."


class Directory(Protocol):
    """What the authenticator asks of the accounts."""

    def by_key(self, key: str) -> Caller | None:
        """The caller to whom an API key belongs."""
        ...

    def by_session(self, name: str, stamp: str) -> Caller | None:
        """The caller of a session, as long as the account is there and its password is the same."""
        ...


class Authenticator:
    """Knows the token of the home, the sessions it has signed, and the keys of accounts."""

    def __init__(self, token: str, directory: Directory) -> None:
        self._token = _digest(token)
        self._signer = Signer(token)
        self.launch_secret = secrets.token_urlsafe(32)
        """Signs launch tickets, at this server alone: it ends with this process."""
        self._sessions = LastUses(SESSION_SECONDS)
        self._directory = directory
        self._instance = secrets.token_hex(8)
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()

    def caller(self, header: str | None) -> Caller:
        """Who sends this `Authorization` header. Raises AuthenticationError."""
        kind, _, token = (header or "").partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            raise AuthenticationError("This route needs a token.", hint=SIGN_IN_HINT, code="no-token")
        found = self._known(token)
        if found is None:
            raise AuthenticationError(
                "The token is not valid, or no longer.", hint=SIGN_IN_HINT, code="token-not-valid"
            )
        return found

    def redeem(self, ticket: str) -> str:
        """A session token for a launch ticket. Raises AuthenticationError when it is used, old or not ours."""
        claims = Signer(self.launch_secret).read("launch", ticket)
        if claims is None or not self._is_first_use(claims["nonce"]):
            raise AuthenticationError(
                "This sign-in link has been used or has expired.",
                hint="`modelforge open`, on the machine of the server, makes a new one; or sign in with the API token.",
                code="sign-in-link-used",
            )
        return self.session_for(None, "")

    def session_for(self, name: str | None, stamp: str) -> str:
        """A token for a page: of an account, or of the owner of the home."""
        claims = {"name": name, "stamp": stamp, "id": secrets.token_hex(8), "begun": time.time()}
        return self._signer.sign("session", claims, LONGEST_SESSION_SECONDS)

    def link_ticket(self, path: str, caller: Caller) -> str:
        """A ticket to read `path` as `caller`, in the address itself: a browser's own download sends no header."""
        scopes = sorted(LINK_SCOPES & caller.scopes)
        claims = {"server": self._instance, "path": path, "name": caller.name, "owner": caller.owner, "scopes": scopes}
        return self._signer.sign("link", claims, LINK_SECONDS)

    def caller_of_link(self, ticket: str, path: str) -> Caller:
        """Who was given a ticket for this very path. Raises AuthenticationError."""
        claims = self._signer.read("link", ticket)
        if claims is None or claims["server"] != self._instance or claims["path"] != path:
            raise AuthenticationError(
                "This download link has expired, or is for something else.",
                hint=LINK_HINT,
                code="download-link-expired",
            )
        return Caller(claims["name"], frozenset(claims["scopes"]), claims["owner"])

    def _known(self, token: str) -> Caller | None:
        if hmac.compare_digest(_digest(token), self._token):
            return HOME_OWNER
        if (claims := self._signer.read("session", token)) is not None:
            if not self._sessions.use(claims.get("id", ""), claims.get("begun", 0.0)):
                return None
            name = claims["name"]
            return HOME_OWNER if name is None else self._directory.by_session(name, claims["stamp"])
        return self._directory.by_key(token)

    def _is_first_use(self, nonce: str) -> bool:
        now = time.monotonic()
        with self._lock:
            self._used = {old: until for old, until in self._used.items() if until > now}
            if nonce in self._used:
                return False
            self._used[nonce] = now + LAUNCH_SECONDS
            return True


def launch_ticket(launch_secret: str) -> str:
    """A ticket that signs one browser in, once, within a quarter of an hour, at the server whose secret this is."""
    return Signer(launch_secret).sign("launch", {"nonce": secrets.token_hex(16)}, LAUNCH_SECONDS)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
