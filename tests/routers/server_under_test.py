"""Servers over a home of their own, asked in-process, with workers that count instead of training."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from pydantic import SecretStr

from modelforge.app import WEB, create_app
from modelforge.services.server_services import ServerServices
from modelforge.settings import Settings
from modelforge.training.launcher import ForkserverLauncher
from modelforge.training.process_group import kill_group
from modelforge.training.run_lock import read_owner

ENGINES = str(Path(__file__).parents[1] / "faults")
if ENGINES not in sys.path:  # worker processes import `engines` by name
    sys.path.insert(0, ENGINES)

TOKEN = "token-of-the-tests-0123456789"
CONFIG: dict[str, Any] = {"model": "starter:chat", "dataset": "sample:support"}
ROWS = "".join(f'{{"input": "Say the number {n}.", "output": "It is {n}, twice {2 * n}."}}\n' for n in range(24))


@dataclass(frozen=True)
class RunServer:
    """A server, and a client that may do everything."""

    client: TestClient
    services: ServerServices

    def small(self, **config: Any) -> dict[str, Any]:
        """A config over a dataset of 24 rows, which is prepared in a moment."""
        found = self.client.get("/api/v1/datasets").json()["items"]
        if not found:
            found = [
                self.client.post(
                    "/api/v1/datasets",
                    params={"name": "numbers.jsonl"},
                    content=ROWS,
                    headers={"content-type": "application/octet-stream"},
                ).json()
            ]
        return {**CONFIG, "dataset": found[0]["id"], **config}

    def wait(self, run_id: str, *statuses: str, seconds: float = 180) -> dict[str, Any]:
        """The run, once it is in one of the states."""
        deadline = time.monotonic() + seconds
        while (run := self.client.get(f"/api/v1/runs/{run_id}").json())["status"] not in statuses:
            assert time.monotonic() < deadline, run
            time.sleep(0.05)
        return dict(run)


@contextlib.contextmanager
def run_server(
    home: Path, engine: Any = None, slots: tuple[str, ...] = ("cpu",), web: Path = WEB, **settings: Any
) -> Iterator[RunServer]:
    """A server whose workers carry out `engine` (default: the real one); its processes are ended afterwards."""
    app = create_app(Settings(home=home, token=SecretStr(TOKEN), **settings), web=web)
    services: ServerServices = app.state.services
    launcher = ForkserverLauncher(engine=engine)
    services.workshop.use(lambda _slot: launcher, slots)
    headers = {"authorization": f"Bearer {TOKEN}"}
    try:
        with TestClient(app, base_url="http://127.0.0.1:8000", headers=headers) as client:
            yield RunServer(client, services)
    finally:
        for folder in services.files.runs():
            with contextlib.suppress(Exception):
                if (owner := read_owner(folder)) is not None:
                    kill_group(owner.pid, owner.created)
