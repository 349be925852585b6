"""What is remembered of jobs on the disk: it comes back as it was, and nothing on the disk stops a server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modelforge.schemas.model_requests import MergeJob
from modelforge.storage.job_records import JobRecords

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def job(job_id: str, **more: object) -> MergeJob:
    values = {"id": job_id, "model_id": "a-model", "dtype": "auto", "created_at": NOON, "owner": "ada", **more}
    return MergeJob.model_validate(values)


@pytest.fixture
def records(tmp_path: Path) -> JobRecords[MergeJob]:
    return JobRecords(tmp_path / "jobs" / "merges", MergeJob)


def as_another_server(records: JobRecords[MergeJob]) -> JobRecords[MergeJob]:
    return JobRecords(records.folder, MergeJob)


def test_what_was_kept_comes_back_the_oldest_first(records: JobRecords[MergeJob]) -> None:
    later = job("merge-a", status="failed", created_at=NOON + timedelta(hours=1))
    earlier = job("merge-b", status="stopped", finished_at=NOON)
    for one in (later, earlier):
        records.keep(one)
    assert as_another_server(records).left() == [earlier, later]
    records.forget("merge-b")
    records.forget("merge-b")
    assert as_another_server(records).left() == [later]


def test_a_home_without_jobs_has_none(records: JobRecords[MergeJob]) -> None:
    assert records.left() == []
    assert not records.folder.exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("merge-x.json", "{"),
        ("merge-x.json", '{"id": "merge-x", "status": "frozen"}'),
        ("merge-x.json", job("merge-y", status="failed").model_dump_json()),
        ("..json", job("good").model_dump_json()),
        ("UPPER.json", job("UPPER", status="failed").model_dump_json()),
    ],
    ids=["torn", "of another shape", "of another name", "no name", "no id"],
)
def test_one_that_cannot_be_used_is_left_out(records: JobRecords[MergeJob], name: str, text: str) -> None:
    records.keep(job("merge-good", status="failed"))
    (records.folder / name).write_text(text)
    (records.folder / "a-folder.json").mkdir()
    assert [one.id for one in as_another_server(records).left()] == ["merge-good"]


def test_what_a_living_server_has_under_way_is_its_own(records: JobRecords[MergeJob]) -> None:
    records.keep(job("merge-a"))
    assert as_another_server(records).left() == []
    records.let_go("merge-a")
    assert [one.status for one in as_another_server(records).left()] == ["queued"]
    records.keep(job("merge-b"))
    records.keep(job("merge-b", status="failed"))
    assert sorted(path.name for path in records.folder.iterdir()) == ["merge-a.json", "merge-b.json"], "no lock stays"


def test_what_a_killed_server_had_under_way_is_found(records: JobRecords[MergeJob]) -> None:
    code = (
        "import sys, time; from datetime import UTC, datetime; from pathlib import Path\n"
        "from modelforge.schemas.model_requests import MergeJob\n"
        "from modelforge.storage.job_records import JobRecords\n"
        "job = MergeJob(id='merge-a', model_id='a-model', dtype='auto', created_at=datetime.now(UTC))\n"
        "JobRecords(Path(sys.argv[1]), MergeJob).keep(job); print('kept', flush=True); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", code, str(records.folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        assert server.stdout.readline() == "kept\n"
        assert records.left() == []
    finally:
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        server.stdout.close()
    assert [one.id for one in records.left()] == ["merge-a"]
    assert [path.name for path in records.folder.iterdir()] == ["merge-a.json"], "its lock is cleared away"
