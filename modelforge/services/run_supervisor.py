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

from modelforge.database.database_manager import DatabaseManager
from modelforge.database.supervisor_lock import SupervisorLock
from modelforge.exceptions import ConflictError, DatabaseError, NotFoundError, StorageError, TrainingError
from modelforge.schemas.run import FINISHED, FOLDER_FAULT, RunView
from modelforge.services.active_run import ActiveRun
from modelforge.services.run_guard import RunGuard, unforeseen
from modelforge.services.run_reader import UNDER_WAY, RunReader
from modelforge.services.run_settling import has_space, reopen, settle, was_started
from modelforge.services.slots import LauncherFor
from modelforge.services.stage_order import StageOrder
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.storage.tickets import change_ticket
from modelforge.training.run_lock import is_worked_on
from modelforge.training.stopping import STOP_SECONDS, stop_run

log = logging.getLogger(__name__)
TICK = 0.1
"""Seconds between two looks at the runs under way."""
LOOK_AROUND = 2.0
"""Seconds between two looks for runs that others have made, for space on the disk, and for a free supervisor's lock."""
LONGEST_WAIT = 60.0
AFTER_A_FAULT = 1.0
"""Seconds of rest after a fault that is not of one run alone."""


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
        self._guard = RunGuard(database, lambda run_id: run_id in self._active)
        self._launcher_for = launcher_for
        self._make_room = make_room
        self._active: dict[str, ActiveRun] = {}
        self._not_before: dict[str, float] = {}
        self._settled: set[str] = set()
        self._lock: SupervisorLock | None = None
        self._has_taken_over = False
        self._looked_around = -LOOK_AROUND
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
        if stop_runs and self._active:
            with ThreadPoolExecutor(len(self._active), thread_name_prefix="stop") as pool:
                list(pool.map(lambda active: self._stop(active, timeout), list(self._active.values())))
        self._let_go()

    @property
    def is_supervising(self) -> bool:
        """Whether this process is the one that starts runs."""
        return self._lock is not None

    def require_alive(self) -> None:
        """Raises TrainingError where it has ended without being closed: runs are no longer started and watched."""
        if self._thread is not None and not self._thread.is_alive() and not self._closing.is_set():
            raise TrainingError(
                "This server no longer starts and watches runs.",
                hint="Start it again: the runs are found again. Its log tells what happened.",
                code="supervisor-ended",
            )

    def busy_slots(self) -> dict[str, str]:
        """Slot → run, of the runs under way."""
        return {active.slot: run_id for run_id, active in list(self._active.items()) if active.slot is not None}

    def _live(self) -> None:
        while not self._closing.is_set():
            try:
                if self._holds_lock():
                    if time.monotonic() - self._looked_around > LOOK_AROUND:
                        self._look_around()
                        self._looked_around = time.monotonic()
                    self._watch()
                    self._fill_slots()
            except (DatabaseError, StorageError) as error:
                log.warning("supervisor: %s", error)
                self._closing.wait(AFTER_A_FAULT)
            except Exception:  # whatever it is, runs need their supervisor
                log.exception("supervisor: it goes on after a fault that nobody foresaw")
                self._closing.wait(AFTER_A_FAULT)
            self._news.wait(TICK if self._active else LOOK_AROUND / 4)
            self._news.clear()

    def _holds_lock(self) -> bool:
        if self._lock is not None and not self._lock.is_held():
            self._let_go()
            self._active.clear()
        if self._lock is None:
            self._lock = self.database.take_supervisor_lock(self.files.supervisor_lock)
        if self._lock is not None and not self._has_taken_over:
            self._take_over()
            self._has_taken_over = True
        return self._lock is not None

    def _let_go(self) -> None:
        lock, self._lock, self._has_taken_over = self._lock, None, False
        if lock is not None:
            lock.release()

    # Looking

    def _take_over(self) -> None:
        """Rule 12: every run without an end is adopted, finished or queued again."""
        for folder in self.files.runs():
            if folder.id not in self._active:
                with self._guard.one_run_only(folder.id):
                    self._meet(folder, taking_over=True)

    def _look_around(self) -> None:
        """Runs that a terminal has started, runs that wait for space or were not readable, and stages that wait."""
        for folder in self.files.runs():
            known_to_have_ended = folder.id in self._settled and folder.exit.exists()
            if folder.id not in self._active and not known_to_have_ended:
                with self._guard.one_run_only(folder.id):
                    self._meet(folder, taking_over=False)
        for run in self.database.queued_runs():
            if run.stage is not None and run.stage.needs and run.reason != FOLDER_FAULT:
                with self._guard.one_run_only(run.id):
                    self.stages.look_at(run, busy=self._active)

    def _meet(self, folder: RunFolder, *, taking_over: bool) -> None:
        """Look at a run that is not watched yet."""
        if is_worked_on(folder):
            self._adopt(folder)
            return
        run = self.reader.listen(folder)
        left = taking_over or run.status in UNDER_WAY
        if folder.exit.exists():
            self._finish(folder, run, left=left)
        elif run.status == "paused":
            self._go_on(folder, run)
        elif left and was_started(folder, self.reader):
            self._settle(folder)
        elif left and run.status == "starting":  # its server was killed before it had begun
            self.database.update_run(run.id, status="queued", slot=None)
        elif run.reason == FOLDER_FAULT:
            self._guard.is_well(run, self.stages.reason(run))

    def _adopt(self, folder: RunFolder) -> None:
        ticket = folder.read_ticket()
        slot = ticket.slot if ticket else None
        self._active[folder.id] = ActiveRun(folder, None if slot in self.busy_slots() else slot)

    def _finish(self, folder: RunFolder, run: RunView, *, left: bool) -> None:
        """A run that has an end; `left`: what follows from it is still to be judged."""
        if run.status not in FINISHED:
            left = left or run.reason == FOLDER_FAULT
            self._settle(folder) if left and folder.ticket.exists() else self.reader.catch_up(folder.id)
        if run.reason == FOLDER_FAULT:
            self._guard.is_well(run)
        if folder.exit.exists():
            self._settled.add(folder.id)

    def _go_on(self, folder: RunFolder, run: RunView) -> None:
        """A paused run: once there is space again, or its folder can be used again."""
        if run.reason == "disk_full":
            if has_space(folder):
                reopen(folder, self.reader)
        elif run.reason == FOLDER_FAULT and self._settle(folder):
            self._guard.is_well(run)

    def _watch(self) -> None:
        for active in list(self._active.values()):
            with self._guard.one_run_only(active.folder.id):
                self._look_at(active)

    def _look_at(self, active: ActiveRun) -> None:
        folder = active.folder
        if not folder.root.exists():
            del self._active[folder.id]
            return
        gone = active.has_gone()
        try:
            if active.grew() and (run := self.reader.listen(folder)).reason == FOLDER_FAULT:
                self._guard.is_well(run)
            if gone and self._settle(folder):
                del self._active[folder.id]
        except Exception:
            if gone:  # its slot is free, however it goes on; the next look around tries again
                self._active.pop(folder.id, None)
            raise

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
        for run in self.database.queued_runs():
            free = [slot for slot in self.slots if slot not in self.busy_slots()]
            if not free:
                return
            waits = run.id in self._active or time.monotonic() < self._not_before.get(run.id, 0.0)
            if not waits and run.reason != FOLDER_FAULT:
                with self._guard.one_run_only(run.id):
                    if self.stages.is_ready(run):
                        self._start(run, free[0])

    def _start(self, run: RunView, slot: str) -> None:
        """Give a run a slot, unless it has ended, was deleted meanwhile, or cannot be started now."""
        try:
            folder = self.files.run(run.id)
            if folder.ticket.exists():
                self.reader.listen(folder)
                self._launch(folder, slot)
        except ConflictError:
            self.reader.catch_up(run.id)
        except NotFoundError:
            with contextlib.suppress(NotFoundError):
                self.database.delete_run(run.id)

    def _launch(self, folder: RunFolder, slot: str) -> None:
        """Raises NotFoundError, StorageError where the run was deleted meanwhile; ConflictError where it has ended."""
        change_ticket(folder, slot=slot)
        self.database.update_run(folder.id, status="starting", reason=None, slot=slot)
        try:
            self._make_room(slot)
            worker = self._launcher_for(slot).start(folder)
        except ConflictError:
            raise
        except Exception as error:
            log.warning("run %s could not be started: %s", folder.id, error, exc_info=unforeseen(error))
            self._not_before[folder.id] = time.monotonic() + LOOK_AROUND
            self.database.update_run(folder.id, status="queued")
            return
        self._active[folder.id] = ActiveRun(folder, slot, worker)
        self._settled.discard(folder.id)
        self.database.update_run(folder.id, attempt=worker.epoch)

    def _stop(self, active: ActiveRun, timeout: float) -> None:
        try:
            stop_run(active.folder, timeout)
            self.reader.catch_up(active.folder.id)
        except Exception as error:  # noqa: BLE001 - the next supervisor finds it as it is
            log.warning("run %s: %s", active.folder.id, error)
