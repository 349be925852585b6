"""L1, L2, V2 and V3 on real sockets: many viewers, a busy machine, a large upload, uploads that break off."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from live_server import CONFIG, TOKEN, LiveServer, live_server

pytestmark = pytest.mark.slow
HEADERS = f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
FRAME = re.compile(rb"id: (\d+)\nevent: \w+\ndata: (\{.*\})\n\n")
ROW = b'{"input": "Say the number %09d, and then say what you think of it.", "output": "It is a fine number: %09d."}\n'


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


# L1


async def view(port: int, run_id: str, seen: list[int], delays: list[float]) -> None:
    """One viewer: HTTP/1.0, so that the body is the stream as it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(f"GET /api/v1/runs/{run_id}/events HTTP/1.0\r\n{HEADERS}\r\n".encode())
    rest = b""
    begun = time.time()
    while block := await reader.read(1 << 16):
        now, rest = time.time(), rest + block
        end = 0
        for match in FRAME.finditer(rest):
            seen.append(int(match[1]))
            if (said := float(orjson.loads(match[2])["time"])) > begun:
                delays.append(now - said)
            end = match.end()
        rest = rest[end:]
    writer.close()


async def view_all(server: LiveServer, run_id: str, viewers: int) -> tuple[list[list[int]], list[float], float]:
    seen: list[list[int]] = [[] for _ in range(viewers)]
    delays: list[float] = []
    most = 0.0
    tasks = []
    for mine in seen:
        tasks.append(asyncio.create_task(view(server.port, run_id, mine, delays)))
        if len(tasks) % 50 == 0:
            await asyncio.sleep(0.05)  # a listen queue is finite
    watching = asyncio.gather(*tasks)
    while not watching.done():
        most = max(most, server.rss())
        await asyncio.sleep(0.2)
    await watching
    return seen, delays, most


def test_every_viewer_sees_every_event_once(tmp_path: Path, figure: Callable[[int, int], int]) -> None:
    viewers, steps = figure(200, 1000), figure(20, 40)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    try:
        with live_server(tmp_path / "home", TEST_ENGINE="count", ENGINE_PAUSE="0.25") as server:
            run = server.client.post("/api/v1/runs", json={**CONFIG, "max_steps": steps, "save_steps": 1000}).json()
            server.wait(run["id"], "running")
            before = server.rss()
            seen, delays, most = asyncio.run(view_all(server, run["id"], viewers))
            number = len(server.client.get(f"/api/v1/runs/{run['id']}/events?limit=1000",
                                           headers={"accept": "application/json"}).json()["items"])  # fmt: skip
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    worst = percentile(delays, 0.99)
    print(f"{viewers} viewers, {number} events: p99 {worst * 1000:.0f} ms, {most - before:.0f} MB more")  # noqa: T201
    assert seen == [list(range(1, number + 1))] * viewers
    assert worst <= figure(5, 1)
    assert most - before <= 64


# L2


def ask(server: LiveServer, seconds: float, every: float = 0.02) -> list[float]:
    """Seconds that each of the plain questions took."""
    taken: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in ("/api/health", "/api/v1/runs", "/api/v1/version", "/api/v1/queue"):
            begun = time.perf_counter()
            assert server.client.get(path).status_code == 200
            taken.append(time.perf_counter() - begun)
        time.sleep(every)
    return taken


def test_the_api_answers_while_a_run_trains(tmp_path: Path, figure: Callable[[int, int], int]) -> None:
    with live_server(tmp_path / "home", TEST_ENGINE="burn") as server:
        run = server.client.post("/api/v1/runs", json={**CONFIG, "max_steps": 10_000}).json()
        server.wait(run["id"], "running")
        taken = ask(server, figure(3, 60))
        assert server.client.get(f"/api/v1/runs/{run['id']}").json()["status"] == "running"
    worst = percentile(taken, 0.99)
    print(f"{len(taken)} requests while a run trains: p99 {worst * 1000:.0f} ms")  # noqa: T201
    assert worst <= figure(2000, 250) / 1000


# V2, V3


def rows(megabytes: int) -> Iterator[bytes]:
    """Valid rows, all different, in blocks of about a megabyte."""
    lines = (1 << 20) // len(ROW % (0, 0))
    for block in range(megabytes):
        yield b"".join(ROW % (number, number) for number in range(block * lines, (block + 1) * lines))


def test_a_large_upload_takes_constant_memory(tmp_path: Path, figure: Callable[[int, int], int]) -> None:
    megabytes = figure(64, 1024)
    with live_server(tmp_path / "home", TEST_ENGINE="count") as server:
        send = {"params": {"name": "rows.jsonl"}, "headers": {"content-type": "application/octet-stream"}}
        assert server.client.post("/api/v1/datasets", content=rows(1), **send).status_code == 201  # type: ignore[arg-type]
        before, most, done = server.rss(), 0.0, threading.Event()
        taken: list[float] = []

        def look() -> None:
            nonlocal most
            while not done.is_set():
                taken.extend(ask(server, 0.2))
                most = max(most, server.rss())

        looking = threading.Thread(target=look)
        looking.start()
        answer = server.client.post("/api/v1/datasets", content=rows(megabytes), timeout=3000, **send)  # type: ignore[arg-type]
        done.set()
        looking.join()
        assert answer.status_code == 201, answer.text
        assert answer.json()["bytes"] > megabytes * 1_000_000
    worst = percentile(taken, 0.99)
    print(f"{megabytes} MB up: {most - before:.0f} MB more, others p99 {worst * 1000:.0f} ms")  # noqa: T201
    assert most - before <= 32
    assert worst <= figure(3000, 250) / 1000


def left(scratch: Path) -> list[str]:
    """Files with anything in them."""
    while True:
        with contextlib.suppress(FileNotFoundError):  # removed while we look
            return [str(path) for path in scratch.rglob("*") if path.is_file() and path.stat().st_size]


def test_a_cut_upload_leaves_nothing(tmp_path: Path, figure: Callable[[int, int], int]) -> None:
    """Bodies that end too early, at random places, with and without a stated length, as they are and in a form."""
    chance = random.Random(6)
    body = b"".join(rows(1))
    with live_server(tmp_path / "home", TEST_ENGINE="count") as server:
        for number in range(figure(25, 100)):
            form = number % 3 == 2
            kind = "multipart/form-data; boundary=x" if form else "application/octet-stream"
            begin = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n' if form else b""
            length = f"Content-Length: {len(body) * 2}" if number % 2 else "Transfer-Encoding: chunked"
            part = begin + body[: chance.randrange(len(body))]
            if not number % 2:
                part = b"%x\r\n%s\r\n" % (len(part) + 10, part)
            with socket.create_connection(("127.0.0.1", server.port)) as line:
                line.sendall(
                    f"POST /api/v1/datasets?name=a.jsonl HTTP/1.1\r\n{HEADERS}"
                    f"Content-Type: {kind}\r\n{length}\r\n\r\n".encode()
                )
                with contextlib.suppress(OSError):
                    line.sendall(part)
                if chance.random() < 0.5:
                    time.sleep(0.01)
        deadline = time.monotonic() + 30
        scratch = server.home / "cache" / "scratch"
        while left(scratch):
            assert time.monotonic() < deadline, left(scratch)
            time.sleep(0.05)
        assert server.client.get("/api/v1/datasets").json()["total"] == 0
        assert not list((server.home / "datasets").glob("*/*"))
        assert left(scratch) == []
