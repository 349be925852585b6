"""S3: every route needs a token but three, known or not; and nobody can open the server to the network by accident."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from doorway import HOST, doors, knock, knock_often
from server_under_test import TOKEN, RunServer

from modelforge.exceptions import AuthenticationError
from modelforge.security.authenticator import (
    LAUNCH_SECONDS,
    LONGEST_SESSION_SECONDS,
    SESSION_SECONDS,
    Authenticator,
    launch_ticket,
)
from modelforge.security.signing import Signer

OPEN = {("GET", "/api/health"), ("POST", "/api/v1/session"), ("GET", "/")}
"""The sign-in is open so that one can sign in; `/` is the page, which holds nothing of the user's."""
WITHOUT: dict[str, list[tuple[str, str]]] = {
    "none": [],
    "empty": [("authorization", "")],
    "no value": [("authorization", "Bearer")],
    "blank": [("authorization", "Bearer  ")],
    "wrong": [("authorization", "Bearer wrong")],
    "wrong kind": [("authorization", f"Basic {TOKEN}")],
    "no kind": [("authorization", TOKEN)],
    "cut": [("authorization", f"Bearer {TOKEN[:-1]}")],
    "longer": [("authorization", f"Bearer {TOKEN}x")],
    "upper case": [("authorization", f"Bearer {TOKEN.upper()}")],
    "cookie": [("cookie", f"token={TOKEN}; authorization=Bearer {TOKEN}")],
    "other header": [("x-api-key", TOKEN), ("proxy-authorization", f"Bearer {TOKEN}")],
    "an API key": [("authorization", "Bearer mfk_00000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")],
    "not ASCII": [("authorization", "Bearer t\xf6ken")],
    "dots": [("authorization", "Bearer a.b"), ("x", "y")],
}


@pytest.fixture
def patient(server: RunServer, monkeypatch: pytest.MonkeyPatch) -> RunServer:
    """Wrong tokens are not counted: here every one is to be judged for itself."""
    monkeypatch.setattr(server.services.limits, "count_refusal", lambda _address: None)
    monkeypatch.setattr(server.services.limits, "count_sign_in", lambda *_who: None)
    return server


def status_of(server: RunServer, requests: list[tuple[str, str, Any, bytes]]) -> list[int]:
    return [answer.status for answer in asyncio.run(knock_often(server.client.app, iter(requests)))]


@pytest.mark.parametrize("name", WITHOUT)
def test_every_route_is_shut_but_three(patient: RunServer, name: str) -> None:
    table = {(door.method, door.path): door for door in doors(patient.client.app)}  # type: ignore[arg-type]
    assert {(method, path) for method, path in OPEN if path != "/"} <= set(table)
    shut = [door for key, door in table.items() if key not in OPEN]
    assert len(shut) > 45
    found = status_of(patient, [(door.method, door.at(), [("host", HOST), *WITHOUT[name]], b"") for door in shut])
    assert [door for door, status in zip(shut, found, strict=True) if status != 401] == []


def test_the_three_open_ones_tell_nothing_of_the_user(server: RunServer) -> None:
    assert knock(server.client.app, "GET", "/api/health", [("host", HOST)]).body == b'{"status":"ok"}'
    refused = knock(
        server.client.app, "POST", "/api/v1/session", [("host", HOST), ("content-type", "application/json")]
    )
    assert refused.status == 422


UNKNOWN = [
    *(
        "/api",
        "/api/",
        "/api/x",
        "/api/v2/runs",
        "/v1",
        "/v1/",
        "/v1/chat/completions",
        "/v1/x",
        "/metrics",
        "/metrics/",
    ),
    *("/api/v1/runs/", "/api/v1/../v1/runs", "/api/health/", "/api/health/x", "/api/v1/session/x", "/api/./health"),
]
DETOURS = [
    *("//api/v1/runs", "/API/v1/runs", "/x/../api/v1/runs", "/./api/v1/runs", "/api\\v1\\runs", "/%61pi/v1/runs"),
    *("/..", "/../modelforge.db", "/assets/../../api-token", "/....//api-token", "/assets/%2e%2e/%2e%2e/api-token"),
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_is_no_route_is_shut_too(patient: RunServer, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
        assert knock(patient.client.app, method, path, [("host", HOST)]).status == 401


@pytest.mark.parametrize("path", DETOURS)
def test_no_spelling_leads_past_the_door(patient: RunServer, path: str) -> None:
    answer = knock(patient.client.app, "GET", path, [("host", HOST)])
    assert answer.status in (200, 401, 404)
    assert answer.status != 200 or answer.body.startswith(b"<!doctype html>")
    assert TOKEN.encode() not in answer.body


def test_websockets_are_refused(server: RunServer) -> None:
    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    scope = {"type": "websocket", "path": "/api/v1/runs", "headers": [(b"host", HOST.encode())]}
    asyncio.run(server.client.app(scope, None, send))  # type: ignore[arg-type]
    assert said == [{"type": "websocket.close", "code": 1008}]


def test_a_launch_link_signs_in_once_and_here_alone(server: RunServer) -> None:
    authenticator = server.services.authenticator
    anonymous = {"authorization": ""}

    def redeem(ticket: str) -> Any:
        return server.client.post("/api/v1/session", json={"ticket": ticket}, headers=anonymous)

    ticket = launch_ticket(authenticator.launch_secret)
    token = redeem(ticket).json()["token"]
    bearer = {"authorization": f"Bearer {token}"}
    assert server.client.get("/api/v1/session", headers=bearer).json()["name"] == "home"
    assert redeem(ticket).status_code == 401
    elsewhere = launch_ticket(Authenticator(TOKEN, server.services.accounts).launch_secret)
    assert redeem(elsewhere).status_code == 401
    assert redeem(token).status_code == 401, "a session is no ticket"
    assert server.client.get("/api/v1/runs", headers={"authorization": f"Bearer {ticket}"}).status_code == 401
    assert server.client.get("/api/v1/runs", headers={"authorization": f"Bearer {token[:-1]}"}).status_code == 401
    old = Signer(TOKEN).sign("session", {"name": None, "stamp": ""}, -1.0)
    assert server.client.get("/api/v1/runs", headers={"authorization": f"Bearer {old}"}).status_code == 401
    other = Signer("another token").sign("session", {"name": None, "stamp": ""}, 60.0)
    assert server.client.get("/api/v1/runs", headers={"authorization": f"Bearer {other}"}).status_code == 401


def test_a_session_lasts_while_it_is_used_and_no_longer_than_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    authenticator, now = Authenticator(TOKEN, Nobody()), time.time()
    monkeypatch.setattr("time.time", lambda: now)
    used, unused = authenticator.session_for(None, ""), authenticator.session_for(None, "")
    begun = now
    while now < begun + LONGEST_SESSION_SECONDS - SESSION_SECONDS:
        now += SESSION_SECONDS - 1
        assert authenticator.caller(f"Bearer {used}").name == "home"
        with pytest.raises(AuthenticationError):
            authenticator.caller(f"Bearer {unused if now > begun + SESSION_SECONDS else 'none'}")
    with pytest.raises(AuthenticationError):  # another process has not seen it used
        Authenticator(TOKEN, Nobody()).caller(f"Bearer {used}")
    now = begun + LONGEST_SESSION_SECONDS - 1
    assert authenticator.caller(f"Bearer {used}").name == "home"
    now += 2
    with pytest.raises(AuthenticationError):
        authenticator.caller(f"Bearer {used}")


def test_a_session_that_was_left_ends_and_stays_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    authenticator, now = Authenticator(TOKEN, Nobody()), time.time()
    monkeypatch.setattr("time.time", lambda: now)
    session = authenticator.session_for(None, "")
    now += SESSION_SECONDS + 1
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            authenticator.caller(f"Bearer {session}")
        authenticator.caller(f"Bearer {authenticator.session_for(None, '')}")  # forgets what has ended


class Nobody:
    """No accounts."""

    def by_key(self, _key: str) -> None:
        return None

    def by_session(self, _name: str, _stamp: str) -> None:
        return None


def test_a_launch_link_is_good_for_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    authenticator, now = Authenticator(TOKEN, Nobody()), time.time()
    monkeypatch.setattr("time.time", lambda: now)
    ticket = launch_ticket(authenticator.launch_secret)
    now += LAUNCH_SECONDS + 1
    with pytest.raises(AuthenticationError) as caught:
        authenticator.redeem(ticket)
    assert "modelforge open" in str(caught.value.hint)


def serve(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modelforge.cli", "serve", *arguments],
        env={**os.environ, "MODELFORGE_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_open_bind_without_authentication_does_not_start(tmp_path: Path) -> None:
    begin = time.monotonic()
    done = serve(tmp_path / "home", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2, done.stderr
    assert "MODELFORGE_TOKEN" in done.stderr
    assert time.monotonic() - begin < 60
    assert not (tmp_path / "home" / "modelforge.db").exists()


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.7", "2001:db8::1", "example.org", "", "0", "127.0.0.1.nip.io"]
)
def test_every_address_but_loopback_is_an_open_bind(host: str) -> None:
    from modelforge.exceptions import ConfigurationError
    from modelforge.security.hosts import refuse_open_bind

    with pytest.raises(ConfigurationError, match="no authentication"):
        refuse_open_bind(host, authenticated=False)
    refuse_open_bind(host, authenticated=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST", "[::1]"])
def test_loopback_needs_no_further_authentication(host: str) -> None:
    from modelforge.security.hosts import refuse_open_bind

    refuse_open_bind(host, authenticated=False)
