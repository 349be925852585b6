"""HEAD on what is downloaded: the head of the answer to GET, and nothing behind it, on a real socket."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from live_server import TOKEN, LiveServer, live_server

from modelforge.schemas.export import ExportCheck, ExportFile, ExportManifest
from modelforge.schemas.model import ModelManifest
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OF_ONE_ANSWER = {"date", "x-request-id"}
WEIGHTS = bytes(range(256)) * 10_000
MODEL, EXPORT = "/api/v1/models/kept/download", "/api/v1/exports/kept-gguf/files/model.gguf"


def fill(files: FileManager) -> None:
    manifest = ModelManifest(
        id="kept", name="kept", kind="full", task="text-generation", base_model="starter:chat", created_at=NOW
    )
    check = ExportCheck(
        verdict="same", prompts=1, same_answers=1, same_tokens=1.0, divergence=0.0, largest_logit_difference=0.0,
        largest_weight_error=0.0,
    )  # fmt: skip
    file = ExportFile(name="model.gguf", bytes=len(WEIGHTS), sha256="ab")
    export = ExportManifest(
        id="kept-gguf", model_id="kept", model_name="kept", created_at=NOW, files=(file,), bytes=file.bytes, check=check
    )
    with files.scratch() as scratch:
        for name, document, weights in (("m", manifest, "model.safetensors"), ("e", export, "model.gguf")):
            (scratch / name).mkdir()
            (scratch / name / weights).write_bytes(WEIGHTS)
            write_json(scratch / name / "manifest.json", document.model_dump(mode="json"))
        files.publish_model(scratch / "m", "kept")
        files.publish_export(scratch / "e", "kept-gguf")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home: Path = tmp_path_factory.mktemp("heads") / "home"
    fill(FileManager(home))
    with live_server(home, TEST_ENGINE="count") as server:
        yield server


def ask(live: LiveServer, method: str, path: str, *, token: bool = True) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, all bytes behind them) of one request on a connection of its own."""
    sent = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{live.port}\r\nconnection: close\r\n"
    sent += f"authorization: Bearer {TOKEN}\r\n\r\n" if token else "\r\n"
    with socket.create_connection(("127.0.0.1", live.port), timeout=30) as line:
        line.sendall(sent.encode())
        with line.makefile("rb") as answer:
            status = int(answer.readline().split()[1])
            headers = {name.lower(): value for name, value in http.client.parse_headers(answer).items()}
            behind = answer.read()
    return status, {name: value for name, value in headers.items() if name not in OF_ONE_ANSWER}, behind


@pytest.mark.parametrize("path", [MODEL, EXPORT])
@pytest.mark.parametrize("linked", [False, True])
def test_head_says_what_get_would_and_sends_nothing(live: LiveServer, path: str, linked: bool) -> None:
    address = live.client.get(f"{path}/link").json()["address"] if linked else path
    status, headers, behind = ask(live, "HEAD", address, token=not linked)
    got, with_get, sent = ask(live, "GET", address, token=not linked)

    assert (status, behind) == (got, b"") == (200, b"")
    assert headers == with_get
    assert "attachment" in headers["content-disposition"]
    assert len(sent) >= len(WEIGHTS)
    assert path == MODEL or headers["content-length"] == str(len(WEIGHTS))


@pytest.mark.parametrize("path", [MODEL.replace("kept", "gone"), f"{EXPORT}x", "/api/v1/runs/none/report"])
def test_head_says_that_there_is_nothing_as_get_does(live: LiveServer, path: str) -> None:
    assert ask(live, "HEAD", path)[0] == ask(live, "GET", path)[0] == 404
    assert ask(live, "HEAD", path, token=False)[0] == 401


def test_head_opens_all_files_and_holds_none(live: LiveServer) -> None:
    held = Path(f"/proc/{live.pid}/fd")
    if not held.exists():
        pytest.skip("only Linux lists the files of another process")
    for _ in range(3):
        ask(live, "HEAD", MODEL)
    names = [link.readlink().name for link in held.iterdir() if link.is_symlink()]
    assert "model.safetensors" not in names
