"""D8: started in a session of its own, and stopped for good, whatever the worker does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import tiny_engine

from modelforge.exceptions import ConflictError, TrainingError
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import read_events
from modelforge.training.launcher import ForkserverLauncher, LaunchedWorker, Launcher, SubprocessLauncher
from modelforge.training.process_group import created, members
from modelforge.training.run_lock import begin_attempt, is_worked_on, read_owner
from modelforge.training.stopping import stop_run

ENGINES = str(Path(__file__).with_name("tiny_engine.py"))


def launcher_of(engine: str, **environment: str) -> SubprocessLauncher:
    return SubprocessLauncher((sys.executable, ENGINES, engine), {**os.environ, **environment})


def wait_until(condition, seconds: float = 60) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def has_said(folder: RunFolder, kind: str) -> bool:
    return any(event.kind == kind for event in read_events(folder.events).events)


def status_of(folder: RunFolder) -> str | None:
    end = folder.read_exit()
    return end.status if end else None


@pytest.fixture(params=["subprocess", "forkserver"])
def waiting(request: pytest.FixtureRequest) -> Launcher:
    if request.param == "subprocess":
        return launcher_of("wait_for_stop")
    return ForkserverLauncher(engine=tiny_engine.wait_for_stop)


def test_a_worker_stands_alone_and_stops_when_asked(waiting: Launcher, folder: RunFolder) -> None:
    worker = waiting.start(folder)
    wait_until(lambda: has_said(folder, "stage"))
    assert worker.is_alive
    assert worker.epoch == 1
    owner = read_owner(folder)
    assert owner is not None
    assert (owner.pid, owner.epoch) == (worker.pid, 1)
    assert os.getsid(worker.pid) == os.getpgid(worker.pid) == worker.pid
    process = psutil.Process(worker.pid)
    if sys.platform == "linux":
        targets = [os.readlink(f"/proc/{worker.pid}/fd/{number}") for number in (0, 1, 2)]
        assert targets == ["/dev/null", str(folder.worker_log), str(folder.worker_log)]
    with pytest.raises(ConflictError):
        waiting.start(folder)
    begun = time.monotonic()
    assert waiting.stop(folder).status == "stopped"
    assert time.monotonic() - begun < 10
    assert not worker.is_alive
    assert created(process.pid) is None
    assert waiting.stop(folder).status == "stopped"
    with pytest.raises(ConflictError, match="has ended"):
        waiting.start(folder)
    again = waiting.start(folder, resume=True)
    assert again.epoch == 2
    wait_until(lambda: is_worked_on(folder))
    waiting.stop(folder)
    assert not again.is_alive


def test_the_worker_outlives_its_launcher(folder: RunFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from modelforge.storage.folders import RunFolder\n"
        "from modelforge.training.launcher import SubprocessLauncher\n"
        f"launcher = SubprocessLauncher((sys.executable, {ENGINES!r}, 'wait_for_stop'))\n"
        f"launcher.start(RunFolder(Path({str(folder.root)!r})))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    wait_until(lambda: has_said(folder, "stage"))
    assert is_worked_on(folder)
    assert stop_run(folder).status == "stopped"


def test_a_suspended_worker_wakes_and_saves(folder: RunFolder) -> None:
    launcher = ForkserverLauncher(engine=tiny_engine.train, environment={**os.environ, "TINY_PAUSE": "0.05"})
    worker = launcher.start(folder)
    wait_until(lambda: has_said(folder, "progress"))
    os.kill(worker.pid, signal.SIGSTOP)
    assert launcher.stop(folder).status == "stopped"
    assert has_said(folder, "checkpoint")
    assert not worker.is_alive


def test_a_deaf_worker_and_its_children_are_ended(folder: RunFolder) -> None:
    launcher = launcher_of("deaf_with_children")
    worker = launcher.start(folder)
    wait_until(lambda: has_said(folder, "notice"))
    text = next(event.data["text"] for event in read_events(folder.events).events if event.kind == "notice")
    child, stray = map(int, text.split())
    os.kill(worker.pid, signal.SIGSTOP)
    begun = time.monotonic()
    assert launcher.stop(folder, timeout=0.5).status == "stopped"
    assert time.monotonic() - begun < 30
    assert [created(pid) for pid in (worker.pid, child, stray)] == [None] * 3
    assert not worker.is_alive
    assert members(worker.pid, worker.created) == []
    assert [event.seq for event in read_events(folder.events).events] == [1, 2, 3, 4]


def test_children_of_a_killed_worker_are_ended(folder: RunFolder) -> None:
    launcher = launcher_of("deaf_with_children")
    worker = launcher.start(folder)
    wait_until(lambda: has_said(folder, "notice"))
    text = next(event.data["text"] for event in read_events(folder.events).events if event.kind == "notice")
    child, stray = map(int, text.split())
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: not worker.is_alive)
    assert is_worked_on(folder)
    assert begin_attempt(folder) == 2
    assert created(child) is None
    os.kill(stray, signal.SIGKILL)


def test_a_run_that_no_process_works_on_is_stopped(folder: RunFolder) -> None:
    assert stop_run(folder).status == "stopped"
    assert status_of(folder) == "stopped"
    launcher = launcher_of("succeed")
    worker = launcher.start(folder, resume=True)
    wait_until(lambda: not worker.is_alive)
    assert status_of(folder) == "succeeded"
    assert launcher.stop(folder).status == "succeeded"


def test_a_stop_right_after_the_start_is_heard(folder: RunFolder) -> None:
    launcher = launcher_of("wait_for_stop")
    worker = launcher.start(folder)
    assert launcher.stop(folder).status == "stopped"
    wait_until(lambda: not worker.is_alive)
    assert status_of(folder) == "stopped"


def test_a_worker_that_cannot_start_says_so(folder: RunFolder) -> None:
    with pytest.raises(TrainingError, match="No worker could be started") as caught:
        SubprocessLauncher(("/no/such/python",)).start(folder)
    assert "runs resume run-one" in (caught.value.hint or "")


def test_a_launched_worker_is_compared_by_what_it_is() -> None:
    assert LaunchedWorker(1, 2.0, 3) == LaunchedWorker(1, 2.0, 3)
