"""Events to viewers: each once, in order, from wherever they left off, however they are read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import NotFoundError
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.run import RunSpec
from modelforge.services.event_feed import KEPT, EventFeeds
from modelforge.services.run_reader import RunReader
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import EventLog
from modelforge.training.run_lock import take_run_lock
from modelforge.training.worker import record_exit


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def database(files: FileManager) -> Iterator[DatabaseManager]:
    files.home.mkdir()
    manager = DatabaseManager(f"sqlite:///{files.home / 'modelforge.db'}")
    manager.migrate()
    yield manager
    manager.close()


@pytest.fixture
def folder(files: FileManager, database: DatabaseManager) -> RunFolder:
    spec = RunSpec(
        id="run-one",
        name="A run",
        created_at=datetime.now(UTC),
        config=TrainingConfig(model="starter:chat", dataset="sample:support"),
        dataset_sha256=None,
        versions={},
    )
    with files.scratch() as work:
        (work / "data").mkdir()
        made = files.create_run(spec, work / "data")
    RunReader(database, files).catch_up("run-one")
    return made


def say(folder: RunFolder, count: int) -> None:
    with take_run_lock(folder), EventLog(folder.events, 1) as log:
        for number in range(count):
            log.append("progress", {"step": number, "loss": 0.5})


def end(folder: RunFolder, database: DatabaseManager, files: FileManager) -> None:
    with take_run_lock(folder) as lock, EventLog(folder.events, lock.raise_epoch()) as log:
        record_exit(folder, log, {"status": "succeeded"})
    RunReader(database, files).catch_up(folder.id)


def parsed(chunks: bytes) -> tuple[list[int], list[str]]:
    """(numbers of events, names of frames without one)."""
    numbers, others = [], []
    for text in chunks.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(":"))
        if "id" in fields:
            assert json.loads(fields["data"])["seq"] == int(fields["id"])
            assert json.loads(fields["data"])["kind"] == fields["event"]
            numbers.append(int(fields["id"]))
        elif fields:
            others.append(f"{fields['event']} {fields['data']}")
    return numbers, others


async def gather(stream: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in stream])


async def _everything(feeds: EventFeeds, after: int) -> tuple[list[int], list[str]]:
    return parsed(await gather(feeds.watch("run-one", after)))


@pytest.mark.parametrize("after", [0, 7, 1500, 2999, 3001, 5000])
def test_old_events_are_replayed_behind_any_number(
    folder: RunFolder, database: DatabaseManager, files: FileManager, after: int
) -> None:
    say(folder, 3000)
    assert 2 * KEPT < 3000
    end(folder, database, files)
    numbers, others = asyncio.run(_everything(EventFeeds(database, files), after))
    assert numbers == list(range(after + 1, 3002))
    assert others == ['end {"status":"succeeded"}']


@pytest.mark.parametrize("after", [0, 599, 600, 1500])
def test_a_broken_line_hides_nothing_from_a_viewer_and_a_torn_last_one_ends_the_stream(
    folder: RunFolder, database: DatabaseManager, files: FileManager, after: int
) -> None:
    say(folder, 3000)
    end(folder, database, files)
    lines = folder.events.read_bytes().splitlines(keepends=True)
    lines[599] = b"\0" * len(lines[599]) + b"\n"
    folder.events.write_bytes(b"".join(lines) + b'{"seq": 3002, "ep')

    async def watched() -> bytes:
        async with asyncio.timeout(20):
            return await gather(EventFeeds(database, files).watch("run-one", after))

    sent = asyncio.run(watched())
    assert parsed(sent) == (list(range(after + 1, 3002)), ['end {"status":"succeeded"}'])
    assert (b"id: 600\nevent: notice\n" in sent) == (after < 600)


def test_live_events_reach_many_viewers_once(folder: RunFolder, database: DatabaseManager, files: FileManager) -> None:
    async def live() -> None:
        feeds = EventFeeds(database, files)
        say(folder, 5)
        viewers = [asyncio.create_task(_everything(feeds, 3 * (number % 2))) for number in range(40)]
        await asyncio.sleep(0.05)
        assert feeds.viewers == 40
        for _ in range(5):
            await asyncio.to_thread(say, folder, 400)
            await asyncio.sleep(0.05)
        late = asyncio.create_task(_everything(feeds, 0))
        await asyncio.to_thread(end, folder, database, files)
        for number, found in enumerate(await asyncio.gather(*viewers)):
            assert found[0] == list(range(3 * (number % 2) + 1, 2007))
        assert (await late)[0] == list(range(1, 2007))
        assert feeds.viewers == 0
        assert feeds._feeds == {}

    asyncio.run(live())


def test_a_stream_ends_only_when_the_index_says_so(
    folder: RunFolder, database: DatabaseManager, files: FileManager
) -> None:
    """A failed attempt that is tried again has an end in its folder for a moment."""

    async def retried() -> None:
        feeds = EventFeeds(database, files)
        with take_run_lock(folder) as lock, EventLog(folder.events, lock.raise_epoch()) as log:
            record_exit(folder, log, {"status": "failed"})
        watching = asyncio.create_task(_everything(feeds, 0))
        await asyncio.sleep(0.8)
        assert not watching.done()
        folder.exit.rename(folder.earlier_exit(1))
        await asyncio.to_thread(end, folder, database, files)
        assert (await watching)[0] == [1, 2]

    asyncio.run(retried())


def test_closing_ends_the_streams_and_a_deleted_run_too(
    folder: RunFolder, database: DatabaseManager, files: FileManager
) -> None:
    async def closing() -> None:
        feeds = EventFeeds(database, files)
        say(folder, 2)
        watching = asyncio.create_task(_everything(feeds, 0))
        await asyncio.sleep(0.3)
        feeds.close()
        assert await watching == ([1, 2], [])
        other = EventFeeds(database, files)
        watching = asyncio.create_task(_everything(other, 2))
        await asyncio.sleep(0.3)
        files.delete_run("run-one")
        assert await watching == ([], ['end {"status":"deleted"}'])
        with pytest.raises(NotFoundError):
            await _everything(other, 0)

    asyncio.run(closing())


def test_a_follower_that_fails_ends_the_streams_and_viewers_come_back_behind_their_last_event(
    folder: RunFolder, database: DatabaseManager, files: FileManager
) -> None:
    """The index does not answer for a while."""

    def rename(old: str, new: str) -> None:
        with database.engine.begin() as connection:
            connection.execute(sql(f"ALTER TABLE {old} RENAME TO {new}"))

    async def coming_back() -> None:
        feeds = EventFeeds(database, files)
        say(folder, 3)
        viewers = [asyncio.create_task(_everything(feeds, 0)) for _ in range(3)]
        await asyncio.sleep(0.3)
        rename("runs", "elsewhere")
        folder.exit.write_text("{}")
        async with asyncio.timeout(20):
            assert await asyncio.gather(*viewers) == [([1, 2, 3], [])] * 3
        assert (feeds._feeds, feeds.viewers) == ({}, 0)
        folder.exit.unlink()
        rename("elsewhere", "runs")
        again = asyncio.create_task(_everything(feeds, 3))
        await asyncio.to_thread(end, folder, database, files)
        assert await again == ([4], ['end {"status":"succeeded"}'])

    asyncio.run(coming_back())
