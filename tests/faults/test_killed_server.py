"""D1: a server that is killed loses nothing: no run lost, none run twice, no event missing, all adopted again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from live_server import CONFIG, client_of, end_workers, environment, free_port, wait_ready

from modelforge.database.database_manager import DatabaseManager
from modelforge.storage.file_manager import FileManager
from modelforge.training.event_log import read_events

pytestmark = pytest.mark.faults
SAVE_STEPS = 5


class Nursery:
    """Servers over one home, one after the other, each killed."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.client = client_of(self.port)
        self.log = (home.parent / "server.log").open("ab")
        settings = environment(
            home,
            self.port,
            TEST_ENGINE="count",
            TEST_SLOTS="a,b,c",
            ENGINE_PAUSE="0.02",
            MODELFORGE_LOG_LEVEL="WARNING",
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", "import serving; serving.nursery()"],
            env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )  # fmt: skip
        self.server: psutil.Process | None = None

    def begin(self) -> float:
        """A new server; returns the seconds until it answered."""
        assert self.process.stdin
        assert self.process.stdout
        begun = time.monotonic()
        self.process.stdin.write("serve\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        while not line.strip().isdigit():  # what earlier servers have announced
            line = self.process.stdout.readline()
        self.server = psutil.Process(int(line))
        wait_ready(self.client, self.server.is_running)
        return time.monotonic() - begun

    def kill(self) -> None:
        """SIGKILL to the server's main process alone."""
        assert self.server
        os.kill(self.server.pid, signal.SIGKILL)
        with contextlib.suppress(psutil.NoSuchProcess):
            self.server.wait(30)

    def close(self) -> None:
        if self.server and self.server.is_running():
            helpers = self.server.children(recursive=True)
            self.kill()
            for helper in helpers:
                with contextlib.suppress(psutil.NoSuchProcess):
                    helper.kill()
        self.process.kill()
        self.process.wait()
        self.client.close()
        self.log.close()
        end_workers(self.home)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    found = Nursery(tmp_path / "home")
    yield found
    found.close()


class Submitter(threading.Thread):
    """Submits runs one after the other, each under its key until it is told that it was accepted."""

    def __init__(self, port: int, runs: int, pause: float) -> None:
        super().__init__(daemon=True)
        self.port, self.runs, self.pause = port, runs, pause
        self.accepted: dict[str, set[tuple[str, ...]]] = {}
        """Key → the runs that were made for it; every fourth is a recipe of two stages."""
        self.enough = threading.Event()

    def run(self) -> None:
        chance = random.Random(11)
        with client_of(self.port) as client:
            for number in range(self.runs):
                steps = chance.choice((6, 30, 100))
                config = {**CONFIG, "name": f"run-{number}", "max_steps": steps, "save_steps": SAVE_STEPS}
                if number % 4 == 3:
                    config["stages"] = [{"strategy": "sft"}, {"strategy": "dpo", "max_steps": 6}]
                while not self.enough.is_set():
                    with contextlib.suppress(httpx.TransportError):
                        answer = client.post("/api/v1/runs", json=config, headers={"idempotency-key": f"key-{number}"})
                        assert answer.status_code == 202, answer.text
                        run = answer.json()
                        ids = tuple(run["stage"]["runs"]) if run["stage"] else (run["id"],)
                        self.accepted.setdefault(f"key-{number}", set()).add(ids)
                        if chance.random() < 0.7:
                            break
                        continue  # ask once more, as a client does that has not heard the answer
                    time.sleep(0.01)
                self.enough.wait(self.pause * chance.random())


def heard_again(nursery: Nursery) -> float | None:
    """Seconds from a server's first answer until it has heard more of a run that was under way; none was: nothing."""
    begin = time.monotonic()
    runs = nursery.client.get("/api/v1/runs", params={"status": "running", "limit": 200}).json()["items"]
    before = {run["id"]: (run["progress"] or {}).get("step", 0) for run in runs}
    while before and time.monotonic() - begin < 30:
        for run_id, step in before.items():
            now = nursery.client.get(f"/api/v1/runs/{run_id}").json()
            if now["status"] != "running" or (now["progress"] or {}).get("step", 0) > step:
                return time.monotonic() - begin
        time.sleep(0.02)
    return 30.0 if before else None


MOMENTS = ("at once", "queued", "starting", "running", "saved", "succeeded")


def wait_for(nursery: Nursery, moment: str, seconds: float = 1.2) -> None:
    """Return when a run has come so far since this was called, or when time is up."""

    def seen() -> object:
        if moment == "saved":
            return [run["id"] for run in running() if ((run["progress"] or {}).get("step") or 0) >= SAVE_STEPS]
        return nursery.client.get("/api/v1/runs", params={"status": moment}).json()["total"]

    def running() -> list[dict[str, Any]]:
        found = nursery.client.get("/api/v1/runs", params={"status": "running"}).json()["items"]
        return [dict(run) for run in found]

    if moment == "at once":
        return
    before, deadline = seen() if moment in ("queued", "succeeded") else 0, time.monotonic() + seconds
    while time.monotonic() < deadline and seen() in (before, []):
        time.sleep(0.01)


@pytest.mark.slow
def test_a_killed_server_loses_nothing(nursery: Nursery, figure: Callable[[int, int], int]) -> None:
    kills, runs = figure(30, 500), figure(20, 200)
    chance = random.Random(5)
    nursery.begin()
    submitter = Submitter(nursery.port, runs, pause=1.5 * kills / runs)
    submitter.start()
    waits: list[float] = []
    for _ in range(kills):
        if (wait := heard_again(nursery)) is not None:
            waits.append(wait)
        wait_for(nursery, chance.choice(MOMENTS))
        time.sleep(chance.random() * 0.15)
        nursery.kill()
        nursery.begin()
    submitter.join(300)
    assert not submitter.is_alive()
    deadline = time.monotonic() + figure(180, 900)
    while nursery.client.get("/api/v1/runs", params={"status": "succeeded"}).json()["total"] < runs + runs // 4:
        assert time.monotonic() < deadline, nursery.client.get("/api/v1/runs").json()
        time.sleep(0.2)
    nursery.kill()
    print(f"re-adopted: {len(waits)} times, longest {max(waits, default=0):.2f} s")  # noqa: T201
    assert all(len(ids) == 1 for ids in submitter.accepted.values()), "a key has made two runs"
    assert len(submitter.accepted) == runs
    check_home(nursery.home, {run for made in submitter.accepted.values() for ids in made for run in ids})
    assert waits
    assert max(waits) <= figure(20, 2)


def check_home(home: Path, expected: set[str]) -> None:
    """No run lost, none carried out twice, every event in the index exactly once and in order."""
    files = FileManager(home)
    assert {folder.id for folder in files.runs()} == expected
    database = DatabaseManager(f"sqlite:///{home / 'modelforge.db'}")
    assert {run.id for run in database.list_runs()} == expected
    for folder in files.runs():
        starts = (folder.root / "starts.txt").read_text().splitlines()
        assert len(starts) == 1, (folder.id, starts)
        page = read_events(folder.events)
        events = list(page.events)
        while page.events:
            page = read_events(folder.events, page.offset)
            events += page.events
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert database.list_events(folder.id) == events
        total = folder.read_spec().config.optimization.max_steps
        assert [event.data["step"] for event in events if event.kind == "progress"] == list(range(1, (total or 0) + 1))
        end = folder.read_exit()
        assert end is not None
        assert end.status == database.get_run(folder.id).status == "succeeded"
        stage = folder.read_spec().stage
        for needed in stage.needs if stage else ():
            before = files.run(needed).read_exit()
            assert before is not None
            assert events[0].time >= before.finished_at.timestamp(), "a stage began before the one it stands on"
    database.close()
