"""Exports over HTTP: made in the background, listed, downloaded file by file, deleted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from model_shelf import put_adapter, put_folder
from server_under_test import RunServer, run_server

from modelforge.services.account_service import AccountService

UNDER_WAY = ("queued", "running")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunServer]:
    import engines

    with run_server(tmp_path_factory.mktemp("exports"), engines.count) as server:
        yield server


def wait(server: RunServer, location: str) -> Any:
    deadline = time.monotonic() + 500
    while (view := server.client.get(location).json())["status"] in UNDER_WAY:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return view


def by_link_alone(server: RunServer, link: str) -> bytes:
    """What a browser gets that follows a link: it sends no token."""
    request = server.client.build_request("GET", link)
    del request.headers["authorization"]
    return bytes(server.client.send(request).raise_for_status().content)


def test_a_model_is_exported_downloaded_and_deleted(server: RunServer, tiny_model: Path) -> None:
    put_adapter(server.services, "an-adapter", str(tiny_model))
    wanted = {"model_id": "an-adapter", "quantization": "f16"}
    answer = server.client.post("/api/v1/exports", json=wanted)
    assert (answer.status_code, answer.headers["location"]) == (202, "/api/v1/exports/an-adapter-gguf-f16")
    again = server.client.post("/api/v1/exports", json=wanted).json()
    assert (again["id"], again["created_at"]) == ("an-adapter-gguf-f16", answer.json()["created_at"])
    assert again["status"] in UNDER_WAY
    refused = server.client.delete("/api/v1/exports/an-adapter-gguf-f16")
    assert (refused.status_code, refused.json()["code"]) == (409, "job-under-way")
    refused = server.client.delete("/api/v1/models/an-adapter")
    assert (refused.status_code, refused.json()["in_use_by"]) == (409, ["the export an-adapter-gguf-f16"])
    view = wait(server, answer.headers["location"])
    assert view["status"] == "succeeded", view["error"]
    assert view["result"]["check"]["divergence"] < 1e-3
    assert view["check"].startswith("Read back and compared")
    [listed] = server.client.get("/api/v1/exports").json()
    assert (listed["id"], listed["path"]) == (view["id"], str(server.services.files.export(view["id"]).root))
    for one in view["result"]["files"]:
        file = server.client.get(f"/api/v1/exports/{view['id']}/files/{one['name']}")
        assert file.headers["content-disposition"] == f'attachment; filename="{one["name"]}"'
        assert hashlib.sha256(file.content).hexdigest() == one["sha256"]
        link = server.client.get(f"/api/v1/exports/{view['id']}/files/{one['name']}/link").json()["address"]
        assert server.client.get(link, headers={"authorization": ""}).status_code == 401, "a header is judged first"
        assert hashlib.sha256(by_link_alone(server, link)).hexdigest() == one["sha256"]
    part = server.client.get(f"/api/v1/exports/{view['id']}/files/Modelfile", headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"FROM")
    for name in ("manifest.json", "..%2Fmanifest.json", "..%2F..%2Fapi-token", "%2Fetc%2Fpasswd", "no-such-file"):
        assert server.client.get(f"/api/v1/exports/{view['id']}/files/{name}").status_code == 404, name
    assert server.client.delete(f"/api/v1/exports/{view['id']}").status_code == 204
    assert server.client.get("/api/v1/exports").json() == []
    assert server.client.delete(f"/api/v1/exports/{view['id']}").status_code == 404


def test_what_cannot_be_exported_says_why_and_can_be_forgotten(server: RunServer) -> None:
    put_folder(server.services, "no-weights")
    wanted = {"model_id": "no-weights", "format": "safetensors", "dtype": "float16"}
    location = server.client.post("/api/v1/exports", json=wanted).headers["location"]
    view = wait(server, location)
    assert (view["status"], view["result"]) == ("failed", None)
    assert view["error"]["message"]
    assert [one["id"] for one in server.client.get("/api/v1/exports").json()] == [view["id"]]
    assert server.client.delete(location).status_code == 204
    assert server.client.get(location).status_code == 404
    assert server.client.post("/api/v1/exports", json={"model_id": "not-there"}).status_code == 404
    assert server.client.post("/api/v1/exports", json={**wanted, "format": "gguf"}).status_code == 422


def test_exports_of_another_account_are_not_found(server: RunServer) -> None:
    accounts = AccountService(server.services.files)
    accounts.add("ada", "a long enough password")
    headers = {"authorization": f"Bearer {accounts.add_key('ada', 'test')}"}
    put_folder(server.services, "of-bob", owner="bob")
    location = server.client.post("/api/v1/exports", json={"model_id": "of-bob"}).headers["location"]
    assert wait(server, location)["owner"] == "bob"
    assert server.client.get("/api/v1/exports", headers=headers).json() == []
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/files/README.md")):
        assert server.client.request(method, f"{location}{path}", headers=headers).status_code == 404
    assert server.client.post("/api/v1/exports", headers=headers, json={"model_id": "of-bob"}).status_code == 404


def test_an_export_is_stopped_and_leaves_no_file(server: RunServer, tiny_model: Path) -> None:
    put_adapter(server.services, "long-adapter", str(tiny_model))
    location = server.client.post("/api/v1/exports", json={"model_id": "long-adapter"}).headers["location"]
    assert server.client.post(f"{location}/stop").json()["status"] in UNDER_WAY  # a moment before it ends
    view = wait(server, location)
    assert (view["status"], view["result"], view["error"]) == ("stopped", None, None)
    assert not (server.services.files.home / "exports" / view["id"]).exists()
    assert list((server.services.files.home / "cache" / "scratch").glob("*/*")) == []
    assert server.client.post(f"{location}/stop").json() == view, "what has ended stays as it is"
    assert server.client.post("/api/v1/exports/not-there/stop").status_code == 404
    assert server.client.delete(location).status_code == 204
