"""Downloads and pushes of earlier servers: remembered, dismissed, and no file keeps a server from starting."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modelforge.exceptions import ConflictError, NotFoundError
from modelforge.schemas.hub import HubJob
from modelforge.services.hub_jobs import HubJobs
from modelforge.storage.file_manager import FileManager
from modelforge.storage.job_records import KEPT, JobRecords

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def job(job_id: str, **more: Any) -> HubJob:
    return HubJob.model_validate({"id": job_id, "kind": "download", "repository": "a/b", "created_at": NOON, **more})


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path)


def begun(files: FileManager) -> HubJobs:
    """The jobs as the next server has them."""
    jobs = HubJobs(files)
    jobs.begin()
    return jobs


def test_what_was_under_way_is_interrupted_and_what_cannot_be_read_is_left_out(files: FileManager) -> None:
    records = JobRecords(files.jobs("hub"), HubJob)
    for status in ("queued", "running", "failed"):
        records.keep(job(f"download-{status}", status=status))
        records.let_go(f"download-{status}")
    (files.jobs("hub") / "download-torn.json").write_text('{"id": "download-torn"')
    jobs = begun(files)
    assert {one.id: one.status for one in jobs.all()} == {
        "download-queued": "interrupted", "download-running": "interrupted", "download-failed": "failed",
    }  # fmt: skip
    jobs.forget("download-queued")
    with pytest.raises(NotFoundError):
        jobs.forget("download-queued")
    jobs.close()
    assert {one.id for one in begun(files).all()} == {"download-running", "download-failed"}


def test_one_under_way_is_not_dismissed_and_no_more_than_so_many_are_kept(files: FileManager) -> None:
    jobs = begun(files)
    jobs._keep(job("download-open"))
    with pytest.raises(ConflictError):
        jobs.forget("download-open")
    for number in range(KEPT):
        jobs._keep(job(f"download-{number:03}", status="succeeded", created_at=NOON + timedelta(minutes=number)))
    jobs.close()
    left = {one.id for one in begun(files).all()}
    assert left == {"download-open", *(f"download-{number:03}" for number in range(1, KEPT))}


def run_to_its_end(jobs: HubJobs, job_id: str) -> HubJob:
    """As a thread of the pool does."""
    jobs._work(job_id)
    return jobs.get(job_id)


def test_a_job_whose_state_cannot_be_recorded_is_heard_out(files: FileManager) -> None:
    jobs = begun(files)
    jobs._keep(job("download-one"))
    files.jobs("hub").rename(files.home / "away")
    files.jobs("hub").write_text("no folder")
    ended = run_to_its_end(jobs, "download-one")
    assert (ended.status, ended.error and ended.error.code) == ("failed", "hub-offline")
    assert ended.finished_at is not None
    assert jobs._children == {}
    jobs.close()


def test_a_job_whose_process_cannot_start_has_failed_in_words(files: FileManager) -> None:
    """What it is to be told cannot be told to another process."""
    jobs = begun(files)
    jobs._keep(job("download-one"))
    jobs.files = SimpleNamespace(home=threading.Lock())  # type: ignore[assignment]
    ended = run_to_its_end(jobs, "download-one")
    assert (ended.status, ended.error and ended.error.code) == ("failed", "job-unforeseen")
    again = jobs.retry("download-one")
    assert again.attempt == ended.attempt + 1
    jobs.close()
