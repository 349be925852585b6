"""S1: whoever names another host gets nothing: no route, no file of the page, no stream, no hint of a token's worth."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest
from doorway import Door, doors, knock_often
from server_under_test import TOKEN, RunServer

from modelforge.exceptions import RequestRefusedError
from modelforge.security.hosts import AllowedHosts

FOREIGN = [
    *("", " ", "evil.example", "evil.example:8000", "EVIL.example", "localhost.evil.example", "evil.localhost"),
    *("127.0.0.1.evil.example", "127.0.0.1:8000.evil.example", "127.0.0.1@evil.example", "evil@127.0.0.1"),
    *("localhost:8000@evil.example", "127.0.0.1:80:80", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:999999"),
    *("127.0.0.2", "127.1", "127.0.0.01", "0x7f000001", "2130706433", "0177.0.0.1", "0.0.0.0", "0.0.0.0:8000"),
    *("[::]", "[::]:8000", "[::ffff:127.0.0.1]", "::1", "[::1", "[::1]x", "192.168.1.10", "10.0.0.1:8000"),
    *("localhost.", "localhost..", "-localhost", "localhost/", "http://localhost", "localhost?x", "localhost#x"),
    *("localhost localhost", "localhost,evil.example", "localhost\tevil", "localhost\x00", "l\xf6calhost", "*", "null"),
]
REFUSED = re.compile(rb"request-refused|request_refused")  # RFC 9457's shape and OpenAI's
PAGE = [Door(path, method) for path in ("/", "/index.html", "/assets/app-1a2b.js", "/runs/any") for method in ("GET",)]


def test_a_foreign_host_gets_nothing_anywhere(server: RunServer) -> None:
    """Every value at every door, with the right token: always 400, before any of our code has run."""
    assert len(set(FOREIGN)) >= 40
    everywhere = [*doors(server.client.app), *PAGE]  # type: ignore[arg-type]
    requests = [
        (door.method, door.at(), [("host", host), ("authorization", f"Bearer {TOKEN}")], b"")
        for door in everywhere
        for host in FOREIGN
    ]
    answers = asyncio.run(knock_often(server.client.app, iter(requests)))
    let_in = [(*request[:3], answer.status) for request, answer in zip(requests, answers, strict=True)
              if answer.status != RequestRefusedError.status or not REFUSED.search(answer.body)]  # fmt: skip
    assert let_in == []


@pytest.mark.parametrize("headers", [[], [("host", "localhost"), ("host", "localhost")], [("host", "localhost")] * 3])
def test_no_host_and_two_hosts_are_refused(server: RunServer, headers: list[tuple[str, str]]) -> None:
    requests = [(door.method, door.at(), headers, b"") for door in [*doors(server.client.app), *PAGE]]  # type: ignore[arg-type]
    answers = asyncio.run(knock_often(server.client.app, iter(requests)))
    assert {answer.status for answer in answers} == {400}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000"])
def test_our_own_names_are_answered(server: RunServer, host: str) -> None:
    requests = [("GET", path, [("host", host)], b"") for path in ("/api/health", "/", "/assets/app-1a2b.js")]
    answers = asyncio.run(knock_often(server.client.app, iter(requests)))
    assert [answer.status for answer in answers] == [200] * 3


def test_names_that_the_owner_adds_are_answered() -> None:
    hosts = AllowedHosts.for_bind("0.0.0.0", ["ml.example.org", "fd00::7"])
    for name in ("ml.example.org:443", "ML.example.org", "[fd00::7]:8000", socket.gethostname(), "localhost"):
        hosts.check(name)
    for name in ("example.org", "x.ml.example.org", "0.0.0.0:8000"):
        with pytest.raises(RequestRefusedError):
            hosts.check(name)
