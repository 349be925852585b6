"""What the security tests ask with: the route table as it is, and requests that no client library would send."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from modelforge.security.request_checks import SAFE_METHODS

HOST = "127.0.0.1:8000"
SOME_ID = "some-id-1234"
PARAMETER = re.compile(r"\{(\w+)(:\w+)?\}")
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, order=True)
class Door:
    """One method of one route."""

    path: str
    method: str

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE_METHODS

    def at(self, **ids: str) -> str:
        """The path with its parameters filled in."""
        return PARAMETER.sub(lambda match: ids.get(match[1], SOME_ID), self.path)

    @property
    def parameters(self) -> list[str]:
        return [name for name, _ in PARAMETER.findall(self.path)]


def doors(app: FastAPI) -> list[Door]:
    """Every method of every route that the application has, from its own table."""
    found = {
        Door(context.path, method)
        for context in iter_route_contexts(app.routes)
        if getattr(context, "path", None)
        for method in (getattr(context, "methods", None) or ())
    }
    assert len(found) > 40, "the route table could not be read"
    return sorted(found)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def knock(app: Any, method: str, path: str, headers: Headers, body: bytes = b"") -> Answer:
    """One request straight to the application: any bytes as headers, also none and twice the same."""
    return asyncio.run(knock_in_loop(app, method, path, headers, body))


async def knock_often(app: Any, requests: Iterator[tuple[str, str, Headers, bytes]]) -> list[Answer]:
    """Many requests in one event loop."""
    return [await knock_in_loop(app, *request) for request in requests]


async def knock_in_loop(app: Any, method: str, path: str, headers: Headers, body: bytes = b"") -> Answer:
    plain, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode("utf-8", "surrogateescape"),
        "query_string": query.encode(),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "app": app,
        "state": {},
    }
    status, found, parts = 0, {}, []
    coming = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        if (message := next(coming, None)) is not None:
            return message
        await asyncio.sleep(30)  # the sender stays on the line
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            found.update({key.decode().lower(): value.decode() for key, value in message["headers"]})
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, found, b"".join(parts))


def everything_under(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file that a side effect would show in; lock files and the index's journal left aside."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock" and not path.name.endswith(("-wal", "-shm"))
    }
