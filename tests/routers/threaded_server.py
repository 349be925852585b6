"""A real server on loopback: streams arrive as they are written, and clients may leave in the middle."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from pydantic import SecretStr
from server_under_test import TOKEN

from modelforge.app import create_app
from modelforge.schemas.playground import PlaygroundState
from modelforge.services.server_services import ServerServices
from modelforge.settings import Settings
from modelforge.training.launcher import ForkserverLauncher


@dataclass(frozen=True)
class LiveServer:
    """A server at its address, and a client that may do everything."""

    client: httpx.Client
    services: ServerServices

    @property
    def address(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return str(self.client.base_url).rstrip("/")

    def state(self) -> PlaygroundState:
        """What the playground has in memory."""
        return PlaygroundState.model_validate(self.client.get("/api/v1/playground").json())

    def wait_for(self, *statuses: str, seconds: float = 120) -> PlaygroundState:
        """The playground, once it is in one of the states."""
        deadline = time.monotonic() + seconds
        while (state := self.state()).status not in statuses:
            assert time.monotonic() < deadline, state
            time.sleep(0.02)
        return state

    def events(self, path: str, body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """All events of a stream."""
        with self.client.stream("POST", f"/api/v1/playground/{path}", json=body) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            return list(read_events(answer))


def read_events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, data) of each server-sent event, as it arrives."""
    kind = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


@contextlib.contextmanager
def live_server(home: Path, engine: Any = None, slots: tuple[str, ...] = ("cpu",)) -> Iterator[LiveServer]:
    """A server in a thread of this process."""
    app = create_app(Settings(home=home, token=SecretStr(TOKEN)))
    services: ServerServices = app.state.services
    launcher = ForkserverLauncher(engine=engine)
    services.workshop.use(lambda _slot: launcher, slots)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + 60
            while not server.started:
                assert thread.is_alive()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            headers = {"authorization": f"Bearer {TOKEN}"}
            with httpx.Client(base_url=address, headers=headers, timeout=180, trust_env=False) as client:
                yield LiveServer(client, services)
        finally:
            server.should_exit = True
            thread.join(60)
