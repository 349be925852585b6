"""V3 by parts, on real sockets: a cut upload goes on from where it stands; nothing of it shows before the end."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from live_server import TOKEN, LiveServer, live_server

ROW = b'{"input": "Say the number %06d.", "output": "It is a fine number: %06d."}\n'
BODY = b"".join(ROW % (number, number) for number in range(20_000))
PART = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server process, which takes uploads of at most 4 MB."""
    home = tmp_path_factory.mktemp("uploads") / "home"
    with live_server(home, TEST_ENGINE="count", MODELFORGE_MAX_UPLOAD_BYTES=str(4 << 20)) as found:
        yield found


def begin(server: LiveServer, name: str = "rows.jsonl", size: int = len(BODY)) -> dict[str, Any]:
    answer = server.client.post("/api/v1/uploads", json={"name": name, "bytes": size, "mark": "1"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def send(server: LiveServer, upload: dict[str, Any], offset: int, part: bytes) -> Any:
    return server.client.patch(f"/api/v1/uploads/{upload['id']}", params={"offset": offset}, content=part, headers=PART)


def cut(server: LiveServer, upload: dict[str, Any], offset: int, part: bytes) -> None:
    """Announce the whole rest, send `part`, and hang up."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(
            f"PATCH /api/v1/uploads/{upload['id']}?offset={offset} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: {len(BODY) - offset}\r\n\r\n".encode()
        )
        with contextlib.suppress(OSError):
            line.sendall(part)


def where(server: LiveServer, upload: dict[str, Any], at_least: int) -> int:
    """Where the upload stands once what was sent has come in."""
    deadline = time.monotonic() + 20
    while (seen := server.client.get(f"/api/v1/uploads/{upload['id']}").json()["received"]) < at_least:
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    return int(seen)


def rest(server: LiveServer, upload: dict[str, Any], offset: int) -> None:
    """Send what is missing, as soon as the server has noticed that the line before is dead."""
    deadline = time.monotonic() + 20
    while (answer := send(server, upload, offset, BODY[offset:])).status_code == 409:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.05)
    assert answer.status_code == 200, answer.text
    assert answer.json()["received"] == len(BODY)


def files_of(home: Path) -> list[Path]:
    return [path for folder in ("uploads", "cache/scratch") for path in (home / folder).rglob("*") if path.is_file()]


def test_a_cut_upload_goes_on_and_arrives_whole(server: LiveServer) -> None:
    upload = begin(server)
    half = len(BODY) // 2
    assert send(server, upload, 0, BODY[: half // 2]).json()["received"] == half // 2
    cut(server, upload, half // 2, BODY[half // 2 : half])
    assert where(server, upload, half) == half
    assert server.client.get("/api/v1/uploads").json()[0]["id"] == upload["id"]
    assert server.client.get("/api/v1/datasets").json()["total"] == 0
    rest(server, upload, half)
    dataset = server.client.post(f"/api/v1/uploads/{upload['id']}/finish", timeout=120)
    assert dataset.status_code == 201, dataset.text
    assert dataset.json()["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert (dataset.json()["rows"], dataset.json()["name"]) == (20_000, "rows.jsonl")
    assert server.client.get(f"/api/v1/uploads/{upload['id']}").status_code == 404
    assert files_of(server.home) == []


def test_a_part_from_elsewhere_and_an_early_end_are_refused(server: LiveServer) -> None:
    upload = begin(server)
    assert send(server, upload, 0, BODY[:1000]).status_code == 200
    wrong = send(server, upload, 999, BODY[999:2000])
    assert (wrong.status_code, wrong.json()["received"]) == (409, 1000)
    early = server.client.post(f"/api/v1/uploads/{upload['id']}/finish")
    assert (early.status_code, early.json()["received"]) == (409, 1000)
    more = send(server, upload, 1000, BODY)
    assert more.status_code == 413, more.text
    assert server.client.delete(f"/api/v1/uploads/{upload['id']}").status_code == 204
    assert files_of(server.home) == []


def test_a_file_with_faults_is_named_by_line_and_not_kept(server: LiveServer) -> None:
    bad = b'{"input": "a", "output": "b"}\n{"input": \n'
    upload = begin(server, "bad.jsonl", len(bad))
    send(server, upload, 0, bad)
    answer = server.client.post(f"/api/v1/uploads/{upload['id']}/finish", timeout=120)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["line"] == 2
    assert files_of(server.home) == []


def test_too_large_is_refused_when_it_is_announced(server: LiveServer) -> None:
    answer = server.client.post("/api/v1/uploads", json={"name": "big.jsonl", "bytes": 5 << 20})
    assert answer.status_code == 413
    assert "MODELFORGE_MAX_UPLOAD_BYTES" in answer.json()["hint"]


def test_silent_uploads_make_room_and_are_gone_after_a_day(server: LiveServer) -> None:
    first = begin(server, "first.jsonl")
    old = next((server.home / "uploads" / first["id"] / "source").iterdir())
    os.utime(old, (time.time() - 3600, time.time() - 3600))
    others = [begin(server, f"{number}.jsonl") for number in range(4)]
    left = {view["id"] for view in server.client.get("/api/v1/uploads").json()}
    assert left == {view["id"] for view in others}, "the one that was silent for longest made room"
    for view in others[:2]:
        file = next((server.home / "uploads" / view["id"] / "source").iterdir())
        os.utime(file, (time.time() - 90_000, time.time() - 90_000))
    begin(server, "last.jsonl")
    left = {view["name"] for view in server.client.get("/api/v1/uploads").json()}
    assert left == {"2.jsonl", "3.jsonl", "last.jsonl"}


@pytest.mark.parametrize("damage", [b"{", b"{}", None])
def test_one_damaged_upload_keeps_nobody_from_theirs(server: LiveServer, damage: bytes | None) -> None:
    def harm() -> str:
        upload = begin(server, "damaged.jsonl")
        manifest = server.home / "uploads" / upload["id"] / "manifest.json"
        manifest.unlink() if damage is None else manifest.write_bytes(damage)
        return str(upload["id"])

    kept, damaged = begin(server, "kept.jsonl"), harm()
    listed = server.client.get("/api/v1/uploads")
    deleted = server.client.delete(f"/api/v1/uploads/{damaged}")
    again = server.client.delete(f"/api/v1/uploads/{damaged}")

    assert kept["id"] in {view["id"] for view in listed.json()}
    assert damaged not in {view["id"] for view in listed.json()}
    assert (deleted.status_code, again.status_code) == (204, 404)
    assert not (server.home / "uploads" / damaged).exists()

    swept = harm()
    begin(server, "next.jsonl")
    assert not (server.home / "uploads" / swept).exists()


def test_uploads_deleted_at_once_are_deleted_once(server: LiveServer) -> None:
    for _ in range(5):
        upload = begin(server)
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(server.client.delete, [f"/api/v1/uploads/{upload['id']}"] * 6))
        codes = sorted(answer.status_code for answer in answers)

        assert codes[0] == 204
        assert set(codes[1:]) <= {404, 409}  # 409: asked while another was deleting
