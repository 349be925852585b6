"""D2 and D3 on the real thing: a worker training the starter model, killed at every stage, ends as if undisturbed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.events import Event
from modelforge.services.run_reader import RunReader
from modelforge.services.training_service import TrainingService
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.checkpoints import fault, published
from modelforge.training.event_log import read_events
from modelforge.training.launcher import ForkserverLauncher
from modelforge.training.process_group import kill_group
from modelforge.training.run_lock import read_owner

STEPS = 9
RECIPE: dict[str, Any] = {
    "name": "killed",
    "model": "starter:chat",
    "data": {"max_length": 128, "validation_split": 0.1},
    "lora": {"r": 4, "lora_alpha": 8, "lora_dropout": 0.1},
    "optimization": {"max_steps": STEPS, "per_device_train_batch_size": 2, "learning_rate": 0.001},
    "evaluation": {"eval_strategy": "steps", "eval_steps": 4, "max_rows": 2, "max_new_tokens": 6},
    "checkpointing": {"save_steps": 2, "save_total_limit": 2},
    "compute": {"device": "cpu", "num_threads": 1, "precision": "fp32"},
    "logging": {"tensorboard": False},
}


def all_events(folder: RunFolder) -> tuple[Event, ...]:
    return read_events(folder.events, limit=100_000).events


def last_step(folder: RunFolder) -> int:
    return max((event.data["step"] for event in all_events(folder) if event.kind == "progress"), default=0)


def in_stage(name: str) -> Callable[[RunFolder], bool]:
    def reached(folder: RunFolder) -> bool:
        stages = [event.data["name"] for event in all_events(folder) if event.kind == "stage"]
        return any(stage.startswith(name) for stage in stages)

    return reached


STAGES: dict[str, Callable[[RunFolder], bool]] = {
    "lock": lambda folder: folder.owner.exists(),
    "load": in_stage("load"),
    "measure the base model": in_stage("measure the base"),
    "train": in_stage("train"),
    "step": lambda folder: last_step(folder) >= 1,
    "save": lambda folder: any(folder.staging.iterdir()),
    "checkpoint": lambda folder: (folder.checkpoints / "checkpoint-4").exists(),
    "later step": lambda folder: last_step(folder) >= 7,
    "measure the tuned model": in_stage("measure the tuned"),
    "publish": in_stage("publish"),
    "model": lambda folder: any(event.kind == "model" for event in all_events(folder)),
}


class Bench:
    """A home with a prepared run that can be started again under other ids."""

    def __init__(self, home: Path) -> None:
        self.files = FileManager(home)
        self.database = DatabaseManager(f"sqlite:///{home / 'modelforge.db'}")
        self.database.migrate()
        self.launcher = ForkserverLauncher()
        self.launcher.warm()
        service = TrainingService(self.database, self.files, self.launcher)
        self.first = self.files.run(service.create(parse_training_config(recipe(home)).config).id)
        self.reader = RunReader(self.database, self.files)

    def copy(self, run_id: str) -> RunFolder:
        """Another run over the same prepared data."""
        spec = self.first.read_spec().model_copy(update={"id": run_id})
        with self.files.scratch() as work:
            shutil.copytree(self.first.data, work / "data")
            return self.files.create_run(spec, work / "data")

    def finish(self, folder: RunFolder, *, resume: bool = False) -> None:
        """Let a worker carry the run to its end."""
        if resume or folder.read_exit() is None:
            self.launcher.start(folder, resume=resume)
        deadline = time.monotonic() + 240
        while (end := folder.read_exit()) is None:
            assert time.monotonic() < deadline, folder.worker_log.read_text()[-2000:]
            time.sleep(0.02)
        assert (end.status, end.error) == ("succeeded", None)
        assert end.model_id is not None

    def kill_when(self, folder: RunFolder, reached: Callable[[RunFolder], bool]) -> None:
        """Start a worker and SIGKILL it as soon as `reached` holds."""
        worker = self.launcher.start(folder)
        while not reached(folder) and worker.is_alive:
            time.sleep(0.001)
        os.kill(worker.pid, signal.SIGKILL)
        while worker.is_alive:
            time.sleep(0.002)

    def outcome(self, folder: RunFolder) -> dict[str, Any]:
        """Everything that must not depend on kills."""
        found: dict[str, Any] = {}
        for event in all_events(folder):
            if event.kind == "progress":
                names = ("loss", "grad_norm", "learning_rate")
                found[f"step {event.data['step']}"] = [event.data[name] for name in names]
            elif event.kind == "evaluation":
                found[f"evaluation {event.data['step']}"] = event.data["loss"]
        end = folder.read_exit()
        assert end is not None
        assert end.model_id is not None
        weights = self.files.model(end.model_id).root / "adapter_model.safetensors"
        found["adapter"] = hashlib.sha256(weights.read_bytes()).hexdigest()
        found["report"] = json.loads(folder.report_json.read_text())["metrics"]
        return found


def recipe(home: Path) -> dict[str, Any]:
    """The recipe, with its data written beside `home`."""
    path = home.parent / "rows.jsonl"
    fruits = ("apple", "pear", "plum", "fig", "lime")
    rows = [{"input": f"Repeat: {fruits[n % 5]} {n}", "output": f"{fruits[n % 5]} {n}"} for n in range(40)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {**RECIPE, "dataset": str(path)}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("kill") / "home")
    yield made
    for folder in made.files.runs():
        if (owner := read_owner(folder)) is not None:
            kill_group(owner.pid, owner.created)
    made.database.close()


@pytest.fixture(scope="module")
def undisturbed(bench: Bench) -> dict[str, Any]:
    bench.finish(bench.first)
    outcome = bench.outcome(bench.first)
    assert sum(name.startswith("step") for name in outcome) == STEPS
    return outcome


@pytest.mark.slow
@pytest.mark.faults
def test_a_run_killed_at_every_stage_ends_as_if_undisturbed(bench: Bench, undisturbed: dict[str, Any]) -> None:
    folder = bench.copy("killed-at-every-stage")
    for name, condition in STAGES.items():
        bench.kill_when(folder, condition)
        assert folder.read_exit() is None or name == "model", name  # so near the end, the end may win
        assert [fault(path, folder.id) for path in published(folder)] == [None] * len(list(published(folder)))
    bench.finish(folder)
    assert bench.outcome(folder) == undisturbed
    numbers = [event.seq for event in all_events(folder)]
    assert numbers == list(range(1, len(numbers) + 1))
    run = bench.reader.catch_up(folder.id)
    assert (run.status, run.model_id) == ("succeeded", folder.id)
    assert [event.seq for event in bench.database.list_events(folder.id)] == numbers
    assert len([model for model in bench.files.models() if model.id.startswith(folder.id)]) == 1


@pytest.mark.slow
@pytest.mark.faults
def test_a_stopped_run_resumed_ends_as_if_undisturbed(bench: Bench, undisturbed: dict[str, Any]) -> None:
    folder = bench.copy("stopped-and-resumed")
    bench.launcher.start(folder)
    while last_step(folder) < 3:
        time.sleep(0.005)
    assert bench.launcher.stop(folder).status == "stopped"
    assert any(event.kind == "checkpoint" for event in all_events(folder))
    bench.finish(folder, resume=True)
    assert bench.outcome(folder) == undisturbed
