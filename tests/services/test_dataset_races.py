"""What several tabs do to one dataset at once: the last word counts for what it names, and deleted is deleted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from modelforge.data.canonical_file import CanonicalRows
from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import NotFoundError
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.dataset_requests import CheckedUpload, ColumnChoice
from modelforge.security.caller import Caller
from modelforge.services import dataset_service
from modelforge.services.dataset_checks import check_upload
from modelforge.services.dataset_service import DatasetService
from modelforge.storage.file_manager import FileManager

ME = Caller(name="me", scopes=frozenset({"admin"}))
ROWS = b"".join(b'{"input": "question %d", "output": "answer %d"}\n' % (n, n * 7) for n in range(40))
SWAPPED = ColumnChoice.model_validate({"shape": "input_output", "columns": {"input": "output", "output": "input"}})
STRAIGHT = ColumnChoice.model_validate({"shape": "input_output", "columns": {"input": "input", "output": "output"}})


class Held:
    """Checks files in this process, and holds each result back until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    async def call(self, _answer: Any, _work: Any, *arguments: Any) -> CheckedUpload:
        checked = check_upload(*arguments)
        self.begun.set()
        await asyncio.to_thread(self.go.wait, 60)
        return checked


@pytest.fixture
def service(tmp_path: Path) -> Iterator[DatasetService]:
    database = DatabaseManager(f"sqlite:///{tmp_path / 'home' / 'modelforge.db'}")
    database.migrate()
    yield DatasetService(database, FileManager(tmp_path / "home"), Held(), limit=1 << 20)  # type: ignore[arg-type]
    database.close()


async def blocks() -> AsyncIterator[bytes]:
    yield ROWS


def add(service: DatasetService) -> str:
    return asyncio.run(service.add(blocks(), "rows.jsonl", ME)).id


def choose_meanwhile(service: DatasetService, dataset_id: str, meanwhile: Any) -> DatasetView:
    """The answer to a choice, while whose rows were checked something else was done."""
    held: Any = service.process
    held.begun.clear()
    held.go.clear()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(lambda: asyncio.run(service.choose(dataset_id, SWAPPED, ME)))
        assert held.begun.wait(60)
        meanwhile()
        held.go.set()
        return answer.result()


def first_input(service: DatasetService, dataset_id: str) -> str:
    return str(CanonicalRows(service.files.dataset(dataset_id).canonical)[0:1][0])


def test_a_name_given_while_columns_are_checked_stays(service: DatasetService) -> None:
    dataset_id = add(service)

    view = choose_meanwhile(service, dataset_id, lambda: service.rename(dataset_id, "renamed", ME))

    assert view.name == "renamed"
    assert service.get(dataset_id, ME) == service.database.get_dataset(dataset_id) == view
    assert view.columns == SWAPPED.columns


def test_a_dataset_deleted_while_columns_are_checked_is_not_found(service: DatasetService) -> None:
    dataset_id = add(service)

    with pytest.raises(NotFoundError):
        choose_meanwhile(service, dataset_id, lambda: service.delete(dataset_id, ME))

    assert service.files.datasets() == []
    assert service.database.list_datasets() == []


def test_of_deletes_at_once_one_deletes_and_the_others_find_nothing(service: DatasetService) -> None:
    for _ in range(20):
        dataset_id = add(service)
        ready = threading.Barrier(6)

        def delete(dataset_id: str = dataset_id, ready: threading.Barrier = ready) -> str:
            ready.wait()
            try:
                service.delete(dataset_id, ME)
            except NotFoundError:
                return "not found"
            return "deleted"

        with ThreadPoolExecutor(6) as pool:
            said = sorted(future.result() for future in [pool.submit(delete) for _ in range(6)])
        assert said == ["deleted", *["not found"] * 5]


def test_choices_at_once_leave_the_rows_of_one_of_them(service: DatasetService) -> None:
    dataset_id = add(service)
    rows = {}
    for choice in (SWAPPED, STRAIGHT):
        asyncio.run(service.choose(dataset_id, choice, ME))
        rows[str(choice.columns)] = first_input(service, dataset_id)
    assert len(set(rows.values())) == 2

    for _ in range(15):
        with ThreadPoolExecutor(4) as pool:
            for future in [
                pool.submit(lambda choice=choice: asyncio.run(service.choose(dataset_id, choice, ME)))  # type: ignore[misc]
                for choice in (SWAPPED, STRAIGHT) * 2
            ]:
                future.result()
        manifest = service.get(dataset_id, ME)
        assert first_input(service, dataset_id) == rows[str(manifest.columns)]


@pytest.mark.parametrize("dies_at", [1, 2])
def test_a_crash_leaves_no_rows_under_the_columns_of_others(
    service: DatasetService, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """The power goes at each write behind the first: the columns are to be chosen again, or were never changed."""
    dataset_id = add(service)
    written: list[Path] = []
    real = dataset_service.write_json

    def write(path: Path, value: Any) -> None:
        written.append(path)
        if len(written) == dies_at:
            raise KeyboardInterrupt
        real(path, value)

    before = service.get(dataset_id, ME), first_input(service, dataset_id)
    monkeypatch.setattr(dataset_service, "write_json", write)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(service.choose(dataset_id, SWAPPED, ME))

    after = service.get(dataset_id, ME), first_input(service, dataset_id)
    if dies_at == 1:
        assert after == before
    else:
        assert after[0].shape is None
        assert after[0].details["readings"] == [{"shape": "input_output", "columns": SWAPPED.columns}]
