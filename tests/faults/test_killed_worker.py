"""D2, D5 and D8 under a supervisor: killed workers go on, a full disk is waited for, and stop means stopped."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import engines
import pytest
from fault_home import Home, wait_until

from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import read_events
from modelforge.training.process_group import created
from modelforge.training.run_lock import is_worked_on, read_owner

pytestmark = pytest.mark.faults
SAVE_STEPS, STEPS = 5, 20


def said(folder: RunFolder) -> list[str]:
    """Kinds of the events so far; states and stages by name, progress by step."""
    if not folder.events.exists():
        return []
    found = read_events(folder.events, limit=10_000).events
    return [
        f"{one.kind} {one.data.get('status') or one.data.get('name') or one.data.get('step') or ''}" for one in found
    ]


STAGES: dict[str, Callable[[RunFolder], object]] = {
    "lock": lambda folder: folder.owner.exists(),
    "start": lambda folder: "state starting" in said(folder),
    "import": lambda folder: "state running" in said(folder),
    "load": lambda folder: (folder.root / "starts.txt").exists(),
    "train": lambda folder: "stage train" in said(folder),
    "step": lambda folder: "progress 3" in said(folder),
    "save": lambda folder: any(folder.staging.iterdir()),
    "saved": lambda folder: any(folder.checkpoints.iterdir()),
    "later step": lambda folder: "progress 13" in said(folder),
    "end": lambda folder: f"progress {STEPS}" in said(folder),
}


def kill_at(folder: RunFolder, reached: Callable[[RunFolder], object]) -> bool:
    """SIGKILL to the worker's main process once `reached` holds; False: it had ended before."""
    deadline = time.monotonic() + 60
    while not reached(folder):
        assert time.monotonic() < deadline
        time.sleep(0.0005)
    owner = read_owner(folder)
    if owner is None or folder.exit.exists():
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(owner.pid, signal.SIGKILL)
    return True


def children(folder: RunFolder) -> list[int]:
    path = folder.root / "children.txt"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.mark.slow
def test_a_worker_killed_at_any_stage_costs_one_save_interval(place: Home, figure: Callable[[int, int], int]) -> None:
    """Its children are left behind with the run's lock: they are ended, and the run goes on from its checkpoint."""
    chance, killed = random.Random(2), 0
    place.supervise(engines.with_loader, slots=("a", "b"), ENGINE_PAUSE="0.004")
    config = {"optimization": {"max_steps": STEPS}, "checkpointing": {"save_steps": SAVE_STEPS}}
    for number in range(figure(2, 50)):
        for stage, reached in STAGES.items():
            run_id = f"run-{number}-{stage.replace(' ', '-')}"
            folder = place.submit(run_id, **config)
            place.supervisors[0].wake()
            died = kill_at(folder, reached)
            if died and chance.random() < 0.3:
                time.sleep(chance.random() * 0.05)
            killed += died
            wait_until(lambda run=run_id: place.status(run) in ("succeeded", "failed"), 60)  # type: ignore[misc]
            assert place.status(run_id) == "succeeded", stage
            events = read_events(folder.events, limit=10_000).events
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            assert place.database.list_events(run_id) == list(events)
            steps = [event.data["step"] for event in events if event.kind == "progress"]
            assert sorted(set(steps)) == list(range(1, STEPS + 1)), stage
            assert len(steps) - STEPS <= SAVE_STEPS, f"{stage}: more than one save interval was done again"
            assert not [pid for pid in children(folder) if created(pid)], stage
            assert not list(folder.staging.iterdir())
    assert killed >= figure(14, 350)


# D8


@pytest.mark.parametrize("suspended", [False, True], ids=["deaf", "suspended"])
def test_stop_means_stopped(place: Home, figure: Callable[[int, int], int], suspended: bool) -> None:
    """A worker that ignores SIGTERM, with a child, suspended or not: every process is gone in 30 seconds."""
    folder = place.submit("run-one")
    supervisor = place.supervise(engines.deaf)
    wait_until(lambda: children(folder))
    owner = read_owner(folder)
    assert owner is not None
    pids = [owner.pid, *children(folder)]
    if suspended:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    supervisor.close(stop_runs=True, timeout=figure(1, 25))
    assert time.monotonic() - begun <= 30
    assert [created(pid) for pid in pids] == [None, None]
    assert place.status("run-one") == "stopped"
    assert any(folder.checkpoints.iterdir())


# D5


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here: this needs Linux and the rights of root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_full_disk_is_waited_for(small_disk: Path) -> None:
    """The worker leaves when a write finds no room; the run does not fail, and goes on by itself when there is some."""
    place = Home(small_disk / "home")
    ballast = small_disk / "ballast"
    try:
        ballast.write_bytes(b"x" * (22 << 20))
        folder = place.submit("run-one", optimization={"max_steps": 6})
        place.supervise(engines.full_disk)
        wait_until(lambda: folder.events.exists() and (folder.root / "ballast").exists())
        wait_until(lambda: not is_worked_on(folder))
        time.sleep(1.0)  # not a byte is free: the supervisor can do nothing but wait, and the index takes nothing
        assert folder.read_exit() is None
        ballast.unlink()
        wait_until(lambda: place.status("run-one") == "succeeded", 60)
        assert place.run("run-one").error is None
        assert place.database.list_events("run-one", "error") == []
    finally:
        place.close()
