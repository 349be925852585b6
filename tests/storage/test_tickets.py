"""A run's place in the queue: what one process changes, another does not take back."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from modelforge.exceptions import StorageError
from modelforge.schemas.run import RunTicket
from modelforge.storage.atomic import write_json
from modelforge.storage.folders import RunFolder
from modelforge.storage.tickets import change_ticket

CHANGES = 150


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path / "runs" / "run-one")
    made.root.mkdir(parents=True)
    ticket = RunTicket(position=1.0, idempotency_key="key", fingerprint="ab")
    write_json(made.ticket, ticket.model_dump(mode="json"))
    return made


def move(folder: RunFolder) -> None:
    """As the API does, in a process of its own."""
    for number in range(1, CHANGES + 1):
        change_ticket(folder, priority=number, position=number / 2)


def test_a_move_and_a_start_at_once_are_both_kept(folder: RunFolder) -> None:
    mover = multiprocessing.get_context("spawn").Process(target=move, args=(folder,))
    mover.start()
    slots = 0
    while mover.is_alive() or slots < CHANGES:
        slots += 1
        change_ticket(folder, slot=f"cuda:{slots}")
        ticket = folder.read_ticket()
        assert ticket is not None
        assert ticket.slot == f"cuda:{slots}"
    mover.join()
    assert mover.exitcode == 0
    assert folder.read_ticket() == RunTicket(
        priority=CHANGES, position=CHANGES / 2, slot=f"cuda:{slots}", idempotency_key="key", fingerprint="ab"
    )


def test_a_run_without_a_place_is_given_one_and_a_deleted_run_is_not(folder: RunFolder) -> None:
    folder.ticket.unlink()
    change_ticket(folder, position=3.5)
    assert folder.read_ticket() == RunTicket(position=3.5)
    folder.ticket.unlink()
    folder.root.rmdir()
    with pytest.raises(StorageError):
        change_ticket(folder, position=4.5)
