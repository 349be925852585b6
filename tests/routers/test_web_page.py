"""Behind a built page, the API says the same of what does not exist as without one."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from fastapi import routing
from server_under_test import run_server
from starlette.exceptions import HTTPException

from modelforge.routers.web_page import WebPage


@pytest.mark.parametrize("built", [True, False])
def test_unknown_routes_and_wrong_methods_stay_what_they_are(tmp_path: Path, built: bool) -> None:
    web = tmp_path / "dist"
    web.mkdir()
    if built:
        (web / "index.html").write_text("<title>The page</title>")
    with run_server(tmp_path / "home", web=web) as server:
        for path in ("/v1/embeddings", "/api/v1/nothing", "/api/nothing"):
            for method in ("GET", "POST", "DELETE"):
                assert server.client.request(method, path).status_code == 404, (method, path)
        for method, path, allowed in (
            ("DELETE", "/v1/models", "GET"),
            ("PUT", "/api/v1/models/some-model", "GET"),
            ("GET", "/v1/completions", "POST"),
        ):
            answer = server.client.request(method, path)
            assert answer.status_code == 405, (method, path)
            assert allowed in answer.headers["allow"]
        page = server.client.get("/models")
        assert page.status_code == (200 if built else 404)
        assert server.client.get("/").status_code == 200


def test_files_go_out_gzipped_to_whoever_reads_that(tmp_path: Path) -> None:
    web = tmp_path / "dist"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<title>The page</title>")
    script = b"console.log('a script that is said twice, a script that is said twice')"
    (web / "assets" / "app.js").write_bytes(script)
    (web / "assets" / "app.js.gz").write_bytes(gzip.compress(script))
    (web / "assets" / "alone.css").write_text("body { color: red }")
    with run_server(tmp_path / "home", web=web) as server:
        packed, plain = (
            server.client.get("/assets/app.js", headers={"accept-encoding": accepted})
            for accepted in ("gzip, br", "identity")
        )
        assert packed.content == plain.content == script  # the client unpacks
        assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
        assert int(packed.headers["content-length"]) == len(gzip.compress(script))
        assert packed.headers["content-type"] == plain.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in packed.headers["cache-control"]
        assert "content-encoding" not in plain.headers
        again = server.client.get("/assets/app.js", headers={"if-none-match": packed.headers["etag"]})
        assert again.status_code == 304
        assert server.client.get("/assets/alone.css").text == "body { color: red }"
        assert server.client.get("/assets/none.js").status_code == 404


def test_a_file_that_was_built_anew_is_answered_anew(tmp_path: Path) -> None:
    web = tmp_path / "dist"
    web.mkdir()
    page = web / "index.html"
    page.write_text("<title>One</title>")
    with run_server(tmp_path / "home", web=web) as server:
        assert server.client.get("/").text == "<title>One</title>"
        page.write_text("<title>Two of another length</title>")
        answer = server.client.get("/runs/some-run")
        assert answer.text == "<title>Two of another length</title>"
        assert int(answer.headers["content-length"]) == len(answer.content)
        head = server.client.head("/")
        assert (head.content, head.headers["content-length"]) == (b"", answer.headers["content-length"])


def test_a_file_that_is_replaced_between_look_up_and_answer_is_answered_whole(tmp_path: Path) -> None:
    page = WebPage(directory=tmp_path, html=True)
    scope = {"type": "http", "method": "GET", "headers": []}
    file = tmp_path / "index.html"
    file.write_text("<title>One</title>")
    path, looked_up = page.lookup_path("index.html")
    assert looked_up is not None
    (tmp_path / "next").write_text("<title>Two of another length</title>")
    (tmp_path / "next").replace(file)

    raced = page.file_response(path, looked_up, scope)
    after = page.file_response(path, file.stat(), scope)

    assert raced.body == after.body == b"<title>Two of another length</title>"
    assert raced.headers == after.headers
    assert int(raced.headers["content-length"]) == len(raced.body)

    file.write_text("<title>Three</title>")
    gone = file.stat()
    file.unlink()
    with pytest.raises(HTTPException) as caught:
        page.file_response(path, gone, scope)
    assert caught.value.status_code == 404


def test_no_visitor_waits_for_the_routes_to_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = routing.get_dependant

    def counted(**given: Any) -> Any:
        made.append(given["path"])
        return make(**given)

    monkeypatch.setattr(routing, "get_dependant", counted)
    with run_server(tmp_path / "home") as server:
        assert made
        made.clear()
        assert server.client.get("/api/v1/runs").status_code == 200
        assert made == []
