"""The one door in front of every route, every static file and every stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelforge.exceptions import AuthenticationError, ModelForgeException
from modelforge.security.authenticator import Authenticator
from modelforge.security.caller import Caller, needed_scope
from modelforge.security.hosts import AllowedHosts
from modelforge.security.json_depth import DepthCounter
from modelforge.security.rate_limits import RateLimits
from modelforge.security.request_checks import (
    check_media_type,
    check_origin,
    check_text,
    has_json_body,
    link_ticket,
    needs_token,
    single_headers,
)

POLICY_VIOLATION = 1008
Answer = Callable[[Request, Exception], Response]


@dataclass(frozen=True)
class Rules:
    """What the guard goes by."""

    hosts: AllowedHosts
    authenticator: Authenticator
    limits: RateLimits


class Guard:
    """Refuses, in this order: a foreign host, a foreign page, an unknown caller, too many requests, what is no text, a
    wrong body."""

    def __init__(self, app: ASGIApp, rules: Callable[[], Rules], answer: Answer) -> None:
        self.app = app
        self.rules = rules
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with `state.caller` set where there is one, or answer it."""
        if scope["type"] == "websocket":  # there is no such route, and no browser need try
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif scope["type"] == "http":
            try:
                receive = self._admitted(scope, receive)
            except ModelForgeException as error:
                await self.answer(Request(scope), error)(scope, receive, send)
                return
            await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _admitted(self, scope: Scope, receive: Receive) -> Receive:
        rules = self.rules()
        method, path = scope["method"], scope["path"]
        headers = single_headers(scope["headers"])
        rules.hosts.check(headers.get("host"))
        check_origin(method, path, headers)
        address = (scope.get("client") or ("unknown", 0))[0]
        if needs_token(method, path):
            caller = _identified(rules, scope, headers.get("authorization"), address)
            caller.require(needed_scope(method, path))
            scope.setdefault("state", {})["caller"] = caller
            rules.limits.count_request(f"caller:{caller.name}")
        else:
            rules.limits.count_request(f"address:{address}")
        check_text(path, scope["query_string"])
        check_media_type(method, path, headers)
        return _counted(receive) if has_json_body(headers) else receive


def _identified(rules: Rules, scope: Scope, header: str | None, address: str) -> Caller:
    try:
        if header is None and (ticket := link_ticket(scope["method"], scope["query_string"])) is not None:
            return rules.authenticator.caller_of_link(ticket, scope["path"])
        return rules.authenticator.caller(header)
    except AuthenticationError:
        rules.limits.count_refusal(address)
        raise


def _counted(receive: Receive) -> Receive:
    counter = DepthCounter()

    async def counted() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            counter.feed(message.get("body", b""))
        return message

    return counted
