"""A run's place in the server's queue, changed by one process at a time: by whoever moves it, and by its supervisor."""

from __future__ import annotations

import time
from typing import TypedDict, Unpack

from modelforge.exceptions import StorageError
from modelforge.schemas.run import RunTicket
from modelforge.storage.atomic import write_json
from modelforge.storage.file_lock import FileLock
from modelforge.storage.folders import RunFolder

PATIENCE = 10.0
"""Seconds until a lock that is held for some milliseconds each time is given up on."""
PAUSE = 0.005


class TicketChanges(TypedDict, total=False):
    """What may change of a ticket."""

    priority: int
    position: float
    slot: str | None


def change_ticket(folder: RunFolder, **changes: Unpack[TicketChanges]) -> None:
    """Change the ticket of a run, the rest of it kept; a run that has none is given one.

    Raises:
        StorageError: the ticket cannot be read or written, because the run is gone for example.
    """
    with _turn(folder):
        ticket = folder.read_ticket() or RunTicket(position=0.0)
        write_json(folder.ticket, ticket.model_copy(update=changes).model_dump(mode="json"))


def _turn(folder: RunFolder) -> FileLock:
    path = folder.home / "queue.lock"  # in the home: a lock in the run's folder would be deleted with it
    deadline = time.monotonic() + PATIENCE
    while (lock := FileLock.try_take(path)) is None:
        if time.monotonic() > deadline:
            raise StorageError(
                f"{path} is held by another process.",
                hint="End the process that holds it, then try again.",
            )
        time.sleep(PAUSE)
    return lock
