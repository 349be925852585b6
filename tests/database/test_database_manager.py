"""The index: what goes in comes out, each event once, and damage is set aside."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from modelforge.database.database_manager import DatabaseManager
from modelforge.database.migrations import HEAD
from modelforge.database.models import Table
from modelforge.database.supervisor_lock import AdvisoryLock
from modelforge.exceptions import ConfigurationError, DatabaseError, NotFoundError, UnreadableRowError
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.events import Event
from modelforge.schemas.model import ModelView
from modelforge.schemas.run import RunError, RunTicket, RunView
from modelforge.schemas.run_requests import RunOrder

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def database(url: str) -> Iterator[DatabaseManager]:
    manager = DatabaseManager(url)
    manager.migrate()
    yield manager
    manager.close()


def make_run(run_id: str = "run-one", **changes: object) -> RunView:
    config = TrainingConfig.model_validate({"model": "starter:chat", "dataset": "sample:support", "lora": {"r": 4}})
    values = {"id": run_id, "name": "A run", "status": "queued", "created_at": NOON, "config": config, **changes}
    return RunView.model_validate(values)


def make_events(first: int, last: int, epoch: int = 1) -> list[Event]:
    return [
        Event(seq=seq, epoch=epoch, time=1e9 + seq / 7, kind="progress", data={"step": seq, "loss": 1 / seq})
        for seq in range(first, last + 1)
    ]


def make_model(model_id: str) -> ModelView:
    return ModelView(
        id=model_id, name="m", kind="adapter", task="text-generation", base_model="starter:chat", run_id="run-one",
        created_at=NOON, metrics={"exact_match": {"tuned": 0.9}}, bytes=2**40, path="/models/m",
    )  # fmt: skip


def make_dataset(dataset_id: str) -> DatasetView:
    return DatasetView(
        id=dataset_id, name="d", created_at=NOON, file_format="jsonl", shape="messages", columns={"messages": "chat"},
        rows=3, bytes=99, sha256="ab", details={"near_duplicates": 0},
    )  # fmt: skip


def test_a_run_comes_back_as_it_went_in(database: DatabaseManager) -> None:
    run = make_run(
        error=RunError(type="TrainingError", message="loss is NaN", hint="Lower it.", step=3), report={"a": 1}
    )
    database.add_run(run)
    assert database.get_run("run-one") == run


def test_the_config_column_is_typed(database: DatabaseManager) -> None:
    database.add_run(make_run())
    assert isinstance(database.get_run("run-one").config, TrainingConfig)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE runs SET config = '{\"modle\": 1}'"))
    with pytest.raises(DatabaseError, match="another version"):
        database.get_run("run-one")


def test_any_time_zone_is_stored_as_the_same_moment(database: DatabaseManager) -> None:
    elsewhere = datetime(2026, 11, 23, 20, tzinfo=timezone(timedelta(hours=8)))
    database.add_run(make_run(created_at=elsewhere))
    assert database.get_run("run-one").created_at == elsewhere
    assert database.get_run("run-one").created_at.tzinfo == UTC


def test_runs_are_listed_newest_first_and_by_status(database: DatabaseManager) -> None:
    for number in range(5):
        status = "running" if number % 2 else "queued"
        database.add_run(make_run(f"run-{number}", created_at=NOON + timedelta(minutes=number), status=status))
    assert [run.id for run in database.list_runs()] == ["run-4", "run-3", "run-2", "run-1", "run-0"]
    assert [run.id for run in database.list_runs("running")] == ["run-3", "run-1"]
    assert [run.id for run in database.list_runs("running", "queued", limit=2)] == ["run-4", "run-3"]
    database.delete_run("run-4")
    assert len(database.list_runs()) == 4


def test_runs_are_found_by_a_part_of_what_names_them(database: DatabaseManager) -> None:
    config = TrainingConfig.model_validate({"model": "starter:chat", "dataset": "sample:tickets_50%"})
    database.add_run(make_run("run-one", name="Grüße an Mainz"))
    database.add_run(make_run("run-two", config=config, created_at=NOON + timedelta(hours=1)))

    def found(text: str) -> list[str]:
        page = database.page_runs(limit=1, text=text)
        assert page.total == len(database.page_runs(limit=9, text=text).items)
        return [run.id for run in page.items]

    assert found("RUN-") == ["run-two"]
    assert found("mainz") == ["run-one"]
    assert found("Support") == ["run-one"]
    assert found("s_50%") == ["run-two"]
    assert found("t%t") == found("supp_rt") == []
    assert database.page_runs(limit=9, text="starter", before="run-two").items[0].id == "run-one"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("newest", ["run-4", "run-3", "run-2", "run-1", "run-0"]),
        ("name", ["run-4", "run-1", "run-2", "run-0", "run-3"]),
        ("status", ["run-2", "run-3", "run-4", "run-1", "run-0"]),
        ("result", ["run-4", "run-1", "run-0", "run-3", "run-2"]),
    ],
)
def test_runs_are_listed_in_an_order_page_by_page(
    order: RunOrder, expected: list[str], database: DatabaseManager
) -> None:
    rows = [("c", "failed", "no evidence"), ("a", "succeeded", "better"), ("B", "queued", None)]
    rows += [("d", "running", None), ("A", "succeeded", "better")]
    for number, (name, status, verdict) in enumerate(rows):
        report = {"verdict": verdict} if verdict else None
        made = make_run(f"run-{number}", created_at=NOON + timedelta(minutes=number), name=name, status=status)
        database.add_run(made.model_copy(update={"report": report}))
    seen: list[str] = []
    before: str | None = None
    while (page := database.page_runs(limit=2, before=before, order=order)).items:
        seen += [run.id for run in page.items]
        before = page.next
        if before is None:
            break
    assert seen == expected


@pytest.mark.parametrize("damage", ["'{\"modle\": 1}'", "'{\"model\": '"])
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_listed(sqlite_url: str, damage: str) -> None:
    """Of another version, or changed by a fault of the disk; it takes its place on a page, so that no run is missed."""
    database = DatabaseManager(sqlite_url)
    database.migrate()
    for number in range(5):
        database.add_run(make_run(f"run-{number}", created_at=NOON + timedelta(minutes=number), position=number))
        database.save_model(make_model(f"model-{number}"))
        database.save_dataset(make_dataset(f"dataset-{number}"))
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE runs SET config = {damage} WHERE id = 'run-2'"))
        connection.execute(text("UPDATE models SET kind = 'newer' WHERE id = 'model-2'"))
        connection.execute(text(f"UPDATE datasets SET columns = {damage}, shape = 'newer' WHERE id = 'dataset-2'"))

    lists = (database.queued_runs(), database.list_runs("queued"), database.list_models(), database.list_datasets())
    for found in lists:
        assert [one.id[-1] for one in found] in (["0", "1", "3", "4"], ["4", "3", "1", "0"])
        assert [one.id[-1] for one in found.unreadable] == ["2"]
    codes = {found.unreadable[0].error.code for found in lists}
    assert codes <= {"database-of-other-version", "database-failed"}

    first = database.page_runs(limit=3)
    assert ([run.id for run in first.items], first.total, first.next) == (["run-4", "run-3"], 5, "run-2")
    assert [one.id for one in first.unreadable] == ["run-2"]
    second = database.page_runs(limit=3, before=first.next)
    assert ([run.id for run in second.items], second.next, second.unreadable) == (["run-1", "run-0"], None, ())

    moved = database.move_run("run-4", priority=None, before="run-0")
    assert [run.id for run in moved] == ["run-4"]
    assert [run.id for run in database.queued_runs()] == ["run-4", "run-0", "run-1", "run-3"]
    with pytest.raises(NotFoundError):
        database.move_run("run-2", priority=1, before=None)
    with pytest.raises(UnreadableRowError):
        database.get_run("run-2")
    assert database.runs_that_name("starter:chat", ["run-2", "run-3"]) == ["run-3"]
    assert database.runs_that_name(damage[3:8], ["run-2"]) == ["run-2"]
    database.close()


def test_a_run_is_updated(database: DatabaseManager) -> None:
    database.add_run(make_run())
    changed = database.update_run("run-one", status="succeeded", finished_at=NOON, model_id="model-one")
    assert changed == database.get_run("run-one")
    assert (changed.status, changed.model_id, changed.finished_at) == ("succeeded", "model-one", NOON)
    assert changed.config == make_run().config


@pytest.mark.parametrize(
    "call", ["get_run", "update_run", "delete_run", "event_position", "forget_events", "get_model", "delete_dataset"]
)
def test_an_unknown_id_is_not_found(database: DatabaseManager, call: str) -> None:
    with pytest.raises(NotFoundError, match="no-such-thing"):
        getattr(database, call)("no-such-thing")
    with pytest.raises(NotFoundError):
        database.store_events("no-such-thing", make_events(1, 1), 10)


def test_models_and_datasets_come_back(database: DatabaseManager) -> None:
    database.save_model(make_model("model-one"))
    database.save_model(make_model("model-one"))
    database.save_dataset(make_dataset("data-one"))
    assert database.list_models() == [make_model("model-one")] == [database.get_model("model-one")]
    assert database.list_datasets() == [make_dataset("data-one")] == [database.get_dataset("data-one")]
    database.delete_model("model-one")
    database.delete_dataset("data-one")
    assert database.list_models() == database.list_datasets() == []


@pytest.mark.parametrize("key", [None, "a-key"])
def test_a_run_that_was_found_and_started_first_is_not_reset_by_its_submit(
    database: DatabaseManager, key: str | None
) -> None:
    ticket = RunTicket(position=1.0, idempotency_key=key)
    assert database.submit_run(make_run(), ticket) == "run-one"  # the supervisor, which found the folder
    database.update_run("run-one", status="running", slot="cpu", attempt=1)
    assert database.submit_run(make_run(), ticket, [make_run("run-two")]) == "run-one"  # the submit itself
    database.add_run(make_run())
    known = database.get_run("run-one")
    assert (known.status, known.slot, known.attempt) == ("running", "cpu", 1)
    assert database.queued_runs() == ([make_run("run-two")] if key is None else [])


def test_events_and_offset_are_stored_once(database: DatabaseManager) -> None:
    database.add_run(make_run())
    assert database.store_events("run-one", make_events(1, 3), 300, {"status": "running", "progress": {"step": 3}}) == 3
    assert database.store_events("run-one", make_events(1, 5), 500, {"progress": {"step": 5}}) == 2
    assert database.store_events("run-one", make_events(2, 4), 400, {"progress": {"step": 4}}) == 0
    assert database.list_events("run-one") == make_events(1, 5)
    assert database.list_events("run-one", after=3, limit=1) == make_events(4, 4)
    assert database.event_position("run-one") == (500, 5)
    assert database.get_run("run-one").progress == {"step": 5}


def test_a_gap_is_refused_whole(database: DatabaseManager) -> None:
    database.add_run(make_run())
    database.store_events("run-one", make_events(1, 2), 20)
    with pytest.raises(DatabaseError, match="Event 3 of run run-one is missing"):
        database.store_events("run-one", make_events(4, 5), 50, {"status": "failed"})
    assert database.event_position("run-one") == (20, 2)
    assert database.get_run("run-one").status == "queued"


def test_a_hole_among_the_events_is_refused_whole(database: DatabaseManager) -> None:
    database.add_run(make_run())
    with pytest.raises(DatabaseError, match="Event 3 of run run-one is missing; the next one read is 4"):
        database.store_events("run-one", [*make_events(1, 2), *make_events(4, 5)], 50)
    with pytest.raises(DatabaseError, match="Event 2 of run run-one is missing"):
        database.store_events("run-one", [*make_events(1, 1), *make_events(1, 2)], 50)
    assert database.event_position("run-one") == (0, 0)
    assert database.list_events("run-one") == []


def test_events_can_be_read_anew_and_go_with_their_run(database: DatabaseManager) -> None:
    database.add_run(make_run())
    database.store_events("run-one", make_events(1, 2), 20, {"status": "running", "progress": {"step": 2}})
    database.forget_events("run-one")
    assert database.event_position("run-one") == (0, 0)
    assert database.get_run("run-one") == make_run()
    database.store_events("run-one", make_events(1, 2), 20)
    database.delete_run("run-one")
    assert database.list_events("run-one") == []


def test_readers_at_once_store_each_event_once(database: DatabaseManager) -> None:
    database.add_run(make_run())
    stored: list[int] = []

    def read(seed: int) -> None:
        chance = random.Random(seed)
        position = 0
        while position < 200:
            position = min(200, position + chance.randint(1, 30))
            first = max(1, position - 40)
            _, last = database.event_position("run-one")
            events = make_events(min(first, last + 1), max(position, last))
            stored.append(database.store_events("run-one", events, 10 * max(position, last)))

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(stored) == 200
    assert database.list_events("run-one") == make_events(1, 200)
    assert database.event_position("run-one") == (2000, 200)


def _store_until_killed(url: str) -> None:
    manager = DatabaseManager(url)
    while True:
        offset, last = manager.event_position("run-one")
        manager.store_events("run-one", make_events(last + 1, last + 7), offset + 70)


def test_a_killed_reader_leaves_rows_and_offset_in_step(url: str, database: DatabaseManager) -> None:
    database.add_run(make_run())
    context = multiprocessing.get_context("spawn")
    for pause in (0.01, 0.05, 0.1):
        before = database.event_position("run-one")
        reader = context.Process(target=_store_until_killed, args=(url,))
        reader.start()
        while database.event_position("run-one") == before:
            assert reader.is_alive()
            reader.join(0.01)
        reader.join(pause)
        reader.kill()
        reader.join()
        offset, last = database.event_position("run-one")
        assert offset == last * 10
        assert [event.seq for event in database.list_events("run-one")] == list(range(1, last + 1))


def test_sqlite_is_told_to_be_durable(sqlite_url: str) -> None:
    database = DatabaseManager(sqlite_url)
    with database.engine.connect() as connection:
        told = {name: connection.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}
    assert told == PRAGMAS


def test_connections_are_pooled(database: DatabaseManager) -> None:
    pool = database.engine.pool
    assert (pool.size(), pool._max_overflow, pool._recycle) == (10, 20, 3600)  # type: ignore[attr-defined]


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000, "foreign_keys": 1}


def test_a_reader_does_not_wait_for_a_writer(database: DatabaseManager) -> None:
    database.add_run(make_run())
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE runs SET name = 'unfinished'"))
        assert database.get_run("run-one").name == "A run"


def test_a_database_in_memory_works() -> None:
    manager = DatabaseManager("sqlite://")
    manager.migrate()
    manager.add_run(make_run())
    assert manager.reset() is None
    assert manager.list_runs() == []


def test_an_unusable_url_says_how_to_write_one() -> None:
    for url in ("nonsense", "nosuchdb://x", "mysql+nosuchdriver://secret:canary@x/y"):
        with pytest.raises(ConfigurationError, match="MODELFORGE_DB_URL") as caught:
            DatabaseManager(url)
        assert "canary" not in str(caught.value)


# The tables


def test_the_migrations_make_the_tables_of_the_models(database: DatabaseManager) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []


def test_every_field_of_a_view_has_its_column() -> None:
    for view, table in ((RunView, "runs"), (ModelView, "models"), (DatasetView, "datasets"), (Event, "run_events")):
        assert set(view.model_fields) <= set(Table.metadata.tables[table].columns.keys())


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", "modelforge.database:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrating_again_changes_nothing_and_loads_no_alembic(url: str, database: DatabaseManager) -> None:
    database.add_run(make_run())
    code = (
        "import sys; from modelforge.database.database_manager import DatabaseManager as D; "
        f"d = D({url!r}); d.migrate(); print(len(d.list_runs()), 'alembic' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["1", "False"]


def test_processes_may_migrate_at_once(url: str) -> None:
    """New processes: a fork of this one may inherit a lock that a thread of it holds."""
    code = "import sys; from modelforge.database.database_manager import DatabaseManager as D; D(sys.argv[1]).migrate()"
    processes = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(6)]
    assert [process.wait(timeout=120) for process in processes] == [0] * 6
    assert DatabaseManager(url).list_runs() == []


def test_one_process_supervises(url: str, tmp_path: Path) -> None:
    """Until it lets go, or is no longer connected."""
    first, second = DatabaseManager(url), DatabaseManager(url)
    lock = first.take_supervisor_lock(tmp_path / "lock")
    assert lock is not None
    assert lock.is_held()
    assert second.take_supervisor_lock(tmp_path / "lock") is None
    lock.release()
    for _ in range(50):  # free when `release` returns, not some time after
        for database in (second, first):
            again = database.take_supervisor_lock(tmp_path / "lock")
            assert again is not None
            again.release()


def test_a_lost_connection_gives_the_lock_away(postgres_url: str, tmp_path: Path) -> None:
    first, second = DatabaseManager(postgres_url), DatabaseManager(postgres_url)
    lock = first.take_supervisor_lock(tmp_path / "lock")
    assert lock is not None
    with second.engine.connect() as connection:
        holders = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        assert connection.scalars(text(holders)).all() == [True]
    assert not lock.is_held()
    lock.release()  # nothing is left to let go
    again = second.take_supervisor_lock(tmp_path / "lock")
    assert again is not None
    assert first.take_supervisor_lock(tmp_path / "lock") is None, "and the old one does not come back"
    again.release()


def test_a_lock_that_could_not_be_asked_for_keeps_no_connection(sqlite_url: str) -> None:
    """SQLite knows no advisory locks: the question fails, as on a connection that breaks."""
    database = DatabaseManager(sqlite_url)
    for _ in range(3):
        with pytest.raises(OperationalError):
            AdvisoryLock.try_take(database.engine)
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    database.close()


# Damage


def damage(path: Path, kind: str) -> None:
    data = bytearray(path.read_bytes())
    chance = random.Random(kind)
    if kind == "flipped":
        for _ in range(200):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif kind == "header":
        data[:16] = b"not a database!!"
    elif kind == "cut":
        del data[len(data) // 3 :]
    elif kind == "noise":
        data[:] = chance.randbytes(len(data))
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("kind", ["flipped", "header", "cut", "noise", "empty", "deleted"])
def test_a_broken_file_is_set_aside(sqlite_url: str, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "home" / "modelforge.db"
    first = DatabaseManager(sqlite_url)
    first.migrate()
    for number in range(50):
        first.add_run(make_run(f"run-{number}"))
    first.close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    if kind == "deleted":
        path.unlink()
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        damage(path, kind)
    again = DatabaseManager(sqlite_url)
    broken = again.reset()
    assert (broken is None) == (kind in ("empty", "deleted"))
    if broken:
        assert broken.stat().st_size > 0
    assert again.list_runs() == []
    again.add_run(make_run())
    assert again.get_run("run-one") == make_run()


def test_a_busy_file_is_not_taken_for_a_broken_one(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelforge.database.engine.BUSY_TIMEOUT_MS", 50)
    manager = DatabaseManager(sqlite_url)
    manager.migrate()
    with contextlib.closing(sqlite3.connect(tmp_path / "home" / "modelforge.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="locked"):
            manager.reset()
        other.execute("ROLLBACK")
    assert manager.reset() is None


def test_damage_is_explained(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "home" / "modelforge.db"
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseError, match="rebuild the database"):
        DatabaseManager(sqlite_url).list_runs()


def test_what_a_library_said_with_nul_is_kept_without_it(database: DatabaseManager) -> None:
    database.add_run(make_run())
    said = {"text": "a\0b", "\0": ["\\u0000", "\\\0"]}
    database.store_events("run-one", [Event(seq=1, epoch=1, time=1e9, kind="notice", data=said)], offset=10)
    database.update_run("run-one", error=RunError(type="ValueError", message="a\0b"))

    assert database.list_events("run-one")[0].data == {"text": "a\ufffdb", "\ufffd": ["\\u0000", "\\\ufffd"]}
    error = database.get_run("run-one").error
    assert error is not None
    assert error.message == "a\ufffdb"
