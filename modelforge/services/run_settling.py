"""A run whose worker has gone is brought to its next state, under its lock: folder first, then the index."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from modelforge.exceptions import ConflictError
from modelforge.schemas.remark import Remark
from modelforge.schemas.run import EARLIER_STAGE, RunError, RunSpec, RunView
from modelforge.services.retry_policy import DISK_FULL, TOLD, Aftermath, Verdict, judge
from modelforge.services.run_reader import RunReader
from modelforge.storage.atomic import flush_path, storage_errors, write_json
from modelforge.storage.folders import RunFolder
from modelforge.training.checkpoints import published
from modelforge.training.event_log import EventLog
from modelforge.training.run_lock import RunLock, current_epoch, take_run_lock
from modelforge.training.worker import record_exit

LEAST_SPACE = 8 << 20
"""Bytes that must be free for a run to go on, beside the room for its checkpoints."""
CHECKPOINTS_AHEAD = 2
"""Room for the one that is written, and the one before it that is deleted only afterwards."""


def settle(folder: RunFolder, reader: RunReader, patience: float = 5.0) -> Verdict | None:
    """Judge a run whose worker has gone and do what follows; nothing when it is worked on after all.

    Data loaders that a dead worker left behind are ended first.

    Raises:
        StorageError: the folder could not be written; the disk is full, for example.
    """
    try:
        lock = take_run_lock(folder, patience)
    except ConflictError:
        return None
    with lock:
        run = reader.listen(folder)
        verdict = judge(
            Aftermath(
                config=run.config,
                epoch=lock.epoch,
                events=reader.database.list_events(folder.id, *TOLD),
                end=folder.read_exit(),
                stop_requested=folder.stop_request.exists(),
                disk_is_full=not has_space(folder),
            )
        )
        _carry_out(verdict, lock)
    run = reader.catch_up(folder.id)
    if verdict.config is not None:
        reader.database.update_run(run.id, config=verdict.config)
    return verdict


def reopen(folder: RunFolder, reader: RunReader, reason: str = "resumed") -> RunView:
    """Put a stopped, failed or paused run into the queue again, to go on from its newest checkpoint.

    Args:
        reason: why, as its state tells from then on.

    Raises:
        ConflictError: it is being worked on, or has succeeded.
    """
    with take_run_lock(folder) as lock:
        end = folder.read_exit()
        if end is not None and end.status == "succeeded":
            raise has_succeeded(folder.id)
        _queue_again(lock, reason)
    reader.listen(folder)
    return reader.database.update_run(folder.id, status="queued", finished_at=None, error=None)


def has_succeeded(run_id: str) -> ConflictError:
    """The answer to who wants to go on with a run that is done."""
    return ConflictError(
        f"Run {run_id} has succeeded already.",
        hint="Start a new run to train further.",
        code="run-succeeded",
        params={"run": run_id},
    )


def has_ended(run: RunView) -> ConflictError:
    """The answer to who wants to stop a run that does nothing any more."""
    return ConflictError(
        f"Run {run.id} has ended already: {run.status}.",
        hint="There is nothing to stop.",
        code="run-ended",
        params={"run": run.id},
    )


def strand(folder: RunFolder, reader: RunReader, error: RunError) -> None:
    """End a run that waits for an earlier stage which did not succeed; one that has begun or ended stays as it is.

    Raises:
        ConflictError: it is being worked on.
        StorageError: its folder could not be written.
    """
    with take_run_lock(folder) as lock:
        if not folder.exit.exists():
            with EventLog(folder.events, lock.epoch or lock.raise_epoch()) as log:
                log.append("notice", {"text": f"{error.message} {error.hint}", "error": error.model_dump(mode="json")})
                end = {"status": "stopped", "error": error.model_dump(mode="json")}
                record_exit(folder, log, end, reason=EARLIER_STAGE)
    reader.catch_up(folder.id)


def was_started(folder: RunFolder, reader: RunReader) -> bool:
    """Whether a worker was started since the run was put into the queue: its number is higher than that one's."""
    states = reader.database.list_events(folder.id, "state")
    queued_at = states[-1].epoch if states and states[-1].data.get("status") == "queued" else 0
    return current_epoch(folder) > queued_at


def has_space(folder: RunFolder) -> bool:
    """Whether the disk has room for the run to go on: its largest checkpoint, twice, and a little more."""
    sizes = [_size(path) for path in published(folder)]
    needed = LEAST_SPACE + CHECKPOINTS_AHEAD * max(sizes, default=0)
    with storage_errors("measured", folder.root):
        return shutil.disk_usage(folder.root).free >= needed


def _carry_out(verdict: Verdict, lock: RunLock) -> None:
    folder = lock.folder
    if verdict.kind == "again":
        if verdict.config is not None:
            _write_spec(folder, lock.epoch, verdict)
        _queue_again(lock, verdict.reason, verdict.notice)
    elif verdict.kind == "paused":
        _pause(lock, verdict)
    elif verdict.kind in ("failed", "stopped"):
        error = verdict.error.model_dump(mode="json") if verdict.error else None
        with EventLog(folder.events, lock.epoch or lock.raise_epoch()) as log:
            if error is not None:
                log.append("error", error)
            record_exit(folder, log, {"status": verdict.kind, "error": error})


def _queue_again(lock: RunLock, reason: str | None, notice: Remark | None = None) -> None:
    folder = lock.folder
    end = folder.read_exit()
    with storage_errors("opened again", folder.root):
        if end is not None:
            os.replace(folder.exit, folder.earlier_exit(end.epoch))
        folder.stop_request.unlink(missing_ok=True)
        flush_path(folder.root)
    with EventLog(folder.events, lock.raise_epoch()) as log:  # a worker that is still on its way will leave
        if notice is not None:
            log.append("notice", notice.as_event)
        log.append("state", {"status": "queued", "reason": reason})


def _pause(lock: RunLock, verdict: Verdict) -> None:
    with EventLog(lock.folder.events, lock.raise_epoch()) as log:
        log.append("state", {"status": "paused", "reason": verdict.reason or DISK_FULL})


def _write_spec(folder: RunFolder, epoch: int, verdict: Verdict) -> None:
    """The spec of the attempts so far stays as `spec-EPOCH.json`."""
    spec: RunSpec = folder.read_spec()
    write_json(folder.earlier_spec(epoch), spec.model_dump(mode="json"))
    write_json(folder.spec, spec.model_copy(update={"config": verdict.config}).model_dump(mode="json"))


def _size(path: Path) -> int:
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
