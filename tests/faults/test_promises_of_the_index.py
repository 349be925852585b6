"""D6, D7 and D9: a broken index comes back whole, submits at once make one run per key, no half model is listed."""

from __future__ import annotations

import asyncio
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fault_home import Home
from live_server import CONFIG, TOKEN, live_server

from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.model import ModelManifest
from modelforge.services.index_care import open_index
from modelforge.services.model_service import ModelLibrary
from modelforge.storage.atomic import write_json
from modelforge.training.event_log import EventLog
from modelforge.training.run_lock import take_run_lock
from modelforge.training.worker import record_exit

pytestmark = pytest.mark.faults
RUNS, MODELS, DATASETS = 12, 5, 5


# D6


@pytest.fixture
def full_home(place: Home) -> Home:
    """Runs in every state, models and datasets, all in the index."""
    files, now = place.files, datetime.now(UTC)
    for number in range(RUNS):
        folder = place.submit(f"run-{number}")
        if number % 3:
            with take_run_lock(folder) as lock, EventLog(folder.events, lock.raise_epoch()) as log:
                log.append("state", {"status": "running"})
                for step in range(1, 40):
                    log.append("progress", {"step": step, "loss": 1 / step})
                if number % 3 == 2:
                    record_exit(folder, log, {"status": "succeeded"})
    for number in range(MODELS):
        publish_model(place, f"model-{number}", files=1)
    for number in range(DATASETS):
        name = f"dataset-{number}"
        view = DatasetView(
            id=name,
            name=name,
            created_at=now,
            file_format="jsonl",
            bytes=1,
            sha256="0" * 64,
            rows=1,
            shape=None,
            columns={},
        )
        with files.scratch() as work:
            (work / name).mkdir()
            write_json(work / name / "manifest.json", view.model_dump(mode="json"))
            files.publish_dataset(work / name, name)
    open_index(place.database, files)
    return place


def contents(database: DatabaseManager) -> object:
    """All runs, models and datasets; a run by what it is and where it stands."""
    return (
        {run.id: (run.name, run.status, run.created_at, run.config, run.owner) for run in database.list_runs()},
        {model.id: model for model in database.list_models()},
        {dataset.id: dataset for dataset in database.list_datasets()},
    )


def told(database: DatabaseManager) -> object:
    """All runs as they are shown, with every event."""
    return {run.id: (run, database.list_events(run.id)) for run in database.list_runs()}


def damages(chance: random.Random) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Ways to break a file: bytes flipped anywhere, cut anywhere, overwritten, emptied, deleted."""

    def flipped(path: Path) -> None:
        data = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 8, 200))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(data))

    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])

    def noise(path: Path) -> None:
        data = bytearray(path.read_bytes())
        start = 4096 * chance.randrange(len(data) // 4096)
        data[start : start + 4096] = chance.randbytes(4096)
        path.write_bytes(bytes(data))

    def header(path: Path) -> None:
        path.write_bytes(chance.randbytes(100) + path.read_bytes()[100:])

    kinds = {"flipped": flipped, "cut": cut, "noise": noise, "header": header}
    kinds |= {"emptied": lambda path: path.write_bytes(b""), "deleted": lambda path: path.unlink()}
    while True:
        yield from kinds.items()


def test_a_broken_index_comes_back_whole(full_home: Home, figure: Callable[[int, int], int]) -> None:
    """100 % of runs, models and datasets, whatever happened to the file. When the fault was seen, and so the index
    made anew, every event too; a bit that flips within one event's text is seen by nobody but its reader."""
    before, said_before = contents(full_home.database), told(full_home.database)
    full_home.database.close()
    path = full_home.files.home / "modelforge.db"
    whole = path.read_bytes()
    damage, seen = damages(random.Random(9)), 0
    for number in range(figure(18, 300)):
        for old in path.parent.glob("modelforge.db*"):
            old.unlink()
        path.write_bytes(whole)
        name, spoil = next(damage)
        spoil(path)
        database = DatabaseManager(f"sqlite:///{path}")
        rebuilt = open_index(database, full_home.files)
        assert contents(database) == before, (number, name)
        assert rebuilt is None or told(database) == said_before, (number, name)
        seen += rebuilt is not None or name in ("emptied", "deleted")
        database.close()
    assert seen >= number // 2


# D7


def test_submits_at_once_make_one_run_per_key(tmp_path: Path, figure: Callable[[int, int], int]) -> None:
    """200 at once with 50 keys over two slots: exactly 50 runs, and never two on one slot."""
    keys, each = 50, 4
    config = {**CONFIG, "max_steps": figure(3, 20), "save_steps": 5}

    async def submit(port: int) -> list[tuple[int, str]]:
        limits = httpx.Limits(max_connections=keys * each)
        headers = {"authorization": f"Bearer {TOKEN}"}
        base = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(
            base_url=base, headers=headers, limits=limits, timeout=300, trust_env=False
        ) as client:

            async def one(number: int) -> tuple[int, str]:
                key = number % keys
                answer = await client.post("/api/v1/runs", json=config, headers={"idempotency-key": f"key-{key}"})
                assert answer.status_code == 202, answer.text
                return key, answer.json()["id"]

            return await asyncio.gather(*(one(number) for number in range(keys * each)))

    with live_server(tmp_path / "home", TEST_ENGINE="alone", TEST_SLOTS="one,two", ENGINE_PAUSE="0.001") as server:
        told = asyncio.run(submit(server.port))
        made = {key: {run for other, run in told if other == key} for key in range(keys)}
        assert all(len(runs) == 1 for runs in made.values())
        ids = set().union(*made.values())
        assert len(ids) == keys == len(list(server.files.runs()))
        assert server.client.get("/api/v1/runs").json()["total"] == keys
        for run in ids:
            assert server.wait(run, "succeeded", "failed", seconds=240)["status"] == "succeeded"
        assert not list(server.home.glob("two-on-one-slot*"))
        for run in ids:
            assert len((server.files.run(run).root / "starts.txt").read_text().splitlines()) == 1


# D9


def publish_model(place: Home, name: str, files: int) -> None:
    manifest = ModelManifest(
        id=name, name=name, created_at=datetime.now(UTC), kind="full", base_model="starter:chat", task="text-generation"
    )
    with place.files.scratch() as work:
        draft = work / name
        draft.mkdir()
        write_json(draft / "manifest.json", manifest.model_dump(mode="json"))
        for number in range(files):
            (draft / f"part-{number}.safetensors").write_bytes(b"x" * 4096)
        place.files.publish_model(draft, name)


def test_no_half_model_is_ever_listed(place: Home, figure: Callable[[int, int], int]) -> None:
    """Listed and read in a loop while models are published and deleted: whatever is listed is complete."""
    parts, publishes = 8, figure(100, 1000)
    done = threading.Event()

    def publish() -> None:
        for number in range(publishes):
            publish_model(place, f"model-{number}", parts)
            if number >= 3:
                place.files.delete_model(f"model-{number - 3}")
        done.set()

    writer = threading.Thread(target=publish)
    writer.start()
    library, looks, seen = ModelLibrary(place.files), 0, set()
    while not done.is_set():
        looks += 1
        listing = library.list_models()
        assert listing.unreadable == ()
        for model in listing.models:
            if (found := _parts(Path(model.path))) is not None:
                assert found == {f"part-{number}.safetensors": 4096 for number in range(parts)}
                seen.add(model.id)
    writer.join()
    assert looks > 20
    assert len(seen) > publishes // 10
    shutil.rmtree(place.files.home / "models")


def _parts(folder: Path) -> dict[str, int] | None:
    """The files of a model; nothing where it was deleted while we looked."""
    try:
        found = {path.name: path.stat().st_size for path in folder.glob("part-*")}
    except FileNotFoundError:
        return None
    return found if folder.exists() else None
