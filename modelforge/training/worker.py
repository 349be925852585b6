"""One run in a process of its own: `python -m modelforge.training.worker RUN_FOLDER [--epoch N]`.

The worker takes the run's lock, carries the run out, and writes its one end. It knows no HTTP and no database: all it
says stands in the run's folder. A kill at any moment leaves a folder that the next attempt can go on from.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from modelforge.exceptions import ConflictError, StorageError
from modelforge.schemas.events import EventKind
from modelforge.schemas.run import RunExit, RunSpec
from modelforge.storage.atomic import write_json
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import EventLog
from modelforge.training.failure import explain, is_disk_full
from modelforge.training.run_lock import RunLock, take_run_lock
from modelforge.training.secrets import RedactingWriter, Redactor
from modelforge.training.stop_signal import StopSignal

DONE, FAILED, NOTHING_TO_DO, INTERRUPTED = 0, 1, 3, 4
"""Exit codes: the run succeeded or stopped; failed; is another worker's; or must go on later, from its checkpoint."""

Emit = Callable[[EventKind, dict[str, Any]], None]


class Result(Protocol):
    """How an engine says that a run ended: `succeeded` or `stopped`, and the model it published."""

    @property
    def status(self) -> str: ...

    @property
    def model_id(self) -> str | None: ...


Engine = Callable[[RunSpec, RunFolder, Emit, Callable[[], bool]], Result]


def main(arguments: Sequence[str] | None = None, engine: Engine | None = None) -> int:
    """Carry out the run whose folder is given, in a session of its own; returns the exit code."""
    parser = argparse.ArgumentParser(prog="modelforge.training.worker", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of the run")
    parser.add_argument("--epoch", type=int, help="the attempt this worker was started for; else it begins a new one")
    options = parser.parse_args(arguments)
    lead_a_session()
    return work(RunFolder(options.folder.absolute()), options.epoch, engine)


def lead_a_session() -> None:
    """Part from the terminal and from the group of whoever started this process, so that the group is this run's."""
    if os.getpgrp() != os.getpid():
        os.setsid()


def work(
    folder: RunFolder, epoch: int | None, engine: Engine | None = None, environment: Mapping[str, str] = os.environ
) -> int:
    """Take the run's lock and carry the run out; returns the exit code.

    Args:
        folder: the run.
        epoch: the attempt this worker was started for. When a later one has begun meanwhile, it leaves.
        engine: what carries a run out; default: `modelforge.training.engine.run`, imported when it is needed.
        environment: where the secrets stand that must not be written down.
    """
    redactor = Redactor(environment)
    sys.stdout = RedactingWriter(os.fdopen(os.dup(1), "wb", 0), redactor.text)
    sys.stderr = RedactingWriter(os.fdopen(os.dup(2), "wb", 0), redactor.text)
    faulthandler.enable(file=2)
    should_stop = StopSignal(folder.stop_request)
    should_stop.listen()
    try:
        lock = take_run_lock(folder)
    except (ConflictError, StorageError) as error:
        sys.stderr.write(f"{error}\n")
        return NOTHING_TO_DO
    with lock:
        if folder.exit.exists() or (epoch is not None and epoch != lock.epoch):
            sys.stderr.write("The run has ended, or a later attempt has begun.\n")
            return NOTHING_TO_DO
        return _attempt(lock, epoch or lock.raise_epoch(), engine, redactor, should_stop)


def _attempt(
    lock: RunLock, epoch: int, engine: Engine | None, redactor: Redactor, should_stop: Callable[[], bool]
) -> int:
    folder = lock.folder
    lock.write_owner(epoch)
    with EventLog(folder.events, epoch) as log:
        voice = _Voice(log, redactor)
        try:
            voice.emit("state", {"status": "starting"})
            spec = folder.read_spec()
            carry_out = engine or _engine()
            voice.emit("state", {"status": "running"})
            result = carry_out(spec, folder, voice.emit, should_stop)
        except BaseException as error:  # noqa: BLE001 - the one place where any fault becomes the end of a run
            traceback.print_exc()
            return _failed(folder, voice, error)
        record_exit(folder, log, {"status": result.status, "model_id": result.model_id})
        return DONE


def _failed(folder: RunFolder, voice: _Voice, error: BaseException) -> int:
    reason = voice.redactor.value(explain(error, voice.step).model_dump(mode="json"))
    if is_disk_full(error):
        voice.emit("state", {"status": "paused", "reason": "disk_full"})
        return INTERRUPTED
    voice.emit("error", reason)
    record_exit(folder, voice.log, {"status": "failed", "error": reason})
    return FAILED


def record_exit(folder: RunFolder, log: EventLog, end: dict[str, Any], reason: str | None = None) -> RunExit:
    """Write the one end of the run, its event first: whoever sees the end has heard all. Needs the run's lock."""
    log.append("state", {"status": end["status"], **({"reason": reason} if reason else {})})
    document = RunExit.model_validate({**end, "epoch": log.epoch, "finished_at": datetime.now(UTC)})
    write_json(folder.exit, document.model_dump(mode="json"))
    return document


def _engine() -> Engine:
    from modelforge.training.engine import run

    return run


@dataclass
class _Voice:
    """Writes events without secrets, and remembers the last step they spoke of."""

    log: EventLog
    redactor: Redactor
    step: int | None = field(default=None)

    def emit(self, kind: EventKind, data: dict[str, Any]) -> None:
        """Append one event."""
        if isinstance(data.get("step"), int):
            self.step = data["step"]
        self.log.append(kind, self.redactor.value(data))


if __name__ == "__main__":
    sys.exit(main())
