"""A run folder to work on, and workers that leave nothing behind."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.process_group import kill_group
from modelforge.training.run_lock import read_owner

HERE = str(Path(__file__).parent)
if HERE not in sys.path:  # worker processes import tiny_engine by name
    sys.path.insert(0, HERE)

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def make_run(files: FileManager) -> Iterator[MakeRun]:
    """Make runs by id, with parts of the config changed; their processes are ended afterwards."""
    made: list[RunFolder] = []

    def make(run_id: str = "run-one", **config: Any) -> RunFolder:
        values = {"model": "starter:chat", "dataset": "sample:support", **config}
        spec = RunSpec(
            id=run_id,
            name="A run",
            created_at=datetime.now(UTC),
            config=TrainingConfig.model_validate(values),
            dataset_sha256=None,
            versions={},
        )
        with files.scratch() as work:
            (work / "data").mkdir()
            made.append(files.create_run(spec, work / "data"))
        return made[-1]

    yield make
    for folder in made:
        with contextlib.suppress(Exception):
            if (owner := read_owner(folder)) is not None:
                kill_group(owner.pid, owner.created)


@pytest.fixture
def folder(make_run: MakeRun) -> RunFolder:
    return make_run()
