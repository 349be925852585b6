"""Signed, expiring tickets: launch links and browser sessions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

import orjson


class Signer:
    """Signs claims with a key that is derived from a secret. Sessions' is the API token: a new one ends them all."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"modelforge tickets", hashlib.sha256)

    def sign(self, purpose: str, claims: dict[str, Any], lifetime: float) -> str:
        """A ticket for `purpose` that is good for `lifetime` seconds."""
        body = _encoded(orjson.dumps({**claims, "for": purpose, "until": time.time() + lifetime}))
        return f"{body}.{_encoded(self._mac(body))}"

    def read(self, purpose: str, ticket: str) -> dict[str, Any] | None:
        """The claims of a ticket that we signed for `purpose` and that has not expired; else nothing."""
        body, _, mac = ticket.partition(".")
        if not hmac.compare_digest(_encoded(self._mac(body)).encode(), mac.encode("utf-8", "replace")):
            return None
        claims: dict[str, Any] = orjson.loads(_decoded(body))
        return claims if claims["for"] == purpose and claims["until"] > time.time() else None

    def _mac(self, body: str) -> bytes:
        return hmac.digest(self._key, body.encode("utf-8", "replace"), hashlib.sha256)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
