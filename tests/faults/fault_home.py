"""A home folder with supervisors over it, as servers have."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import engines

from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.config.stages import parse_stages
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.run import RunSpec, RunTicket, RunView
from modelforge.services.run_reader import queued
from modelforge.services.run_supervisor import RunSupervisor
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.launcher import ForkserverLauncher
from modelforge.training.process_group import kill_group
from modelforge.training.run_lock import read_owner

LIGHT = ("modelforge.training.worker", "modelforge.training.checkpoints")
"""Enough for the engines of these tests; torch is not needed."""


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


class Home:
    """A home folder, its index, and supervisors that come and go."""

    def __init__(self, root: Path) -> None:
        self.files = FileManager(root)
        self.files.home.mkdir(parents=True, exist_ok=True)
        self.database = DatabaseManager(f"sqlite:///{root / 'modelforge.db'}")
        self.database.migrate()
        self.supervisors: list[RunSupervisor] = []

    def submit(self, run_id: str, **config: Any) -> RunFolder:
        """A queued run without data, as a submit leaves it."""
        values = {"model": "starter:chat", "dataset": "sample:support", "checkpointing": {"save_steps": 5}, **config}
        spec = RunSpec(
            id=run_id,
            name=run_id,
            created_at=datetime.now(UTC),
            config=TrainingConfig.model_validate(values),
            dataset_sha256=None,
            versions={},
        )
        ticket = RunTicket(position=time.time())
        with self.files.scratch() as work:
            (work / "data").mkdir()
            folder = self.files.create_run(spec, work / "data", ticket=ticket)
        self.database.submit_run(queued(spec, ticket), ticket)
        return folder

    def submit_stages(self, *stages: dict[str, Any], queue: bool = True, **shared: Any) -> list[str]:
        """The runs of a recipe with stages, as a submit leaves them; `queue=False`: as a terminal does."""
        values = {"model": "starter:chat", "dataset": "sample:support", "checkpointing": {"save_steps": 5}, **shared}
        parsed = parse_stages({**values, "stages": list(stages)})
        specs = engines.make_quickly(self.files.home, parsed, None, RunTicket(position=time.time()), False)
        folders = [self.files.run(spec.id) for spec in specs]
        for folder in folders if not queue else ():
            folder.ticket.unlink()
        runs = [queued(folder.read_spec(), folder.read_ticket()) for folder in folders]
        self.database.submit_run(runs[0], RunTicket(position=0.0), runs[1:])
        return [spec.id for spec in specs]

    def supervise(self, engine: Any, *, slots: tuple[str, ...] = ("cpu",), **environment: str) -> RunSupervisor:
        launcher = ForkserverLauncher(LIGHT, {**os.environ, **environment}, engine)
        supervisor = RunSupervisor(self.database, self.files, lambda _slot: launcher, slots)
        supervisor.start()
        self.supervisors.append(supervisor)
        return supervisor

    def status(self, run_id: str) -> str:
        return self.database.get_run(run_id).status

    def run(self, run_id: str) -> RunView:
        return self.database.get_run(run_id)

    def close(self) -> None:
        for supervisor in self.supervisors:
            supervisor.close(stop_runs=False)
        for folder in self.files.runs():
            with contextlib.suppress(Exception):
                if (owner := read_owner(folder)) is not None:
                    kill_group(owner.pid, owner.created)
        self.database.close()
