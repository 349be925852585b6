"""S2: no page of another origin can write, whatever it sends. Made from the route table, with the right token."""

from __future__ import annotations

import asyncio
import json

from doorway import HOST, SOME_ID, Door, Headers, doors, everything_under, knock, knock_often
from server_under_test import CONFIG, TOKEN, RunServer

FOREIGN: dict[str, Headers] = {
    "another site": [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
    "an old browser": [("origin", "https://evil.example")],
    "no origin said": [("sec-fetch-site", "cross-site")],
    "a navigation": [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
    "a sandbox": [("origin", "null")],
    "a sandbox here": [("origin", "null"), ("sec-fetch-site", "same-origin")],
    "a neighbour": [("origin", "http://a.127.0.0.1:8000"), ("sec-fetch-site", "same-site")],
    "another port": [("origin", "http://127.0.0.1:3000"), ("sec-fetch-site", "same-site")],
    "another name": [("origin", "http://localhost:8000")],
    "a longer name": [("origin", "http://127.0.0.1:8000.evil.example")],
    "a user part": [("origin", "http://127.0.0.1:8000@evil.example")],
    "another scheme": [("origin", "ftp://127.0.0.1:8000")],
    "an empty origin": [("origin", "")],
    "an unknown word": [("sec-fetch-site", "whatever")],
}
TYPES = [
    *("application/json", "application/json; charset=utf-8", "text/plain", "text/plain; x=application/json"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream"),
    *("text/json", "application/jsonp", "application/json, text/plain", "application/x-ndjson", "text/html", ""),
]
OURS: Headers = [("origin", f"http://{HOST}"), ("sec-fetch-site", "same-origin")]
UPLOADS = {"application/octet-stream", "multipart/form-data; boundary=x"}
BODY = json.dumps({**CONFIG, "name": "made by a stranger", "yaml": "a: 1", "token": "stranger"}).encode()
METHODS = ("TRACE", "CONNECT", "PROPFIND", "PUT", "PATCH", "DELETE", "POST", "get", "post")


def request(door: Door, kind: str, origin: Headers) -> tuple[str, str, Headers, bytes]:
    said = [("content-type", kind)] if kind else []
    base = [("host", HOST), ("authorization", f"Bearer {TOKEN}"), ("content-length", str(len(BODY)))]
    return door.method, door.at(), [*base, *said, *origin], BODY


def write_doors(server: RunServer) -> list[Door]:
    found = [door for door in doors(server.client.app) if not door.is_safe]  # type: ignore[arg-type]
    ids = {"dataset_id": server.client.get("/api/v1/datasets").json()["items"][0]["id"]}
    return [Door(door.at(**ids), door.method) for door in found]


def test_nothing_that_a_foreign_page_sends_has_an_effect(server: RunServer) -> None:
    before = everything_under(server.services.files.home)
    requests = [
        request(door, kind, origin) for door in write_doors(server) for kind in TYPES for origin in FOREIGN.values()
    ]
    answers = asyncio.run(knock_often(server.client.app, iter(requests)))
    let_in = [sent[:3] for sent, answer in zip(requests, answers, strict=True) if answer.status != 403]
    assert let_in == []
    assert everything_under(server.services.files.home) == before
    assert server.client.get("/api/v1/runs").json()["total"] == 0


def test_a_body_that_a_form_could_send_is_no_json(server: RunServer) -> None:
    """Our own origin, as a forged form would claim it, and a type that needs no preflight: 415, and no effect."""
    before = everything_under(server.services.files.home)
    plain = [kind for kind in TYPES if kind.partition(";")[0] != "application/json"]
    requests = [
        request(door, kind, origin)
        for door in write_doors(server)
        for kind in plain
        for origin in (OURS, [])
        if not (door == Door("/api/v1/datasets", "POST") and kind in UPLOADS)
        if not (door == Door(f"/api/v1/uploads/{SOME_ID}", "PATCH") and kind == "application/octet-stream")
    ]
    answers = asyncio.run(knock_often(server.client.app, iter(requests)))
    let_in = [sent[:3] for sent, answer in zip(requests, answers, strict=True) if answer.status != 415]
    assert let_in == []
    assert everything_under(server.services.files.home) == before


def test_foreign_pages_may_not_read_either(server: RunServer) -> None:
    safe = [door for door in doors(server.client.app) if door.method == "GET"]  # type: ignore[arg-type]
    for door in safe:
        for name, origin in FOREIGN.items():
            opens_page = name == "a navigation" and door.path == "/"
            answer = knock(server.client.app, "GET", door.at(), [("host", HOST), *origin])
            assert (answer.status == 200) == opens_page, (door, name)


def test_nobody_is_told_that_another_origin_may_ask(server: RunServer) -> None:
    preflight = [("access-control-request-method", "POST"), ("access-control-request-headers", "authorization")]
    for door in doors(server.client.app):  # type: ignore[arg-type]
        for origin in (*FOREIGN.values(), OURS):
            answer = knock(server.client.app, "OPTIONS", door.at(), [("host", HOST), *origin, *preflight])
            assert answer.status >= 400
            assert not [name for name in answer.headers if name.startswith("access-control")]


def test_odd_methods_have_no_effect(server: RunServer) -> None:
    before = everything_under(server.services.files.home)
    safe = sorted({door.at() for door in doors(server.client.app) if door.method == "GET"})  # type: ignore[arg-type]
    for path in safe:
        for method in METHODS:
            origin = FOREIGN["another site"]
            assert knock(server.client.app, method, path, [("host", HOST), *origin]).status in (403, 405), (
                method,
                path,
            )
    assert everything_under(server.services.files.home) == before


def test_headers_that_decide_may_not_be_there_twice(server: RunServer) -> None:
    for name in ("origin", "authorization", "content-type", "sec-fetch-site", "sec-fetch-mode"):
        twice = [(name, "a"), (name, "b")]
        assert knock(server.client.app, "GET", "/api/health", [("host", HOST), *twice]).status == 400


def test_a_program_and_our_own_page_may_write(server: RunServer) -> None:
    for headers in ({}, dict(OURS)):
        answer = server.client.post("/api/v1/recipes/render", json=CONFIG, headers=headers)
        assert answer.status_code == 200, answer.text
