"""Work in child processes: long jobs keep nobody waiting, and what nobody waits for ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import ExhaustedError
from modelforge.services.hardware_service import HardwareService
from modelforge.services.heavy_process import CallHandle, Ended, HeavyProcess
from modelforge.services.workshop import Workshop
from modelforge.storage.file_manager import FileManager
from tests.faults.few_files import few_files


def answer() -> int:
    """Quick work."""
    return 42


def linger(home: Path) -> int:
    """Work of an hour, that has begun to write."""
    with FileManager(home).scratch() as folder:
        (folder / "half").write_text("half")
        time.sleep(3600)
    return 0


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path)


@pytest.fixture
def process(files: FileManager) -> Iterator[HeavyProcess]:
    process = HeavyProcess(files, at_once=1, method="spawn", preload=())
    yield process
    process.close()


def leftovers(files: FileManager) -> list[Path]:
    return list(files.cache.glob("scratch/*/half"))


async def begun(files: FileManager) -> None:
    async with asyncio.timeout(60):
        while not leftovers(files):
            await asyncio.sleep(0.02)


def test_what_is_ended_leaves_nothing_behind(process: HeavyProcess, files: FileManager) -> None:
    async def begin_and_end() -> None:
        handle = CallHandle()
        call = asyncio.create_task(process.call(int, linger, files.home, handle=handle))
        await begun(files)
        handle.end()
        with pytest.raises(Ended):
            await call

    asyncio.run(begin_and_end())
    assert leftovers(files) == []


def test_what_waits_for_its_turn_ends_at_once(process: HeavyProcess, files: FileManager) -> None:
    async def end_both() -> None:
        first, second = CallHandle(), CallHandle()
        at_work = asyncio.create_task(process.call(int, linger, files.home, handle=first))
        await begun(files)
        waiting = asyncio.create_task(process.call(int, answer, handle=second))
        await asyncio.sleep(0)
        second.end()
        with pytest.raises(Ended):
            await asyncio.wait_for(waiting, 5)
        assert not at_work.done()
        first.end()
        with pytest.raises(Ended):
            await at_work

    asyncio.run(end_both())


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_a_process_for_which_no_file_is_left_is_said_in_words(
    files: FileManager, method: Literal["forkserver", "spawn"]
) -> None:
    process = HeavyProcess(files, preload=(), method=method)
    assert process.call_now(int, answer) == 42
    told = set()
    for left in range(4):
        with few_files(left), pytest.raises(ExhaustedError) as caught:
            process.call_now(int, answer)
        error = caught.value
        told.add((error.status, error.code, error.details["retry_after"] > 0, "ulimit" in str(error.hint)))
        assert "`answer`" in error.message
    assert told == {(503, "process-not-started", True, True)}
    deadline = time.monotonic() + 60
    while not _works(process):  # once a forkserver that holds half a request has ended over it
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.close()


def _works(process: HeavyProcess) -> bool:
    try:
        return process.call_now(int, answer) == 42
    except ExhaustedError:
        return False


def test_long_jobs_keep_no_plan_waiting(files: FileManager) -> None:
    """However many merges, exports and measurements are under way, a preflight has its own turn."""
    database = DatabaseManager("sqlite://")
    workshop = Workshop(database, files, HardwareService(files))
    jobs = (workshop.merges, workshop.exports, workshop.evaluations)

    assert {job.heavy for job in jobs} == {workshop.background}
    assert workshop.runs.heavy is workshop.heavy is not workshop.background
    workshop.heavy.close()
    workshop.background.close()
    database.close()
