"""From the run folders into the database: what a run said and how it ended, each thing exactly once."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from modelforge.database.database_manager import DatabaseManager, RunChanges
from modelforge.exceptions import NotFoundError, StorageError
from modelforge.schemas.events import Event
from modelforge.schemas.model import ModelView
from modelforge.schemas.run import EARLIER_STAGE, FINISHED, RunSpec, RunStatus, RunTicket, RunView
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import DatasetFolder, ModelFolder, RunFolder
from modelforge.training.event_log import ends_a_line, read_events
from modelforge.training.run_lock import current_epoch, is_worked_on

UNDER_WAY: frozenset[RunStatus] = frozenset({"starting", "running", "finalizing"})


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuilt database holds, and what could not be read."""

    runs: int
    models: int
    datasets: int
    unreadable: tuple[str, ...]
    """Folders left out, each with the reason."""
    set_aside: Path | None
    """Where the broken database file lies now, if it was broken."""


class RunReader:
    """Keeps the database in step with the folders. Every method may be called at any time, as often as one likes."""

    def __init__(self, database: DatabaseManager, files: FileManager) -> None:
        self.database = database
        self.files = files

    def catch_up(self, run_id: str) -> RunView:
        """Store what the run has said since the last call, and its end if it has ended; returns the run.

        A run whose worker has died without an end becomes `paused`: it can be resumed.

        Raises:
            NotFoundError: there is no such run.
            StorageError: its folder cannot be read.
        """
        folder = self.files.run(run_id)
        free = not is_worked_on(folder)  # before reading: what a worker said until it let go is read below
        run = self.listen(folder)
        changes = self._end(folder)
        if not changes and free and run.status in UNDER_WAY:
            changes = {"status": "paused"}
        return self.database.update_run(run_id, **changes) if _differs(run, changes) else run

    def listen(self, folder: RunFolder) -> RunView:
        """Store what the run has said since the last call, its end left aside; returns the run."""
        self._known(folder)
        self._store_events(folder)
        return self.database.get_run(folder.id)

    def rebuild(self) -> Rebuilt:
        """Fill the database anew from the folders of all runs, models and datasets."""
        set_aside = self.database.reset()
        unreadable: list[str] = []
        counts = {"runs": 0, "models": 0, "datasets": 0}
        runs = sorted(self.files.runs(), key=lambda run: not run.attempt.exists())  # the begun ones hold their keys
        folders: dict[str, Sequence[RunFolder | ModelFolder | DatasetFolder]] = {
            "models": self.files.models(),
            "datasets": self.files.datasets(),
            "runs": runs,
        }
        for noun, group in folders.items():
            for folder in group:
                try:
                    self._read(folder)
                    counts[noun] += 1
                except (StorageError, NotFoundError) as error:
                    unreadable.append(f"{noun}/{folder.id}: {error.message}")
        return Rebuilt(**counts, unreadable=tuple(unreadable), set_aside=set_aside)

    def add_model(self, model_id: str) -> ModelView:
        """Add a model of the library to the database. Raises NotFoundError, StorageError."""
        folder = self.files.model(model_id)
        view = ModelView.of(folder.read_manifest(), str(folder.root))
        self.database.save_model(view)
        return view

    def _read(self, folder: RunFolder | ModelFolder | DatasetFolder) -> None:
        if isinstance(folder, RunFolder):
            self.catch_up(folder.id)
        elif isinstance(folder, ModelFolder):
            self.add_model(folder.id)
        else:
            self.database.save_dataset(folder.read_manifest())

    def _known(self, folder: RunFolder) -> RunView:
        try:
            return self.database.get_run(folder.id)
        except NotFoundError:
            ticket = folder.read_ticket()
            run = queued(folder.read_spec(), ticket)
            if ticket is None:
                self.database.add_run(run)
            elif self.database.submit_run(run, ticket) != run.id:
                self._came_twice(folder, run)
            return run

    def _came_twice(self, folder: RunFolder, run: RunView) -> None:
        """A server was killed while it made this run, and the same submit has been answered with another since.

        Raises:
            NotFoundError: nobody was told of this run and nothing has begun: it is no more.
        """
        if current_epoch(folder) > 0:
            self.database.add_run(run)
            return
        for made in run.stage.runs if run.stage else (folder.id,):
            with contextlib.suppress(NotFoundError):
                self.files.delete_run(made)
                self.database.delete_run(made)
        raise NotFoundError(
            f"Run {folder.id} was submitted a second time under the same key.",
            hint="The run that was made first is the one: list all runs.",
            code="run-submitted-twice",
            params={"run": folder.id},
        )

    def _store_events(self, folder: RunFolder) -> None:
        offset, last = self.database.event_position(folder.id)
        if not ends_a_line(folder.events, offset):
            self.database.forget_events(folder.id)  # the machine lost events that were not yet on its disk
            offset = last = 0
        while (page := read_events(folder.events, offset)).events:
            last = _last_of(page.events, last, folder)
            changes = said(page.events, folder)
            self._add_models(page.events)  # before: what is killed in between is read again
            self.database.store_events(folder.id, page.events, page.offset, changes)
            offset = page.offset

    def _add_models(self, events: Sequence[Event]) -> None:
        """Every model that the run has published: what it trained, and that merged where asked."""
        for event in events:
            if event.kind == "model":
                with contextlib.suppress(NotFoundError):  # it may have been deleted since
                    self.add_model(str(event.data.get("id")))

    def _end(self, folder: RunFolder) -> RunChanges:
        end = folder.read_exit()
        if end is None:
            return {}
        if end.model_id is not None:
            with contextlib.suppress(NotFoundError):  # it may have been deleted since
                self.add_model(end.model_id)
        return {"status": end.status, "finished_at": end.finished_at, "model_id": end.model_id, "error": end.error}


def queued(spec: RunSpec, ticket: RunTicket | None = None) -> RunView:
    """A run as it is accepted."""
    return RunView(
        id=spec.id,
        name=spec.name,
        status="queued",
        created_at=spec.created_at,
        config=spec.config,
        owner=spec.owner,
        stage=spec.stage,
        reason=EARLIER_STAGE if spec.stage and spec.stage.needs else None,
        priority=ticket.priority if ticket else 0,
        position=ticket.position if ticket else spec.created_at.timestamp(),
    )


def said(events: Sequence[Event], folder: RunFolder) -> RunChanges:
    """What events say about their run. Its end is said by `exit.json` alone; until that is there it is finalizing.

    Raises:
        StorageError: one says something that no worker says.
    """
    changes: RunChanges = {}
    for event in events:
        changes["attempt"] = event.epoch
        if event.kind == "progress":
            changes["progress"] = event.data
        elif event.kind == "stage":
            changes["doing"] = _one_of(event, "name", folder)
        elif event.kind == "report":
            changes["report"] = event.data
        elif event.kind == "state":
            status = _one_of(event, "status", folder, get_args(RunStatus))
            changes["status"] = "finalizing" if status in FINISHED else status
            changes["reason"] = _one_of(event, "reason", folder) if event.data.get("reason") is not None else None
            if status != "running":
                changes["doing"] = None
            if status == "starting":  # a new attempt: an earlier end no longer holds
                changes |= {"finished_at": None, "error": None}
    return changes


def _one_of(event: Event, key: str, folder: RunFolder, known: Sequence[Any] = ()) -> Any:
    """What an event has under `key`: a text, one of `known` where there are such. Raises StorageError."""
    value = event.data.get(key)
    if not isinstance(value, str) or (known and value not in known):
        raise _damaged(folder, event.seq, f"a {event.kind} has {value!r} as its {key}")
    return value


def _last_of(events: Sequence[Event], last: int, folder: RunFolder) -> int:
    """The number of the last event of a page, which begins behind event `last` or before. Raises StorageError."""
    for event in events:
        if event.seq > last + 1:
            raise _damaged(folder, last + 1, f"it is missing, the next one is event {event.seq}")
        last = max(last, event.seq)
    return last


def _damaged(folder: RunFolder, seq: int, reason: str) -> StorageError:
    return StorageError(
        f"{folder.events} is damaged: event {seq}: {reason[:200]}.",
        hint="Restore it from a backup, or delete the run.",
        code="events-damaged",
        params={"path": str(folder.events), "seq": seq},
    )


def _differs(run: RunView, changes: RunChanges) -> bool:
    return any(getattr(run, name) != value for name, value in changes.items())
