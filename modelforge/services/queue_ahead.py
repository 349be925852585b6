"""How many runs a new one waits for."""

from __future__ import annotations

from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.run import FOLDER_FAULT, RunTicket
from modelforge.schemas.run_requests import QueueAhead
from modelforge.services.run_reader import UNDER_WAY


def queue_ahead(database: DatabaseManager, places: int) -> QueueAhead:
    """What is before a run that is started now, with the priority that a run has by itself.

    Runs of a terminal take no place, and those whose folder cannot be used wait for no place.
    """
    working = [run for run in database.list_runs(*UNDER_WAY) if run.slot is not None]
    waiting = [run for run in database.queued_runs() if run.reason != FOLDER_FAULT]
    usual = RunTicket(position=0).priority
    return QueueAhead(places=places, working=len(working), waiting=sum(run.priority >= usual for run in waiting))
