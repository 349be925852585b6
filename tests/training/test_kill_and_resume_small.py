"""D2 and D3 in small: a real trainer on a few weights, killed at each stage, goes on to the bit."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
import tiny_engine

from modelforge.storage.folders import RunFolder
from modelforge.training.checkpoints import fault, newest_valid, published
from modelforge.training.event_log import read_events
from modelforge.training.launcher import ForkserverLauncher
from modelforge.training.process_group import members
from modelforge.training.run_lock import is_worked_on

SMALL = {
    "checkpointing": {"save_steps": 4, "save_total_limit": 2},
    "evaluation": {"eval_strategy": "epoch"},
    "data": {"validation_split": 0.1},
}
WITH_STEPS = {**SMALL, "evaluation": {"eval_strategy": "steps", "eval_steps": 3}}
WITH_LOADERS = {**SMALL, "compute": {"dataloader_num_workers": 1}}
BY_EPOCH = {**SMALL, "checkpointing": {"save_strategy": "epoch"}}
STEPS = 33


def launcher(pause: float = 0.0) -> ForkserverLauncher:
    return ForkserverLauncher(engine=tiny_engine.train, environment={**os.environ, "TINY_PAUSE": str(pause)})


def events(folder: RunFolder) -> list[Any]:
    return list(read_events(folder.events, limit=100_000).events)


def curve(folder: RunFolder) -> dict[str, Any]:
    """What a run came to: per step the loss and gradient norm last told, the evaluations, the hash of the weights."""
    found: dict[str, Any] = {}
    for event in events(folder):
        if event.kind in ("progress", "evaluation"):
            found[f"{event.kind} {event.data['step']}"] = (event.data["loss"], event.data.get("grad_norm"))
        elif event.kind == "notice" and event.data["text"].startswith("weights"):
            found["weights"] = event.data["text"]
    return found


def wait_for_end(folder: RunFolder, seconds: float = 120) -> str:
    deadline = time.monotonic() + seconds
    while folder.read_exit() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    end = folder.read_exit()
    assert end is not None
    assert end.error is None
    return end.status


def run_to_end(folder: RunFolder, pause: float = 0.0) -> None:
    launcher(pause).start(folder)
    assert wait_for_end(folder) == "succeeded"


def kill_when(folder: RunFolder, reached: Callable[[RunFolder], bool], pause: float = 0.01) -> None:
    """Start a worker, SIGKILL it alone once `reached` holds, and leave its children behind."""
    worker = launcher(pause).start(folder)
    while not reached(folder) and worker.is_alive:
        time.sleep(0.001)
    os.kill(worker.pid, signal.SIGKILL)
    while worker.is_alive:
        time.sleep(0.002)


def last_step(folder: RunFolder) -> int:
    return max((event.data["step"] for event in events(folder) if event.kind == "progress"), default=0)


STAGES: dict[str, Callable[[RunFolder], bool]] = {
    "lock": is_worked_on,
    "load": lambda folder: any(event.kind == "stage" for event in events(folder)),
    "first steps": lambda folder: last_step(folder) >= 2,
    "first save": lambda folder: any(folder.staging.iterdir()),
    "middle": lambda folder: last_step(folder) >= 14,
    "save at the end of an epoch": lambda folder: last_step(folder) >= 22 and any(folder.staging.iterdir()),
    "publish": lambda folder: any(path.name.startswith("checkpoint-28") for path in folder.checkpoints.iterdir()),
    "last step": lambda folder: last_step(folder) >= STEPS,
    "last checkpoint": lambda folder: (folder.checkpoints / f"checkpoint-{STEPS}").exists(),
}


@pytest.fixture(scope="module")
def unkilled() -> dict[str, Any]:
    """What undisturbed runs came to, by name."""
    return {}


def undisturbed(make_run: Any, unkilled: dict[str, Any], name: str, config: dict[str, Any]) -> dict[str, Any]:
    if name not in unkilled:
        folder = make_run(f"whole-{name}", **config)
        run_to_end(folder)
        unkilled[name] = curve(folder)
        assert f"progress {STEPS}" in unkilled[name]
        assert "weights" in unkilled[name]
    return unkilled[name]  # type: ignore[no-any-return]


FEW = ("first save", "middle", "save at the end of an epoch")


@pytest.mark.parametrize(
    ("name", "config", "stages"),
    [("by-epoch", SMALL, STAGES), ("by-steps", WITH_STEPS, FEW), ("saved-by-epoch", BY_EPOCH, FEW)],
)
def test_a_run_killed_at_every_stage_has_the_same_curve(make_run, unkilled, name, config, stages) -> None:  # type: ignore[no-untyped-def]
    expected = undisturbed(make_run, unkilled, name, config)
    folder = make_run("killed", **config)
    for reached in map(STAGES.__getitem__, stages):
        if folder.read_exit() is None:
            kill_when(folder, reached)
            assert [fault(path, folder.id) for path in published(folder)] == [None] * len(list(published(folder)))
    if folder.read_exit() is None:
        run_to_end(folder)
    assert curve(folder) == expected
    assert [event.seq for event in events(folder)] == list(range(1, len(events(folder)) + 1))
    assert len(list(published(folder))) <= 3


def test_a_run_killed_at_random_has_the_same_curve(make_run, unkilled) -> None:  # type: ignore[no-untyped-def]
    expected = undisturbed(make_run, unkilled, "by-epoch", SMALL)
    folder = make_run("killed", **SMALL)
    chance = random.Random(11)
    kills = 0
    while folder.read_exit() is None and kills < 8:
        worker = launcher(0.02).start(folder)
        time.sleep(chance.uniform(0.05, 0.6))
        os.kill(worker.pid, signal.SIGKILL)
        while worker.is_alive:
            time.sleep(0.002)
        kills += 1
    if folder.read_exit() is None:
        run_to_end(folder)
    assert curve(folder) == expected


def test_a_killed_run_with_data_loaders_goes_on(make_run, unkilled) -> None:  # type: ignore[no-untyped-def]
    expected = undisturbed(make_run, unkilled, "loaders", WITH_LOADERS)
    folder = make_run("killed", **WITH_LOADERS)
    worker = launcher(0.05).start(folder)
    while last_step(folder) < 6:
        time.sleep(0.005)
    assert len(members(worker.pid, worker.created)) > 1
    os.kill(worker.pid, signal.SIGKILL)
    while worker.is_alive:
        time.sleep(0.002)
    run_to_end(folder)
    assert curve(folder) == expected
    assert members(worker.pid, worker.created) == []


@pytest.mark.parametrize("step", [3, 11], ids=["inside an epoch", "at the end of an epoch"])
def test_a_stopped_run_goes_on_to_the_same_curve(make_run, unkilled, step: int) -> None:  # type: ignore[no-untyped-def]
    expected = undisturbed(make_run, unkilled, "by-epoch", SMALL)
    folder = make_run("stopped", **SMALL)
    launcher(0.05).start(folder)
    while last_step(folder) < step - 1:
        time.sleep(0.002)
    folder.stop_request.touch()
    assert wait_for_end(folder) == "stopped"
    stopped_at = newest_valid(folder).path
    assert stopped_at is not None
    launcher().start(folder, resume=True)
    assert wait_for_end(folder) == "succeeded"
    assert curve(folder) == expected


def test_a_torn_checkpoint_is_passed_over_and_said_so(make_run, unkilled) -> None:  # type: ignore[no-untyped-def]
    expected = undisturbed(make_run, unkilled, "by-epoch", SMALL)
    folder = make_run("torn", **SMALL)
    kill_when(folder, STAGES["publish"])
    newest = newest_valid(folder).path
    assert newest is not None
    optimizer = newest / "optimizer.pt"
    optimizer.write_bytes(optimizer.read_bytes()[:-1])
    run_to_end(folder)
    assert curve(folder) == expected
    texts = [event.data["text"] for event in events(folder) if event.kind == "notice"]
    assert any(text.startswith(f"{newest.name}: optimizer.pt has ") for text in texts)
