"""Runs that are made together are there together, wherever their maker is killed."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelforge.exceptions import ConflictError, StorageError
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.run import RunSpec
from modelforge.storage import run_drafts
from modelforge.storage.file_manager import FileManager
from modelforge.storage.run_drafts import RunDraft, is_whole

RUNS = ("run-one", "run-two", "run-three")


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


def make(files: FileManager) -> None:
    with files.scratch() as work:
        drafts = []
        for run_id in RUNS:
            (work / run_id).mkdir()
            spec = RunSpec(
                id=run_id,
                name=run_id,
                created_at=datetime.now(UTC),
                config=TrainingConfig(model="starter:chat", dataset="sample:support"),
                dataset_sha256=None,
                versions={},
            )
            drafts.append(RunDraft(spec, work / run_id))
        files.create_runs(drafts)


def ids(files: FileManager) -> set[str]:
    return {folder.id for folder in files.runs()}


def killed_at(files: FileManager, call: int) -> None:
    """Have a process make the runs and die of a SIGKILL at its `call`-th rename, or at the first file behind them."""
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        return
    calls = 0

    def die(function: Any) -> Any:
        def counted(*arguments: Any) -> None:
            nonlocal calls
            calls += 1
            if calls == call:
                os.kill(os.getpid(), signal.SIGKILL)
            function(*arguments)

        return counted

    run_drafts.publish_folder = die(run_drafts.publish_folder)  # type: ignore[assignment]
    run_drafts.reveal = die(run_drafts.reveal)
    make(files)
    os._exit(0)


@pytest.mark.parametrize("call", range(1, 6))
def test_a_killed_maker_leaves_all_or_none(files: FileManager, call: int) -> None:
    killed_at(files, call)
    whole = call > len(RUNS)  # behind the last rename
    assert ids(files) == (set(RUNS) if whole else set())
    files.sweep()
    assert ids(files) == (set(RUNS) if whole else set())
    left = {path.name for path in (files.home / "runs").glob("*")}
    assert left == ids(files), "the sweep leaves nothing hidden"
    assert not any(folder.made_with.exists() for folder in files.runs())
    if not whole:
        make(files)
        assert ids(files) == set(RUNS)


def test_the_first_run_may_go_before_the_others_were_revealed(files: FileManager) -> None:
    killed_at(files, len(RUNS) + 1)
    assert any(folder.made_with.exists() for folder in files.runs())
    files.delete_run(RUNS[0])
    assert ids(files) == set(RUNS[1:])


def test_a_living_maker_is_not_swept(files: FileManager, monkeypatch: pytest.MonkeyPatch) -> None:
    publish, seen = run_drafts.publish_folder, []

    def look(staging: Path, final: Path) -> None:
        seen.append((files.sweep(), ids(files)))
        publish(staging, final)

    monkeypatch.setattr(run_drafts, "publish_folder", look)
    make(files)
    assert seen == [([], set())] * len(RUNS)
    assert ids(files) == set(RUNS)
    assert all(is_whole(folder) for folder in files.runs())


def test_a_taken_id_or_a_full_disk_makes_none(files: FileManager, monkeypatch: pytest.MonkeyPatch) -> None:
    make(files)
    files.delete_run(RUNS[1])
    files.delete_run(RUNS[2])
    with pytest.raises(ConflictError):
        make(files)
    files.sweep()
    assert ids(files) == {RUNS[0]}
    files.delete_run(RUNS[0])

    def full(_staging: Path, final: Path) -> None:
        raise StorageError(f"{final} could not be published: No space left on device.")

    monkeypatch.setattr(run_drafts, "publish_folder", full)
    with pytest.raises(StorageError):
        make(files)
    assert ids(files) == set()
