"""Around every request: an id, a line in the log, a count in the metrics, and the security headers of the answer."""

from __future__ import annotations

import re
import time
import uuid
from typing import Protocol

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelforge.security.headers import NOT_STORED, SECURITY_HEADERS
from modelforge.security.request_checks import is_page

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Meter(Protocol):
    """Counts requests."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered, or its stream has ended."""
        ...


class RequestLog:
    """The outermost of our layers: also what the guard refuses is logged, counted and has its headers."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        import structlog

        self.app = app
        self.meter = meter
        self.log = structlog.get_logger("modelforge.access")
        self.context = structlog.contextvars

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its id is in `state.request_id` and in the answer's `X-Request-ID`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        self.context.clear_contextvars()
        self.context.bind_contextvars(request_id=request_id)
        begin, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                add_headers(MutableHeaders(scope=message), request_id, scope["path"])
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - begin
            route = getattr(scope.get("route"), "path", "page" if is_page(scope["path"]) else "unknown")
            self.meter.request(scope["method"], route, status, seconds)
            self.log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                caller=getattr(scope["state"].get("caller"), "name", None),
            )


def add_headers(headers: MutableHeaders, request_id: str, path: str) -> None:
    """Give an answer its security headers; what a route has set itself stays."""
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers["x-request-id"] = request_id
    if not is_page(path):
        headers.setdefault("cache-control", NOT_STORED)


def _request_id(scope: Scope) -> str:
    """The caller's own id where it is a plain one, else a new one."""
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
