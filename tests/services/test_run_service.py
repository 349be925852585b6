"""Submits that are refused, repeated or at once: nothing is left of a key but its run."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import ConfigurationError, StorageError
from modelforge.schemas.evaluation import EvaluationRequest
from modelforge.schemas.run import RunSpec, RunTicket
from modelforge.security.caller import HOME_OWNER
from modelforge.services import run_service
from modelforge.services.evaluation_service import EvaluationService
from modelforge.services.heavy_process import HeavyProcess
from modelforge.services.run_service import RunService
from modelforge.services.run_supervisor import RunSupervisor
from modelforge.services.seats import Seats
from modelforge.services.stage_making import behind
from modelforge.storage.file_manager import FileManager
from modelforge.training.launcher import SubprocessLauncher

RECIPE = {"model": "starter:chat", "dataset": "sample:support"}


def refuse_the_unnamed(home: Path, what: Any, owner: str | None, ticket: RunTicket, _force: bool) -> list[RunSpec]:
    """What a submit leaves, without prepared rows; a run without a name is refused."""
    from datetime import UTC, datetime

    if what.name is None:
        raise ConfigurationError("No row is left.", hint="Give more rows.")
    files = FileManager(home)
    spec = RunSpec(
        id=files.new_run_id(what.name),
        name=what.name,
        created_at=datetime.now(UTC),
        config=what,
        owner=owner,
        dataset_sha256=None,
        versions={},
    )
    with files.scratch() as work:
        (work / "data").mkdir()
        files.create_run(spec, work / "data", ticket=behind(ticket, 0))
    return [spec]


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def heavy(files: FileManager) -> Iterator[HeavyProcess]:
    process = HeavyProcess(files, method="spawn", preload=())
    yield process
    process.close()


@pytest.fixture
def runs(files: FileManager, heavy: HeavyProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunService]:
    monkeypatch.setattr(run_service, "make_in_child", refuse_the_unnamed)
    files.home.mkdir()
    database = DatabaseManager(f"sqlite:///{files.home / 'modelforge.db'}")
    database.migrate()
    supervisor = RunSupervisor(database, files, lambda _slot: SubprocessLauncher(), ())  # never started
    service = RunService(database, files, heavy, supervisor)
    yield service
    service.close()
    database.close()


def test_no_key_is_remembered_behind_its_submit(runs: RunService) -> None:
    async def submit() -> None:
        for key in ("first", "second"):
            with pytest.raises(ConfigurationError):
                await runs.submit(RECIPE, key=key)
        named = {**RECIPE, "name": "one"}
        at_once = [runs.submit(named, key="first") for _ in range(5)]
        made = {accepted.id for accepted in await asyncio.gather(*at_once)}
        made.add((await runs.submit(named, key="first")).id)
        assert len(made) == 1

    asyncio.run(submit())
    gc.collect()  # what the exceptions held
    assert dict(runs._submitting) == {}
    assert len(runs.database.list_runs()) == 1


def test_an_evaluation_that_cannot_be_recorded_takes_no_seat(files: FileManager, heavy: HeavyProcess) -> None:
    evaluations = EvaluationService(files, heavy, Seats(("cpu",), dict))
    files.home.mkdir()
    (files.home / "jobs").write_text("no folder")
    request = EvaluationRequest(model="starter:chat", dataset="sample:support")
    with pytest.raises(StorageError):
        asyncio.run(evaluations.start(request, HOME_OWNER))
    assert evaluations._seated == {}
