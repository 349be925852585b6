"""The order of the stages of one recipe: a later one waits for those whose models it loads, and shares their fate.

Nothing is kept beside the run folders: `spec.json` says what a stage needs, and the `exit.json` of an earlier one says
whether that is there. So a server may be killed between two stages, and the next one finds the same.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from modelforge.exceptions import ConflictError, NotFoundError, StorageError
from modelforge.schemas.run import EARLIER_STAGE, FINISHED, RunError, RunView
from modelforge.services.run_reader import RunReader
from modelforge.services.run_settling import reopen, strand
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.storage.tickets import change_ticket


@dataclass(frozen=True)
class Standing:
    """Whether a stage may begin."""

    kind: Literal["ready", "waiting", "stranded"]
    run_id: str | None = None
    """The earlier run that it waits for, or that did not succeed."""
    found: str = ""
    """What has become of that run: `failed: RuntimeError: no more files.`"""

    @property
    def words(self) -> str:
        """What has become of that run, to be followed by a full stop."""
        return self.found.rstrip(".")


READY = Standing("ready")


def standing(run: RunView, files: FileManager) -> Standing:
    """Whether a run's earlier stages have made what it loads. Raises StorageError."""
    for needed in run.stage.needs if run.stage else ():
        try:
            end = files.run(needed).read_exit()
        except NotFoundError:
            if not _has_model(needed, files):
                return Standing("stranded", needed, "has been deleted")
            continue
        if end is None:
            return Standing("waiting", needed)
        if end.status != "succeeded":
            why = f": {end.error.message}" if end.error else ""
            return Standing("stranded", needed, f"was stopped{why}" if end.status == "stopped" else f"failed{why}")
    return READY


class StageOrder:
    """What follows for the other stages when one of them has ended, is resumed or is to be deleted."""

    def __init__(self, reader: RunReader) -> None:
        self.reader = reader
        self.database = reader.database
        self.files = reader.files

    def reason(self, run: RunView) -> str | None:
        """Why a waiting run waits, where that is another stage. Raises StorageError."""
        return None if self.is_ready(run) else EARLIER_STAGE

    def is_ready(self, run: RunView) -> bool:
        """Whether a waiting run may start."""
        return standing(run, self.files).kind == "ready"

    def look_at(self, run: RunView, busy: Collection[str] = ()) -> None:
        """Stop a waiting stage whose earlier stage has ended without success; note that it waits no longer.

        Args:
            run: a waiting run.
            busy: runs whose end may yet be followed by another attempt.

        Raises:
            StorageError: the end of the earlier stage cannot be read.
        """
        found = standing(run, self.files)
        if found.kind == "stranded" and found.run_id not in busy and self._has_ended(found.run_id):
            self._strand(run, found)
        elif found.kind == "ready" and run.reason == EARLIER_STAGE:
            self.database.update_run(run.id, reason=None)

    def require_turn(self, run: RunView) -> None:
        """Refuse to begin a stage before the one that it stands on has succeeded.

        Raises:
            ConflictError: an earlier stage is not done.
        """
        self.require_order(run)
        found = standing(run, self.files)
        if found.kind == "waiting":
            raise ConflictError(
                f"Run {run.id} waits for run {found.run_id}, whose model it goes on from.",
                hint=f"Look at that one: `modelforge runs show {found.run_id}`; it can be resumed where it has paused.",
                code="earlier-stage-not-done",
                params={"run": run.id, "earlier": found.run_id or ""},
            )

    def next(self, run: RunView) -> str | None:
        """The run behind this one that a terminal is to carry out; none where the server's queue has it."""
        return next((later.id for later in self._of_a_terminal(run)), None)

    def strand_later(self, run: RunView) -> None:
        """Stop the stages behind a run of a terminal that ended without success, as `look` does in a server."""
        for later in self._of_a_terminal(run):
            found = standing(later, self.files)
            if found.kind == "stranded":
                self._strand(later, found)

    def require_order(self, run: RunView) -> None:
        """Refuse to resume a stage before the one that it stands on.

        Raises:
            ConflictError: an earlier stage failed or was stopped.
        """
        found = standing(run, self.files)
        if found.kind == "stranded":
            raise ConflictError(
                f"Run {run.id} goes on from run {found.run_id}, which {found.words}.",
                hint=_way_out(found),
                code="earlier-stage-unsuccessful",
                params={"run": run.id, "earlier": found.run_id or ""},
            )

    def reopen_later(self, run: RunView, *, in_queue: bool) -> None:
        """Have the stages behind a resumed run wait for it again, where they were stopped for its sake.

        Args:
            in_queue: whether the server is to start them; else whoever resumed the first one does.
        """
        for place, later in enumerate(self.later(run), 1):
            folder = self.files.run(later.id)
            if later.status == "stopped" and later.reason == EARLIER_STAGE:
                reopen(folder, self.reader, EARLIER_STAGE)
            elif later.status != "queued":
                continue
            if in_queue:
                enter_queue(folder, time.time() + place / 1000)

    def later(self, run: RunView) -> list[RunView]:
        """The stages behind a run that are still there, in order."""
        found = []
        for later in run.stage.runs[run.stage.number :] if run.stage else ():
            with contextlib.suppress(NotFoundError, StorageError):
                found.append(self._known(later))
        return found

    def needed_by(self, run: RunView) -> list[RunView]:
        """The unfinished later stages that load what this run makes."""
        return [
            later
            for later in self.later(run)
            if later.status not in FINISHED and later.stage is not None and run.id in later.stage.needs
        ]

    def _of_a_terminal(self, run: RunView) -> list[RunView]:
        """The stages behind a run that wait, and have no place in the server's queue."""
        return [
            later
            for later in self.later(run)
            if later.status == "queued" and not self.files.run(later.id).ticket.exists()
        ]

    def _known(self, run_id: str) -> RunView:
        """As the index has it: `catch_up` would take a run that is about to start for one that has paused."""
        try:
            return self.database.get_run(run_id)
        except NotFoundError:
            return self.reader.catch_up(run_id)

    def _has_ended(self, run_id: str | None) -> bool:
        """As the index has it: an end that is still to be judged does not count."""
        try:
            return self.database.get_run(run_id or "").status in FINISHED
        except NotFoundError:
            return True

    def _strand(self, run: RunView, found: Standing) -> None:
        stage = run.stage.words.capitalize() if run.stage else "This stage"
        message = f"{stage} did not start: run {found.run_id}, whose model it goes on from, {found.words}."
        error = RunError(
            type="ConflictError",
            message=message,
            hint=_way_out(found),
            code="earlier-stage-failed",
            params={"run": found.run_id or ""},
        )
        with contextlib.suppress(ConflictError, NotFoundError):
            strand(self.files.run(run.id), self.reader, error)


def enter_queue(folder: RunFolder, position: float) -> None:
    """Give a run a place at `position` in the server's queue, whatever place it had."""
    change_ticket(folder, position=position)


def _has_model(run_id: str, files: FileManager) -> bool:
    try:
        return files.model(run_id).manifest.exists()
    except NotFoundError:
        return False


def _way_out(found: Standing) -> str:
    if found.found == "has been deleted":
        return "Start the recipe anew."
    return f"Resume that one: `modelforge runs resume {found.run_id}`; this one then follows by itself."
