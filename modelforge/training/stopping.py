"""Stop means stopped: asked first, so that a checkpoint is saved; ended by force when time is up."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from modelforge.exceptions import ConflictError, TrainingError
from modelforge.schemas.run import RunExit
from modelforge.storage.atomic import write_bytes
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import EventLog
from modelforge.training.process_group import PAUSE, kill_group
from modelforge.training.run_lock import Owner, RunLock, read_owner, take_run_lock
from modelforge.training.worker import record_exit

STOP_SECONDS = 25.0
"""How long a worker may take to save and leave before its group is ended."""


def stop_run(folder: RunFolder, timeout: float = STOP_SECONDS) -> RunExit:
    """Stop a run, whatever state it and its processes are in; returns its end.

    The worker is asked to save a checkpoint and leave, even when it was suspended. After `timeout` seconds its whole
    group is killed; the run then goes on, when resumed, from its last checkpoint. A run that has ended stays as it is.

    Raises:
        TrainingError: processes of the run could not be ended.
        ConflictError: the run is worked on from another machine.
    """
    if folder.read_exit() is None:
        write_bytes(folder.stop_request, b"")
    while True:
        owner = read_owner(folder)
        if owner is not None and owner.is_here:
            _end(folder, owner, timeout)
        try:
            with take_run_lock(folder) as lock:
                if read_owner(folder) == owner:
                    return folder.read_exit() or _record_stop(lock)
        except ConflictError:
            if read_owner(folder) == owner:
                raise
        # a worker that was on its way took the run in between


def _end(folder: RunFolder, owner: Owner, timeout: float) -> None:
    """Have the worker leave, then see to it that nothing of its group is left."""
    deadline = time.monotonic() + timeout
    if owner.is_alive:
        _ask(owner)
    while owner.is_alive and time.monotonic() < deadline:
        time.sleep(PAUSE)
    if not kill_group(owner.pid, owner.created):
        raise TrainingError(
            f"Processes of run {folder.id} could not be ended.",
            hint=f"End the process group {owner.pid} by hand.",
            code="processes-not-ended",
            params={"run": folder.id, "group": owner.pid},
        )


def _ask(owner: Owner) -> None:
    """SIGTERM to the worker alone: its data loaders must live until the checkpoint is saved. A suspended one wakes."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(owner.pid, signal.SIGTERM)
        os.killpg(owner.pid, signal.SIGCONT)


def _record_stop(lock: RunLock) -> RunExit:
    """Write the end that the worker could not write."""
    folder = lock.folder
    with EventLog(folder.events, lock.epoch or lock.raise_epoch()) as log:
        return record_exit(folder, log, {"status": "stopped"})
