"""Jobs in the background: each says whether it waits, and what came to nothing is remembered, whatever ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelforge.exceptions import ConflictError, NotFoundError
from modelforge.schemas.model_requests import MergeJob
from modelforge.security.caller import HOME_OWNER, Caller
from modelforge.services.background_jobs import BackgroundJobs
from modelforge.services.heavy_process import CallHandle, HeavyProcess
from modelforge.storage.file_manager import FileManager
from modelforge.storage.job_records import KEPT, JobRecords

Jobs = BackgroundJobs[MergeJob]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MARIA = Caller("maria", frozenset({"read", "write"}), owner="maria")


def linger(home: Path) -> int:
    """Work of an hour, that has begun to write."""
    with FileManager(home).scratch() as folder:
        (folder / "half").write_text("half")
        time.sleep(3600)
    return 0


def refuse() -> int:
    """Work that cannot be done."""
    raise NotFoundError.named("model", "gone", hint="Look elsewhere.")


def answer() -> int:
    """Quick work."""
    return 42


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path)


@pytest.fixture
def heavy(files: FileManager) -> Iterator[HeavyProcess]:
    process = HeavyProcess(files, at_once=1, method="spawn", preload=())
    yield process
    process.close()


def records_of(files: FileManager) -> JobRecords[MergeJob]:
    return JobRecords(files.jobs("merges"), MergeJob)


def jobs_of(files: FileManager, is_done: Callable[[MergeJob], bool] = lambda _job: False) -> Jobs:
    """The jobs as the next server has them."""
    jobs: Jobs = BackgroundJobs(records_of(files))
    jobs.begin(is_done)
    return jobs


def a_job(job_id: str, **more: Any) -> MergeJob:
    return MergeJob.model_validate(
        {"id": job_id, "model_id": "a-model", "dtype": "auto", "created_at": NOON, "owner": "ada", **more}
    )


def carries_out(heavy: HeavyProcess, function: Callable[..., int], *arguments: Any) -> Any:
    async def work(handle: CallHandle) -> dict[str, Any]:
        return {"check": str(await heavy.call(int, function, *arguments, handle=handle))}

    return work


async def until(jobs: Jobs, job_id: str, *statuses: str) -> MergeJob:
    async with asyncio.timeout(60):
        while (job := jobs.find(job_id, HOME_OWNER)) is None or job.status not in statuses:
            await asyncio.sleep(0.02)
    return job


def on_disk(files: FileManager) -> list[tuple[str, str]]:
    return [(job.id, job.status) for job in records_of(files).left()]


def test_one_that_waits_for_its_turn_says_so_and_can_be_stopped(heavy: HeavyProcess, files: FileManager) -> None:
    async def two() -> None:
        jobs = jobs_of(files)
        first = await jobs.start(a_job("first"), carries_out(heavy, linger, files.home))
        assert first.status == "queued"
        await until(jobs, "first", "running")
        second = await jobs.start(a_job("second"), carries_out(heavy, answer))
        await asyncio.sleep(0.3)
        assert await until(jobs, "second", "queued", "running") == second, "it waits behind the first"
        with pytest.raises(ConflictError):
            jobs.forget("second")
        jobs.stop(second)
        assert (await until(jobs, "second", "stopped")).finished_at is not None
        jobs.stop(first)
        await until(jobs, "first", "stopped")

    asyncio.run(two())
    assert on_disk(files) == [("first", "stopped"), ("second", "stopped")]
    assert list(files.cache.glob("scratch/*")) == []


def test_success_is_remembered_by_its_result_and_failure_by_its_record(heavy: HeavyProcess, files: FileManager) -> None:
    async def both() -> None:
        jobs = jobs_of(files)
        await jobs.start(a_job("good"), carries_out(heavy, answer))
        await jobs.start(a_job("bad"), carries_out(heavy, refuse))
        assert (await until(jobs, "good", "succeeded", "failed")).check == "42"
        await until(jobs, "bad", "failed")

    asyncio.run(both())
    again = jobs_of(files)
    [bad] = again.seen_by(HOME_OWNER)
    assert (bad.id, bad.status, bad.owner) == ("bad", "failed", "ada")
    assert bad.error is not None
    assert (bad.error.code, bad.error.hint) == ("nothing-of-this-name", "Look elsewhere.")
    assert again.find("bad", MARIA) is None
    again.forget("bad")
    assert on_disk(files) == []


def test_a_fault_that_nobody_foresaw_ends_the_job_in_words(
    files: FileManager, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(_handle: CallHandle) -> dict[str, Any]:
        raise OSError(24, "Too many open files")

    async def one() -> None:
        jobs = jobs_of(files)
        await jobs.start(a_job("one"), work)
        job = await until(jobs, "one", "failed")
        assert job.error is not None
        assert (job.error.code, job.finished_at is None) == ("job-unforeseen", False)
        assert "Too many open files" in job.error.message
        assert on_disk(files) == [("one", "failed")]
        jobs.forget("one")

    asyncio.run(one())
    assert on_disk(files) == []
    assert "Traceback" in caplog.text


def test_what_the_end_of_the_server_cuts_off_is_told_by_the_next(heavy: HeavyProcess, files: FileManager) -> None:
    """One is at work, one waits; whether the server still comes to write their end or not."""

    async def cut_off() -> None:
        jobs = jobs_of(files)
        await jobs.start(a_job("at-work"), carries_out(heavy, linger, files.home))
        await until(jobs, "at-work", "running")
        await jobs.start(a_job("waiting"), carries_out(heavy, answer))
        heavy.close()

    asyncio.run(cut_off())
    again = jobs_of(files)
    assert {job.id for job in again.seen_by(HOME_OWNER)} == {"at-work", "waiting"}
    for job in again.seen_by(HOME_OWNER):
        assert (job.status, job.error and job.error.code) == ("failed", "server-ended"), job
        assert job.finished_at is not None
    assert on_disk(files) == [("at-work", "failed"), ("waiting", "failed")]
    files.sweep()
    assert list(files.cache.glob("scratch/*")) == []


def test_a_result_that_is_there_after_all_is_no_failure(files: FileManager) -> None:
    records = records_of(files)
    for name in ("made", "not-made"):
        records.keep(a_job(name, status="running"))
        records.let_go(name)
    assert [job.id for job in jobs_of(files, lambda job: job.id == "made").seen_by(HOME_OWNER)] == ["not-made"]
    assert on_disk(files) == [("not-made", "failed")]


def test_no_more_than_so_many_are_remembered_the_newest(files: FileManager) -> None:
    records = records_of(files)
    for number in range(KEPT + 5):
        records.keep(a_job(f"job-{number:03}", status="failed", created_at=NOON + timedelta(minutes=number)))
    expected = [f"job-{number:03}" for number in range(5, KEPT + 5)]
    assert [job.id for job in reversed(jobs_of(files).seen_by(HOME_OWNER))] == expected
    assert [name for name, _ in on_disk(files)] == expected
