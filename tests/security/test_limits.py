"""S9: how much, how deep and how often. A body above a limit is refused while it arrives, in constant memory."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from doorway import HOST, doors, knock
from live_server import live_server
from server_under_test import ROWS, TOKEN, RunServer, run_server

from modelforge.app import JSON_LIMIT
from modelforge.security.json_depth import DEEPEST

BEARER = [("host", HOST), ("authorization", f"Bearer {TOKEN}")]
JSON = [("content-type", "application/json")]
UPLOAD_LIMIT = 1 << 20


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunServer]:
    """A server that takes uploads of at most a megabyte."""
    import engines

    with run_server(tmp_path_factory.mktemp("small"), engines.count, max_upload_bytes=UPLOAD_LIMIT) as found:
        yield found


def json_doors(server: RunServer) -> list[Any]:
    found = server.client.app.openapi()["paths"]  # type: ignore[attr-defined]
    return [
        door
        for door in doors(server.client.app)  # type: ignore[arg-type]
        if "application/json"
        in found.get(door.path, {}).get(door.method.lower(), {}).get("requestBody", {}).get("content", {})
    ]


def test_a_body_above_the_limit_is_413_at_every_route(small: RunServer) -> None:
    """Announced or not: a body of unknown length is cut off at the limit."""
    body = b'{"name": "' + b"x" * JSON_LIMIT + b'"}'
    asked = json_doors(small)
    assert len(asked) > 12
    for door in asked:
        for length in ([("content-length", str(len(body)))], [("transfer-encoding", "chunked")]):
            answer = knock(small.client.app, door.method, door.at(), [*BEARER, *JSON, *length], body)
            assert answer.status == 413, (door, answer.body[:200])


@pytest.mark.parametrize("form", [b"[%s]", b'{"a":%s}', b'{"model":[%s]}', b'[1,{"\\\\"[":%s}]'])
def test_a_body_too_deep_is_422_at_every_route(small: RunServer, form: bytes) -> None:
    body = b"1"
    for _ in range(DEEPEST + 1):
        body = form % body
    for door in json_doors(small):
        answer = knock(small.client.app, door.method, door.at(), [*BEARER, *JSON], body)
        expected = 400 if door.path.startswith("/v1/") else 422  # under /v1 errors are told as OpenAI tells them
        assert answer.status == expected, (door, answer.body[:200])
        assert b"levels" in answer.body


def test_a_body_of_brackets_alone_is_refused_before_it_is_parsed(small: RunServer) -> None:
    body = b"[" * (JSON_LIMIT - 1)
    answer = knock(small.client.app, "POST", "/api/v1/plans", [*BEARER, *JSON], body)
    assert answer.status == 422
    recipe = json.dumps({"yaml": f'model: starter:chat\ndataset: sample:support  # {"[" * 100} " {"]" * 20}'})
    answer = knock(small.client.app, "POST", "/api/v1/recipes/parse", [*BEARER, *JSON], recipe.encode())
    assert answer.status == 200, "brackets within a string are no depth"


def test_an_upload_above_the_limit_is_413_and_leaves_nothing(small: RunServer) -> None:
    kind = {"content-type": "application/octet-stream"}
    rows = (ROWS * (UPLOAD_LIMIT // len(ROWS) + 2)).encode()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(rows), 1 << 16):
            yield rows[start : start + (1 << 16)]

    for content in (rows, pieces()):
        answer = small.client.post("/api/v1/datasets", params={"name": "big.jsonl"}, content=content, headers=kind)
        assert answer.status_code == 413, answer.text
        assert "MODELFORGE_MAX_UPLOAD_BYTES" in answer.json()["hint"]
    assert small.client.get("/api/v1/datasets").json()["total"] == 0
    assert list((small.services.files.home / "cache" / "scratch").glob("*/*")) == []


def test_a_caller_who_asks_too_often_is_429(tmp_path: Path) -> None:
    import engines

    with run_server(tmp_path / "home", engines.count, rate_limit="20/minute") as server:
        server.services.accounts.add("maria", "a long password")
        answers = [server.client.get("/api/v1/version") for _ in range(30)]
        statuses = [answer.status_code for answer in answers]
        assert statuses == [200] * 20 + [429] * 10
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        assert answers[-1].headers["content-type"] == "application/problem+json"
        key = server.services.accounts.add_key("maria", "k")
        other = server.client.get("/api/v1/version", headers={"authorization": f"Bearer {key}"})
        assert other.status_code == 200, "each caller has a window of his own"


def test_whoever_guesses_is_slowed_down(tmp_path: Path) -> None:
    import engines

    with run_server(tmp_path / "home", engines.count) as server:
        wrong = {"authorization": "Bearer wrong"}
        statuses = [server.client.get("/api/v1/runs", headers=wrong).status_code for _ in range(70)]
        assert statuses == [401] * 60 + [429] * 10
        assert server.client.get("/api/v1/runs").status_code == 200, "the right token is let in all the same"
        server.services.accounts.add("maria", "a long password")
        guess = {"name": "maria", "password": "a wrong password"}
        statuses = []
        while 429 not in statuses and len(statuses) < 60:  # a slow machine guesses slowly
            answer = server.client.post("/api/v1/session", json=guess, headers={"authorization": ""})
            statuses.append(answer.status_code)
        assert statuses[:10] == [401] * 10
        assert statuses[-1] == 429


def test_refused_bodies_cost_no_memory(tmp_path: Path) -> None:
    """200 MB in bodies that are refused, to a server process: at most 16 MB more."""
    with live_server(tmp_path / "home", TEST_ENGINE="count") as server:

        def sent(megabytes: int) -> None:
            pieces = itertools.repeat(b"x" * (1 << 20), megabytes)
            with contextlib.suppress(httpx.TransportError):  # the server hangs up while we are still sending
                assert server.client.post("/api/v1/plans", content=pieces, headers=dict(JSON)).status_code == 413

        sent(20)
        before = server.rss()
        for _ in range(10):
            sent(20)
        assert server.rss() - before <= 16
        assert server.client.get("/api/v1/runs").json()["total"] == 0
