"""The one process that starts runs, watches over them and decides how they go on.

A thread of the server. The run folders are the truth: whatever it knows it can find again, so a killed supervisor costs
nothing. Workers live in sessions of their own and are adopted again by the next supervisor.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from modelforge.database.database_manager import DatabaseManager
from modelforge.database.supervisor_lock import SupervisorLock
from modelforge.exceptions import ConflictError, DatabaseError, NotFoundError, StorageError, TrainingError
from modelforge.schemas.run import FINISHED, RunView
from modelforge.services.run_reader import RunReader
from modelforge.services.run_settling import has_space, reopen, settle
from modelforge.services.slots import LauncherFor
from modelforge.services.stage_order import StageOrder
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.launcher import LaunchedWorker
from modelforge.training.run_lock import current_epoch, is_worked_on, read_owner
from modelforge.training.stopping import STOP_SECONDS, stop_run

log = logging.getLogger(__name__)
TICK = 0.1
"""Seconds between two looks at the runs under way."""
LOOK_AROUND = 2.0
"""Seconds between two looks for runs that others have made, for space on the disk, and for a free supervisor's lock."""
LONGEST_WAIT = 60.0


@dataclass
class _Active:
    """A run under way, as its supervisor knows it."""

    folder: RunFolder
    slot: str | None
    worker: LaunchedWorker | None = None
    """Nothing for a run that was found at work."""
    size: int = field(default=-1)
    """Bytes of its events when they were last read."""

    def has_gone(self) -> bool:
        """Whether no process works on it, and none is on its way."""
        if self.worker is not None and self.worker.is_alive:
            return False
        if not is_worked_on(self.folder):
            return True
        owner = read_owner(self.folder)  # its data loaders may hold the lock still
        return owner is not None and owner.is_here and not owner.is_alive

    def grew(self) -> bool:
        """Whether it has said something since the last look."""
        before = self.size
        self.size = self.folder.events.stat().st_size if self.folder.events.exists() else 0
        return self.size != before


class RunSupervisor:
    """The queue and the slots. `start` and `close` belong to the server's life; `wake` says that there is news."""

    def __init__(
        self,
        database: DatabaseManager,
        files: FileManager,
        launcher_for: LauncherFor,
        slots: Sequence[str],
        *,
        make_room: Callable[[str], None] = lambda _slot: None,
    ) -> None:
        """`make_room` is called with a slot before a run starts on it: whatever else uses it must leave."""
        self.database = database
        self.files = files
        self.slots = tuple(slots)
        self.reader = RunReader(database, files)
        self.stages = StageOrder(self.reader)
        self._launcher_for = launcher_for
        self._make_room = make_room
        self._active: dict[str, _Active] = {}
        self._not_before: dict[str, float] = {}
        self._settled: set[str] = set()
        self._lock: SupervisorLock | None = None
        self._news = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    # Its life

    def start(self) -> None:
        """Begin to supervise, or stand by while another process does."""
        self._thread = threading.Thread(target=self._live, name="supervisor", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now."""
        self._news.set()

    def close(self, *, stop_runs: bool, timeout: float = STOP_SECONDS) -> None:
        """End; with `stop_runs` every run under way saves a checkpoint and stops, to be resumed; else they go on."""
        self._closing.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join()
        if self._lock is None:
            return
        if stop_runs and self._active:
            with ThreadPoolExecutor(len(self._active), thread_name_prefix="stop") as pool:
                list(pool.map(lambda active: self._stop(active, timeout), list(self._active.values())))
        self._lock.release()
        self._lock = None

    @property
    def is_supervising(self) -> bool:
        """Whether this process is the one that starts runs."""
        return self._lock is not None

    def busy_slots(self) -> dict[str, str]:
        """Slot → run, of the runs under way."""
        return {active.slot: run_id for run_id, active in list(self._active.items()) if active.slot is not None}

    def _live(self) -> None:
        looked_around = 0.0
        while not self._closing.is_set():
            try:
                if self._holds_lock():
                    if time.monotonic() - looked_around > LOOK_AROUND:
                        self._look_around()
                        self.stages.look(busy=self._active)
                        looked_around = time.monotonic()
                    self._watch()
                    self._fill_slots()
            except (DatabaseError, StorageError) as error:
                log.warning("supervisor: %s", error)
                self._closing.wait(1.0)
            self._news.wait(TICK if self._active else LOOK_AROUND / 4)
            self._news.clear()

    def _holds_lock(self) -> bool:
        if self._lock is not None and not self._lock.is_held():
            self._lock.release()
            self._lock = None
            self._active.clear()
        if self._lock is None:
            self._lock = self.database.take_supervisor_lock(self.files.supervisor_lock)
            if self._lock is not None:
                self._take_over()
        return self._lock is not None

    # Looking

    def _take_over(self) -> None:
        """Rule 12: every run without an end is adopted, finished or queued again."""
        for folder in self.files.runs():
            with _one_run_only(folder):
                self._meet(folder, taking_over=True)

    def _look_around(self) -> None:
        """Runs that a terminal has started, and runs that wait for space."""
        for folder in self.files.runs():
            known_to_have_ended = folder.id in self._settled and folder.exit.exists()
            if folder.id not in self._active and not known_to_have_ended:
                with _one_run_only(folder):
                    self._meet(folder, taking_over=False)

    def _meet(self, folder: RunFolder, *, taking_over: bool) -> None:
        """Look at a run that is not watched yet."""
        if folder.exit.exists() and not is_worked_on(folder):
            self._finish(folder, taking_over=taking_over)
        elif is_worked_on(folder):
            self._adopt(folder)
        elif (run := self.reader.listen(folder)).reason == "disk_full" and run.status == "paused":
            if has_space(folder):
                reopen(folder, self.reader)
        elif taking_over and run.status != "paused" and current_epoch(folder) > self._queued_at(run):
            self._settle(folder)
        elif taking_over and run.status == "starting":  # its server was killed before it had begun
            self.database.update_run(run.id, status="queued", slot=None)

    def _adopt(self, folder: RunFolder) -> None:
        ticket = folder.read_ticket()
        slot = ticket.slot if ticket else None
        self._active[folder.id] = _Active(folder, None if slot in self.busy_slots() else slot)

    def _queued_at(self, run: RunView) -> int:
        """The number under which a run was put into the queue; a higher one is that of a worker that was started."""
        states = self.database.list_events(run.id, "state")
        return states[-1].epoch if states and states[-1].data.get("status") == "queued" else 0

    def _finish(self, folder: RunFolder, *, taking_over: bool) -> None:
        run = self.reader.listen(folder)
        if run.status not in FINISHED:
            self._settle(folder) if taking_over and folder.ticket.exists() else self.reader.catch_up(folder.id)
        if folder.exit.exists():
            self._settled.add(folder.id)

    def _watch(self) -> None:
        for run_id, active in list(self._active.items()):
            with _one_run_only(active.folder):
                if not active.folder.root.exists():
                    del self._active[run_id]
                    continue
                gone = active.has_gone()
                if active.grew():
                    self.reader.listen(active.folder)
                if gone and self._settle(active.folder):
                    del self._active[run_id]

    def _settle(self, folder: RunFolder) -> bool:
        """Bring a run whose worker has gone to its next state; False: it is worked on after all."""
        if folder.ticket.exists():
            verdict = settle(folder, self.reader)
            if verdict is None:
                return False
            if verdict.kind == "again":
                wait = min(LONGEST_WAIT, 2.0 ** (verdict.deaths - 1) if verdict.deaths > 1 else 0.0)
                self._not_before[folder.id] = time.monotonic() + wait
            log.info("run %s: %s %s", folder.id, verdict.kind, verdict.reason or "")
        else:
            self.reader.catch_up(folder.id)
        return True

    # Starting and stopping

    def _fill_slots(self) -> None:
        free = [slot for slot in self.slots if slot not in self.busy_slots()]
        if not free:
            return
        now = time.monotonic()
        for run in self.database.queued_runs():
            waits = run.id in self._active or now < self._not_before.get(run.id, 0.0)
            if not waits and self.stages.is_ready(run):
                if self._start(run, free[0]):
                    free.pop(0)
                if not free:
                    return

    def _start(self, run: RunView, slot: str) -> bool:
        """Give a run a slot. False: it could not be started; it ended, was deleted, or the disk is full."""
        try:
            folder = self.files.run(run.id)
            ticket = folder.read_ticket()
            if ticket is None:
                return False
            write_json(folder.ticket, ticket.model_copy(update={"slot": slot}).model_dump(mode="json"))
            self._make_room(slot)
            self.database.update_run(run.id, status="starting", reason=None, slot=slot)
            worker = self._launcher_for(slot).start(folder)
        except ConflictError:
            self.reader.catch_up(run.id)
            return False
        except NotFoundError:
            with contextlib.suppress(NotFoundError):
                self.database.delete_run(run.id)
            return False
        except (StorageError, TrainingError) as error:
            log.warning("run %s could not be started: %s", run.id, error)
            self._not_before[run.id] = time.monotonic() + LOOK_AROUND
            self.database.update_run(run.id, status="queued")
            return False
        self._active[run.id] = _Active(folder, slot, worker)
        self._settled.discard(run.id)
        self.database.update_run(run.id, attempt=worker.epoch)
        return True

    def _stop(self, active: _Active, timeout: float) -> None:
        with contextlib.suppress(TrainingError, ConflictError, StorageError, NotFoundError, DatabaseError):
            stop_run(active.folder, timeout)
            self.reader.catch_up(active.folder.id)


@contextlib.contextmanager
def _one_run_only(folder: RunFolder):  # type: ignore[no-untyped-def]
    """What is wrong with one run must not keep the others from going on."""
    try:
        yield
    except (StorageError, NotFoundError, TrainingError) as error:
        log.warning("run %s: %s", folder.id, error)
