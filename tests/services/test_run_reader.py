"""From the folders into the database: exactly once, and all of it again after a loss."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import NotFoundError
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.events import EventKind
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.run import RunSpec
from modelforge.services.run_reader import RunReader
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import EventLog, read_events
from modelforge.training.run_lock import begin_attempt, take_run_lock
from modelforge.training.worker import record_exit

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def database(files: FileManager) -> Iterator[DatabaseManager]:
    manager = DatabaseManager(f"sqlite:///{files.home / 'modelforge.db'}")
    manager.migrate()
    yield manager
    manager.close()


@pytest.fixture
def reader(database: DatabaseManager, files: FileManager) -> RunReader:
    return RunReader(database, files)


def create_run(files: FileManager, run_id: str = "run-one") -> RunFolder:
    spec = RunSpec(
        id=run_id,
        name=f"The run {run_id}",
        created_at=NOW,
        config=TrainingConfig(model="starter:chat", dataset="sample:support"),
        dataset_sha256="ab",
        versions={"torch": "2.13.0"},
    )
    with files.scratch() as work:
        (work / "data").mkdir()
        return files.create_run(spec, work / "data")


def say(folder: RunFolder, *events: tuple[EventKind, dict[str, Any]], epoch: int = 1) -> None:
    with EventLog(folder.events, epoch) as log:
        for kind, data in events:
            log.append(kind, data)


def steps(first: int, last: int) -> list[tuple[EventKind, dict[str, Any]]]:
    return [("progress", {"step": step, "loss": 1 / step}) for step in range(first, last + 1)]


def end(folder: RunFolder, **document: Any) -> None:
    with take_run_lock(folder) as lock, EventLog(folder.events, max(lock.epoch, 1)) as log:
        record_exit(folder, log, document)


def publish_model(files: FileManager, model_id: str) -> None:
    manifest = ModelManifest(
        id=model_id, name="m", kind="adapter", task="text-generation", base_model="starter:chat", created_at=NOW
    )
    with files.scratch() as work:
        (work / "m").mkdir()
        write_json(work / "m" / "manifest.json", manifest.model_dump(mode="json"))
        files.publish_model(work / "m", model_id)


def publish_dataset(files: FileManager, dataset_id: str) -> None:
    view = DatasetView(
        id=dataset_id, name="d", created_at=NOW, file_format="csv", shape="summary", columns={}, rows=1, bytes=2,
        sha256="a",
    )  # fmt: skip
    with files.scratch() as work:
        (work / "d").mkdir()
        write_json(work / "d" / "manifest.json", view.model_dump(mode="json"))
        files.publish_dataset(work / "d", dataset_id)


def test_a_run_is_followed_from_queued_to_its_end(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    assert reader.catch_up("run-one").status == "queued"
    begin_attempt(folder)
    with take_run_lock(folder):
        say(folder, ("state", {"status": "starting"}), ("state", {"status": "running"}), *steps(1, 3))
        run = reader.catch_up("run-one")
        assert (run.status, run.progress) == ("running", {"step": 3, "loss": 1 / 3})
        say(folder, *steps(4, 5), ("report", {"verdict": "better"}), ("state", {"status": "succeeded"}))
        run = reader.catch_up("run-one")
        assert (run.status, run.report) == ("finalizing", {"verdict": "better"})
    publish_model(files, "model-one")
    end(folder, status="succeeded", model_id="model-one")
    run = reader.catch_up("run-one")
    assert (run.status, run.model_id) == ("succeeded", "model-one")
    assert run.finished_at is not None
    assert reader.catch_up("run-one") == run == reader.database.get_run("run-one")
    assert reader.database.list_events("run-one") == list(read_events(folder.events).events)
    assert [model.id for model in reader.database.list_models()] == ["model-one"]


def test_every_model_that_a_run_publishes_is_in_the_index(reader: RunReader, files: FileManager) -> None:
    """The adapter and its merged weights, as soon as they are there; one that is deleted since is passed over."""
    folder = create_run(files)
    begin_attempt(folder)
    publish_model(files, "run-one")
    publish_model(files, "run-one-merged")
    names = ("run-one", "run-one-merged", "deleted-since")
    with take_run_lock(folder):
        say(folder, ("state", {"status": "running"}), *(("model", {"id": name}) for name in names))
        reader.catch_up("run-one")
        assert {model.id for model in reader.database.list_models()} == {"run-one", "run-one-merged"}
        reader.database.delete_model("run-one-merged")
        reader.catch_up("run-one")
        assert {model.id for model in reader.database.list_models()} == {"run-one"}


def test_a_failed_run_says_why_until_it_is_resumed(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    begin_attempt(folder)
    say(folder, ("state", {"status": "running"}))
    end(folder, status="failed", error={"type": "TrainingError", "message": "NaN", "hint": "Lower it.", "step": 3})
    run = reader.catch_up("run-one")
    assert run.status == "failed"
    assert run.error is not None
    assert run.error.hint == "Lower it."
    begin_attempt(folder, resume=True)
    with take_run_lock(folder):
        say(folder, ("state", {"status": "starting"}), epoch=2)
        run = reader.catch_up("run-one")
        assert (run.status, run.error, run.finished_at) == ("starting", None, None)


def test_a_run_whose_worker_died_is_paused(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    say(folder, ("state", {"status": "running"}), *steps(1, 2))
    assert reader.catch_up("run-one").status == "paused"
    with take_run_lock(folder):
        say(folder, ("state", {"status": "running"}))
        assert reader.catch_up("run-one").status == "running"


def test_a_torn_last_line_is_waited_for(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    say(folder, *steps(1, 3))
    whole = folder.events.read_bytes()
    folder.events.write_bytes(whole[:-5])
    reader.catch_up("run-one")
    assert reader.database.event_position("run-one")[1] == 2
    folder.events.write_bytes(whole)
    reader.catch_up("run-one")
    assert reader.database.event_position("run-one") == (len(whole), 3)


def test_what_follows_a_broken_line_is_stored_and_the_loss_is_told(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    say(folder, ("state", {"status": "running"}), *steps(1, 4))
    reader.catch_up("run-one")
    say(folder, *steps(5, 9))
    lines = folder.events.read_bytes().splitlines(keepends=True)
    lines[5] = b'{"seq": 6, "epo' + lines[5][15:].replace(b":", b"\x07")
    folder.events.write_bytes(b"".join(lines))
    run = reader.catch_up("run-one")
    assert run.progress == {"step": 9, "loss": 1 / 9}
    stored = reader.database.list_events("run-one")
    assert [event.seq for event in stored] == list(range(1, 11))
    assert stored == list(read_events(folder.events).events)
    (notice,) = reader.database.list_events("run-one", "notice")
    assert (notice.seq, notice.data["remark"]["code"]) == (6, "events-not-read")


def test_a_machine_that_lost_events_is_followed_anew(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    say(folder, ("state", {"status": "running"}), *steps(1, 9))
    reader.catch_up("run-one")
    lines = folder.events.read_bytes().splitlines(keepends=True)
    folder.events.write_bytes(b"".join(lines[:4]))
    say(folder, *steps(4, 5), epoch=2)
    run = reader.catch_up("run-one")
    assert run.progress == {"step": 5, "loss": 0.2}
    assert [event.seq for event in reader.database.list_events("run-one")] == [1, 2, 3, 4, 5, 6]
    folder.events.unlink()
    assert reader.catch_up("run-one").status == "queued"


def test_readers_at_once_store_each_event_once(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    done = threading.Event()
    faults: list[BaseException] = []

    def follow() -> None:
        try:
            while not done.is_set():
                reader.catch_up("run-one")
        except BaseException as error:
            faults.append(error)
            raise

    reader.catch_up("run-one")
    threads = [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    for first in range(1, 200, 20):
        say(folder, *steps(first, first + 19))
    done.set()
    for thread in threads:
        thread.join()
    reader.catch_up("run-one")
    assert faults == []
    assert [event.seq for event in reader.database.list_events("run-one")] == list(range(1, 201))


def test_what_is_not_there_is_not_found(reader: RunReader) -> None:
    with pytest.raises(NotFoundError):
        reader.catch_up("no-such-run")


@pytest.mark.parametrize("loss", ["nothing", "flipped", "noise", "deleted"])
def test_everything_comes_back_from_the_folders(reader: RunReader, files: FileManager, loss: str) -> None:
    """D6: 100 % of runs, models and datasets."""
    for number in range(8):
        folder = create_run(files, f"run-{number}")
        begin_attempt(folder)
        say(folder, ("state", {"status": "starting"}), ("state", {"status": "running"}), *steps(1, 20))
        if number % 4 < 3:
            status = ("succeeded", "failed", "stopped")[number % 4]
            end(folder, status=status, error={"type": "E", "message": "m"} if status == "failed" else None)
        publish_model(files, f"model-{number}")
        publish_dataset(files, f"data-{number}")
    before = reader.rebuild()
    assert (before.runs, before.models, before.datasets, before.unreadable) == (8, 8, 8, ())

    def everything() -> list[Any]:
        database = reader.database
        events = [database.list_events(run.id) for run in database.list_runs()]
        return [database.list_runs(), events, database.list_models(), database.list_datasets()]

    known = everything()
    reader.database.close()
    path = files.home / "modelforge.db"
    if loss == "flipped":
        data = bytearray(path.read_bytes())
        data[20_000:60_000] = data[20_000:60_000][::-1]
        path.write_bytes(bytes(data))
    elif loss == "noise":
        path.write_bytes(b"\x07" * 100_000)
    elif loss == "deleted":
        path.unlink()
    again = reader.rebuild()
    assert (again.runs, again.models, again.datasets, again.unreadable) == (8, 8, 8, ())
    assert (again.set_aside is not None) == (loss in ("flipped", "noise"))
    assert everything() == known


def test_a_damaged_folder_does_not_keep_the_others_out(reader: RunReader, files: FileManager) -> None:
    create_run(files, "run-one")
    create_run(files, "run-two").spec.write_text("{")
    rebuilt = reader.rebuild()
    assert rebuilt.runs == 1
    assert len(rebuilt.unreadable) == 1
    assert rebuilt.unreadable[0].startswith("runs/run-two: ")


def test_a_model_deleted_since_is_no_fault(reader: RunReader, files: FileManager) -> None:
    folder = create_run(files)
    end(folder, status="succeeded", model_id="model-gone")
    assert reader.catch_up("run-one").model_id == "model-gone"
    assert reader.database.list_models() == []


def test_what_a_worker_is_at_is_told_while_it_works(files: FileManager, reader: RunReader) -> None:
    folder = create_run(files)

    def doing(*events: tuple[EventKind, dict[str, Any]]) -> str | None:
        say(folder, *events)
        return reader.catch_up(folder.id).doing

    assert doing(("state", {"status": "running"}), ("stage", {"name": "load"})) == "load"
    assert doing(("stage", {"name": "train"}), *steps(1, 3)) == "train"
    assert doing(("state", {"status": "queued", "reason": "worker_died"})) is None
    assert doing(("state", {"status": "running"}), ("stage", {"name": "publish"})) == "publish"
    end(folder, status="succeeded")
    assert reader.catch_up(folder.id).doing is None
