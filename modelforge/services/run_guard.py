"""What is wrong with one run stays with that run: it is told there, in words, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from modelforge.database.database_manager import DatabaseManager, RunChanges
from modelforge.exceptions import ConflictError, ModelForgeException, NotFoundError, UnreadableRowError
from modelforge.schemas.run import FOLDER_FAULT, RunError, RunView
from modelforge.services.run_reader import UNDER_WAY

log = logging.getLogger(__name__)
LONGEST = 500
"""Characters of a fault that nobody foresaw."""


class RunGuard:
    """Keeps what goes wrong with a run in the index, and in the log once."""

    def __init__(self, database: DatabaseManager, is_active: Callable[[str], bool]) -> None:
        """`is_active` says whether a process is known to work on a run."""
        self.database = database
        self._is_active = is_active
        self._logged: dict[str, str] = {}

    @contextmanager
    def one_run_only(self, run_id: str) -> Iterator[None]:
        """Whatever is raised inside ends the block, and no more than that.

        A run whose folder cannot be used as it is gets the reason `folder_fault` and the words of the error. One that
        was under way, and that nobody works on any more, is paused; one that waits is passed over until `is_well`.

        Raises:
            DatabaseError: the index cannot even take that down.
        """
        try:
            yield
        except (NotFoundError, ConflictError) as error:  # deleted meanwhile, or taken by another process
            log.info("run %s: %s", run_id, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            self._tell(run_id, error)

    def is_well(self, run: RunView, reason: str | None = None) -> None:
        """A run can be used again.

        Args:
            run: as it was known while it could not be used.
            reason: why it is in its state apart from that.
        """
        self._logged.pop(run.id, None)
        now = self.database.get_run(run.id)
        changes: RunChanges = {"error": None} if now.error == run.error else {}
        if now.reason == FOLDER_FAULT:
            changes["reason"] = reason
        self.database.update_run(run.id, **changes)

    def _tell(self, run_id: str, error: Exception) -> None:
        words = _words(error)
        if self._logged.get(run_id) != words.message:
            self._logged[run_id] = words.message
            log.warning("run %s: %s", run_id, words.message, exc_info=unforeseen(error))
        with suppress(NotFoundError, UnreadableRowError):  # the index has no row of it in which that could stand
            run = self.database.get_run(run_id)
            if run.status != "queued" and run.status not in UNDER_WAY:
                return  # it has ended or is paused: nothing is expected of it
            changes: RunChanges = {"reason": FOLDER_FAULT, "error": words}
            if run.status in UNDER_WAY and not self._is_active(run_id):
                changes["status"], changes["doing"] = "paused", None
            if any(getattr(run, name) != value for name, value in changes.items()):
                self.database.update_run(run_id, **changes)


def unforeseen(error: Exception) -> Exception | None:
    """What belongs into the log with its traceback: nothing of an error that is ours, whose words say it all."""
    return None if isinstance(error, ModelForgeException) else error


def _words(error: Exception) -> RunError:
    if isinstance(error, ModelForgeException):
        kept = {"hint": error.hint, "code": error.code, "params": error.params}
        return RunError(type=type(error).__name__, message=error.message, **kept)
    reason = f"{type(error).__name__}: {error}"[:LONGEST]
    return RunError(
        type=type(error).__name__,
        message=f"What this run has written could not be made sense of: {reason}.",
        hint="It goes on when its folder is mended; the server's log tells more. Else delete it.",
        code="run-not-understood",
        params={"reason": reason},
    )
