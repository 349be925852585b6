"""Servers in processes of their own, on real sockets; ended with everything that they have started."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from modelforge.storage.file_manager import FileManager
from modelforge.training.process_group import kill_group
from modelforge.training.run_lock import read_owner

HERE = Path(__file__).parent
TOKEN = "token-of-the-tests-0123456789"
READY_SECONDS = 120.0
CONFIG: dict[str, Any] = {"model": "starter:chat", "dataset": "sample:support"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    """What a server process of a test is started with.

    It counts no covered lines, which takes nearly as long again: a server that is killed never says what it counted,
    and what its workers and jobs do is counted by the tests of their own rooms.
    """
    return {
        **{name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"},
        "PYTHONPATH": str(HERE),
        "MODELFORGE_HOME": str(home),
        "MODELFORGE_PORT": str(port),
        "MODELFORGE_TOKEN": TOKEN,
        "MODELFORGE_RATE_LIMIT": "100000000/second",
        **more,
    }


@dataclass
class LiveServer:
    """A server process, and how to ask it."""

    home: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)
    client: httpx.Client = field(repr=False)

    @property
    def files(self) -> FileManager:
        return FileManager(self.home)

    @property
    def pid(self) -> int:
        return self.process.pid

    def rss(self) -> float:
        """Megabytes that the server process itself holds."""
        return float(psutil.Process(self.pid).memory_info().rss / 2**20)

    def wait(self, run_id: str, *statuses: str, seconds: float = 120) -> dict[str, Any]:
        """The run, once it is in one of the states."""
        deadline = time.monotonic() + seconds
        while (run := self.client.get(f"/api/v1/runs/{run_id}").json())["status"] not in statuses:
            assert time.monotonic() < deadline, run
            time.sleep(0.05)
        return dict(run)


def client_of(port: int, token: str = TOKEN) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}, timeout=60, trust_env=False
    )


def wait_ready(client: httpx.Client, alive: Any = lambda: True, seconds: float = READY_SECONDS) -> float:
    """Seconds until the server answered."""
    begin = time.monotonic()
    while True:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/api/health", timeout=5).status_code == 200:
                return time.monotonic() - begin
        assert alive(), "the server has ended"
        assert time.monotonic() - begin < seconds, "the server is not ready"
        time.sleep(0.02)


@contextlib.contextmanager
def live_server(home: Path, *command: str, **more: str) -> Iterator[LiveServer]:
    """A server over `home`; default command: `serving.main`."""
    port, log = free_port(), home.parent / f"{home.name}-server.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            command or (sys.executable, "-c", "import serving; serving.main()"),
            env=environment(home, port, **more),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    with client_of(port, more.get("MODELFORGE_TOKEN", TOKEN)) as client:
        try:
            wait_ready(client, lambda: process.poll() is None)
            yield LiveServer(home, port, log, process, client)
        finally:
            end(process)
            end_workers(home)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server and the helpers it has started; workers live in groups of their own."""
    helpers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.wait()
    for helper in helpers:
        with contextlib.suppress(psutil.NoSuchProcess):
            helper.kill()


def end_workers(home: Path) -> None:
    for folder in FileManager(home).runs():
        with contextlib.suppress(Exception):
            if (owner := read_owner(folder)) is not None:
                kill_group(owner.pid, owner.created)
