"""The server on this machine: `python benchmarks/bench_server.py --output FILE`.

Measured from outside, over real sockets, on a home of its own: the time to import the application and to the first
answer; how long plain requests take, idle and while a run trains; how late an event reaches 1,000 viewers of one run;
the speed of a large upload, and what it costs in memory. Client and server share the machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

TOKEN = "a-token-for-the-benchmark"
HEADERS = {"authorization": f"Bearer {TOKEN}"}
ASKED = ("/api/health", "/api/v1/runs", "/api/v1/queue", "/api/v1/hardware/live", "/api/v1/datasets")
RUN = {
    "model": "starter:chat",
    "dataset": "sample:support",
    "max_steps": 20_000,
    "logging_steps": 5,
    "save_steps": 20_000,
}
FRAME = re.compile(rb"id: (\d+)\nevent: \w+\ndata: (\{.*\})\n\n")
ROW = b'{"input": "Say the number %09d, and then say what you think of it.", "output": "It is a fine number: %09d."}\n'


def import_seconds(times: int = 5) -> float:
    """The least of some tries: `import modelforge.app` in a fresh interpreter, without the interpreter's own start."""
    code = "import time; t = time.perf_counter(); import modelforge.app; print(time.perf_counter() - t)"
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(times))


@contextmanager
def server(home: Path) -> Iterator[tuple[int, int, float]]:
    """`modelforge serve` on a free port: (port, process id, seconds from its start to its first answer)."""
    environment = {**os.environ, "MODELFORGE_HOME": str(home), "MODELFORGE_TOKEN": TOKEN, "HF_HUB_OFFLINE": "1"}
    environment |= {"MODELFORGE_RATE_LIMIT": "1000000/second", "MODELFORGE_LOG_LEVEL": "WARNING"}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "modelforge.cli", "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        found = re.search(r":(\d+)/", process.stdout.readline())
        assert found, "the server did not start"
        port = int(found[1])
        httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False).raise_for_status()
        yield port, process.pid, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(60)


def latency(port: int, seconds: float) -> dict[str, float]:
    """Milliseconds of plain requests, one after the other, over one connection."""
    taken: list[float] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=HEADERS, timeout=60, trust_env=False) as client:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path in ASKED:
                begun = time.perf_counter()
                client.get(path).raise_for_status()
                taken.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.01)
    return {"requests": len(taken), **spread(taken)}


def spread(values: list[float]) -> dict[str, float]:
    """Median, 99th percentile and largest, rounded."""
    ordered = sorted(values)
    at = {"p50": 0.5, "p99": 0.99, "largest": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) for name, share in at.items()}


def begin_run(port: int) -> str:
    """A run that trains the starter model; returns once it takes steps."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=HEADERS, timeout=300, trust_env=False) as client:
        answer = client.post("/api/v1/runs", json=RUN).raise_for_status().json()
        while (run := client.get(f"/api/v1/runs/{answer['id']}").json())["progress"] is None:
            assert run["status"] in ("queued", "starting", "running"), run
            time.sleep(0.1)
    return str(answer["id"])


async def watch(port: int, run_id: str, viewers: int, seconds: float) -> tuple[list[float], int, int]:
    """Milliseconds from an event's time to each viewer; events seen; viewers that missed one or saw one twice."""
    received: list[tuple[float, float]] = []
    seen: list[list[int]] = [[] for _ in range(viewers)]
    tasks = []
    for mine in seen:
        tasks.append(asyncio.create_task(view(port, run_id, mine, received)))
        if len(tasks) % 50 == 0:
            await asyncio.sleep(0.1)
    while not all(seen):  # old events come first: nobody waits for a place any more
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)
    since = time.time()
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended
    wrong = sum(mine != list(range(1, len(mine) + 1)) for mine in seen)
    return [(now - said) * 1000 for said, now in received if said > since], max(map(len, seen)), wrong


async def view(port: int, run_id: str, mine: list[int], received: list[tuple[float, float]]) -> None:
    """One viewer: the numbers of the events it sees, and for each when it was said and when it came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    asked = f"GET /api/v1/runs/{run_id}/events HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    writer.write(asked.encode())
    rest = b""
    while block := await reader.read(1 << 16):
        now, rest, end = time.time(), rest + block, 0
        for match in FRAME.finditer(rest):
            mine.append(int(match[1]))
            received.append((float(json.loads(match[2])["time"]), now))
            end = match.end()
        rest = rest[end:]


def upload(port: int, pid: int, megabytes: int) -> dict[str, float]:
    """A file of valid rows: megabytes a second until it has come in, and in all with the check of every row."""
    process, most, done = psutil.Process(pid), 0, threading.Event()
    before = process.memory_info().rss
    sent = 0.0

    def look() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, process.memory_info().rss)
            time.sleep(0.05)

    def blocks() -> Iterator[bytes]:
        nonlocal sent
        lines = (1 << 20) // len(ROW % (0, 0))
        for block in range(megabytes):
            yield b"".join(ROW % (number, number) for number in range(block * lines, (block + 1) * lines))
        sent = time.perf_counter()

    looking = threading.Thread(target=look)
    looking.start()
    begun = time.perf_counter()
    kind = {"content-type": "application/octet-stream"}
    answer = httpx.post(
        f"http://127.0.0.1:{port}/api/v1/datasets",
        params={"name": "rows.jsonl"}, content=blocks(), headers={**HEADERS, **kind}, timeout=3600, trust_env=False,
    )  # fmt: skip
    end = time.perf_counter()
    done.set()
    looking.join()
    answer.raise_for_status()
    return {
        "megabytes": megabytes,
        "received_mb_per_second": round(megabytes / (sent - begun), 1),
        "with_check_mb_per_second": round(megabytes / (end - begun), 1),
        "server_memory_mb_more": round((most - before) / 2**20, 1),
    }


def measure(viewers: int, megabytes: int, seconds: float) -> dict[str, Any]:
    """All figures, on a home of its own."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    found: dict[str, Any] = {"import_seconds": round(import_seconds(), 2)}
    with tempfile.TemporaryDirectory() as folder, server(Path(folder) / "home") as (port, pid, ready):
        found["ready_seconds"] = round(ready, 2)
        time.sleep(30)  # the libraries that workers share are imported beside the first requests
        found["idle_ms"] = latency(port, seconds)
        found["upload"] = upload(port, pid, megabytes)
        run_id = begin_run(port)
        found["training_ms"] = latency(port, seconds)
        memory = psutil.Process(pid).memory_info().rss
        delays, events, wrong = asyncio.run(watch(port, run_id, viewers, seconds))
        more = psutil.Process(pid).memory_info().rss - memory
        found["viewers"] = {
            "viewers": viewers,
            "events": events,
            "viewers_with_a_gap": wrong,
            "delay_ms": spread(delays),
            "server_memory_mb_more": round(more / 2**20, 1),
        }
        httpx.post(f"http://127.0.0.1:{port}/api/v1/runs/{run_id}/stop", headers=HEADERS, json={}, trust_env=False)
    return found


def table(found: dict[str, Any]) -> str:
    """The figures beside what is promised."""
    viewers, up = found["viewers"], found["upload"]
    rows = [
        ("`import modelforge.app`", f"{found['import_seconds']} s", "1.5 s"),
        ("`modelforge serve` to its first answer", f"{found['ready_seconds']} s", "3 s"),
        ("request, idle, p50 / p99", f"{found['idle_ms']['p50']} / {found['idle_ms']['p99']} ms", ""),
        (
            "request while a run trains, p50 / p99",
            f"{found['training_ms']['p50']} / {found['training_ms']['p99']} ms",
            "p99 250 ms",
        ),
        (
            f"event to {viewers['viewers']:,} viewers while a run trains, p50 / p99",
            f"{viewers['delay_ms']['p50']:.0f} / {viewers['delay_ms']['p99']:.0f} ms",
            "p99 1,000 ms",
        ),
        ("viewers with a gap or a double", str(viewers["viewers_with_a_gap"]), "0"),
        ("server's memory for these viewers", f"{viewers['server_memory_mb_more']} MB", "64 MB"),
        (f"upload of {up['megabytes']:,} MB, received", f"{up['received_mb_per_second']} MB/s", ""),
        ("upload with the check of every row", f"{up['with_check_mb_per_second']} MB/s", ""),
        ("server's memory for the upload", f"{up['server_memory_mb_more']} MB", "32 MB"),
    ]
    lines = ["| what | measured | promised |", "|---|--:|--:|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def page(document: dict[str, Any]) -> str:
    """The table, and where it was measured."""
    machine = document["machine"]
    return (
        "# The server, measured\n\n"
        f"`python benchmarks/bench_server.py`, {document['when']}, {machine['platform']}, {machine['cores']} cores "
        f"that the clients and the training share with the server; load before: {machine['load_before']}.\n\n"
        f"{table(document)}"
    )


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="where to write the results as JSON")
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each latency is measured")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    found = measure(options.viewers, options.megabytes, options.seconds)
    print(table(found))
    if options.output:
        machine = {"platform": platform.platform(), "cores": os.cpu_count(), "load_before": round(load, 2)}
        when = f"{datetime.now(UTC):%Y-%m-%d}"
        document = {"when": when, "machine": machine, **found}
        options.output.write_text(json.dumps(document, indent=1) + "\n")
        options.output.with_suffix(".md").write_text(page(document))


if __name__ == "__main__":
    main()
