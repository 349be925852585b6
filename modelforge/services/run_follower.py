"""Follow a run's events to its end, from the folder, as any door of the product does."""

from __future__ import annotations

import time
from collections.abc import Callable

from modelforge.schemas.events import Event
from modelforge.services.run_reader import RunReader
from modelforge.storage.atomic import write_bytes
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import read_events
from modelforge.training.launcher import LaunchedWorker
from modelforge.training.run_lock import is_worked_on

LOOK_EVERY = 0.2
"""Seconds between two looks at the event log."""
LETS_GO = 10.0
"""Seconds within which the threads of a killed worker, or its data loaders, let go of the run's lock."""


def follow(
    folder: RunFolder,
    worker: LaunchedWorker,
    reader: RunReader,
    on_event: Callable[[Event], None] | None = None,
    *,
    offset: int = 0,
) -> None:
    """Return when the worker has gone; events from byte `offset` on are passed to `on_event`.

    Ctrl-C asks the worker to save a checkpoint and stop; a second one stops following.
    """
    interrupted = False
    while True:
        try:
            gone = not worker.is_alive
            page = read_events(folder.events, offset)
            offset = page.offset
            for event in page.events:
                if on_event:
                    on_event(event)
            if gone and not page.events:
                break
            time.sleep(0 if gone else LOOK_EVERY)
        except KeyboardInterrupt:
            if interrupted:
                raise
            interrupted = True
            write_bytes(folder.stop_request, b"")
    deadline = time.monotonic() + LETS_GO
    while is_worked_on(folder) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY / 4)
    reader.catch_up(folder.id)
