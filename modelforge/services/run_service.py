"""Runs as the server offers them: planned, submitted once per key, ordered, stopped, resumed, deleted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import ConflictError, ModelForgeException, NotFoundError
from modelforge.hardware.hub_reach import waited_for
from modelforge.schemas.config import ParsedConfig, TrainingConfig, parse_training_config
from modelforge.schemas.config.stages import ParsedStages, is_staged, parse_stages
from modelforge.schemas.events import EventKind
from modelforge.schemas.preflight import RowPreview
from modelforge.schemas.remark import by_sentence
from modelforge.schemas.run import FINISHED, RunSpec, RunStatus, RunTicket, RunView
from modelforge.schemas.run_requests import EventPage, PlanReport, QueuePlace, RunAccepted, RunOrder, RunPage
from modelforge.security.caller import HOME_OWNER, Caller
from modelforge.services.heavy_process import CallHandle, HeavyProcess
from modelforge.services.references import check_config
from modelforge.services.run_making import make_run
from modelforge.services.run_planning import plan_in_child, preview_in_child
from modelforge.services.run_reader import RunReader, queued
from modelforge.services.run_settling import has_ended, reopen
from modelforge.services.run_supervisor import RunSupervisor
from modelforge.services.stage_making import make_stages, stand_in
from modelforge.services.stage_order import StageOrder, enter_queue
from modelforge.services.submit_keys import check_key, fingerprint_of
from modelforge.storage.file_manager import FileManager
from modelforge.storage.tickets import change_ticket
from modelforge.training.stopping import STOP_SECONDS, stop_run

NOBODY = "-"
"""No account has this name."""
STOPS_AT_ONCE = 8
Key = tuple[str | None, str]
"""Who submitted, and the key that he gave."""


class RunService:
    """What users may ask of runs over the network. A run of another account is not found."""

    def __init__(
        self, database: DatabaseManager, files: FileManager, heavy: HeavyProcess, supervisor: RunSupervisor
    ) -> None:
        self.database = database
        self.files = files
        self.heavy = heavy
        self.supervisor = supervisor
        self.reader = RunReader(database, files)
        self.stages = StageOrder(self.reader)
        self._submitting: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()
        """Gone with the last submit of its key, however that ends."""
        self._stops = ThreadPoolExecutor(STOPS_AT_ONCE, thread_name_prefix="stop")

    # Before a run

    async def plan(
        self, written: Mapping[str, Any], caller: Caller = HOME_OWNER, handle: CallHandle | None = None
    ) -> PlanReport:
        """Preflight and memory plan over all rows, of all stages; nothing is kept.

        Raises:
            Ended: `handle` has ended it.
            ConfigurationError, DatasetValidationError, ProviderError: what stands in the way.
            NotFoundError: it names a dataset or a model that the caller does not see.
        """
        parsed = self._parse(written, caller)
        what = parsed if isinstance(parsed, ParsedStages) else parsed.config
        report = await self.heavy.call(PlanReport, plan_in_child, self.files.home, what, handle=handle)
        return report.model_copy(update={"notices": parsed.notices, "remarks": by_sentence(parsed.remarks)})

    async def preview(
        self,
        written: Mapping[str, Any],
        rows: int,
        tokens: int,
        caller: Caller = HOME_OWNER,
        handle: CallHandle | None = None,
        first: int = 1,
    ) -> list[RowPreview]:
        """Rows of the dataset from `first` on, up to `tokens` tokens of each, as the trainer would treat them."""
        parsed = parse_training_config(written)
        check_config(parsed.config, self.files, caller)
        asked = (self.files.home, parsed.config, rows, tokens, first)
        return await self.heavy.call(list[RowPreview], preview_in_child, *asked, handle=handle)

    async def submit(
        self,
        written: Mapping[str, Any],
        *,
        caller: Caller = HOME_OWNER,
        key: str | None = None,
        priority: int = 0,
        force: bool = False,
    ) -> RunAccepted:
        """Check a config and put its run into the queue. The same owner and key make one run, however often asked.

        A recipe with `stages` makes one run for each of them, all or none; the answer is the first.

        Raises:
            ConfigurationError: the config, or a training truth, refuses it.
            HardwareError: it does not fit into memory, and `force` is off.
            ConflictError: the key was used for something else.
            NotFoundError: it names a dataset or a model that the caller does not see.
        """
        parsed, owner = self._parse(written, caller), caller.owner
        if key is None:
            ticket = RunTicket(priority=priority, position=time.time())
            return RunAccepted.of(await self._make(parsed, owner, ticket, force), parsed.remarks)
        check_key(key)
        fingerprint = fingerprint_of(parsed)
        ticket = RunTicket(priority=priority, position=time.time(), idempotency_key=key, fingerprint=fingerprint)
        turn = self._submitting.setdefault((owner, key), asyncio.Lock())
        async with turn:
            earlier = await asyncio.to_thread(self.database.find_submission, owner, key)
            if earlier is not None:
                return RunAccepted.of(await asyncio.to_thread(self._earlier, earlier, fingerprint), parsed.remarks)
            return RunAccepted.of(await self._make(parsed, owner, ticket, force), parsed.remarks)

    def _parse(self, written: Mapping[str, Any], caller: Caller) -> ParsedConfig | ParsedStages:
        parsed = parse_stages(written) if is_staged(written) else parse_training_config(written)
        for config in _configs(parsed):
            check_config(config, self.files, caller)
        return parsed

    async def _make(
        self, parsed: ParsedConfig | ParsedStages, owner: str | None, ticket: RunTicket, force: bool
    ) -> RunView:
        what = parsed if isinstance(parsed, ParsedStages) else parsed.config
        specs = await self.heavy.call(list[RunSpec], make_in_child, self.files.home, what, owner, ticket, force)
        run = await asyncio.to_thread(self._enter, specs, ticket)
        self.supervisor.wake()
        return run

    def _enter(self, specs: Sequence[RunSpec], ticket: RunTicket) -> RunView:
        """Into the index; when another process has used the key meanwhile, its run is the one."""
        runs = [queued(spec, self.files.run(spec.id).read_ticket()) for spec in specs]
        holder = self.database.submit_run(runs[0], ticket, runs[1:])
        if holder != runs[0].id:
            for run in runs:
                self.files.delete_run(run.id)
        return self.database.get_run(holder)

    def _earlier(self, earlier: tuple[str, str], fingerprint: str) -> RunView:
        run_id, written = earlier
        if written != fingerprint:
            raise ConflictError(
                "This Idempotency-Key was used for a run with another config.",
                hint="Send each run with a key of its own.",
                code="key-used-before",
            )
        return self.database.get_run(run_id)

    # Runs

    def get(self, run_id: str, caller: Caller = HOME_OWNER) -> RunView:
        """One run. Raises NotFoundError."""
        folder = self.files.run(run_id)
        try:
            run = self.database.get_run(run_id)
        except NotFoundError:
            run = self.reader.catch_up(folder.id)
        caller.require_sight(run.owner, "run", run_id)
        return run

    def page(
        self,
        *statuses: RunStatus,
        limit: int,
        before: str | None = None,
        text: str = "",
        order: RunOrder = "newest",
        caller: Caller = HOME_OWNER,
    ) -> RunPage:
        """One page of runs; of a text, those whose id, name, model or dataset has it."""
        owner = None if caller.is_admin else caller.owner or NOBODY
        return self.database.page_runs(
            *statuses, limit=limit, before=before, owner=owner, text=text.strip(), order=order
        )

    def events(self, run_id: str, after: int, limit: int, kinds: Sequence[EventKind] = ()) -> EventPage:
        """Stored events behind number `after`, of all kinds when none is given."""
        events = self.database.list_events(run_id, *kinds, after=after, limit=limit)
        return EventPage(items=tuple(events), last_seq=events[-1].seq if events else after)

    def stop(self, run_id: str, caller: Caller = HOME_OWNER) -> RunView:
        """Ask a run to save a checkpoint and stop. Returns at once; it has stopped within about 30 seconds.

        Raises:
            ConflictError: it has ended already.
        """
        run = self.get(run_id, caller)
        if run.status in FINISHED:
            raise has_ended(run)
        stopping = self.database.update_run(run_id, reason="stopping")
        self._stops.submit(self._stop, run_id)
        return stopping

    def _stop(self, run_id: str) -> None:
        with contextlib.suppress(ModelForgeException):  # what stays undone shows in the run's state
            stop_run(self.files.run(run_id), STOP_SECONDS)
            self.reader.catch_up(run_id)
        self.supervisor.wake()

    def resume(self, run_id: str, caller: Caller = HOME_OWNER) -> RunView:
        """Queue a stopped, failed or paused run again, to go on from its newest valid checkpoint.

        The stages behind it that were stopped for its sake wait for it again.

        Raises:
            ConflictError: it is under way, has succeeded, or goes on from a stage that has not.
        """
        run = self.get(run_id, caller)
        if run.status not in FINISHED and run.status != "paused":
            found, hint = f"Run {run_id} is {run.status}.", "Only runs that have stopped can be resumed."
            raise ConflictError(found, hint=hint, code="run-not-resumable", params={"run": run_id})
        self.stages.require_order(run)
        folder = self.files.run(run_id)
        enter_queue(folder, time.time())
        run = reopen(folder, self.reader)
        self.stages.reopen_later(run, in_queue=True)
        self.supervisor.wake()
        return run

    def move(self, run_id: str, place: QueuePlace, caller: Caller = HOME_OWNER) -> RunView:
        """Change the place of a waiting run in the queue; the waiting stages of one recipe move together.

        Raises:
            NotFoundError: one of the runs does not wait.
        """
        self.get(run_id, caller)
        moved = self.database.move_run(run_id, priority=place.priority, before=place.before)
        for run in moved:
            change_ticket(self.files.run(run.id), priority=run.priority, position=run.position)
        self.supervisor.wake()
        return moved[0]

    def queue(self, caller: Caller = HOME_OWNER) -> list[RunView]:
        """The waiting runs that the caller may see, the next one first."""
        return [run for run in self.database.queued_runs() if caller.sees(run.owner)]

    def delete(self, run_id: str, caller: Caller = HOME_OWNER) -> None:
        """Delete a run with its checkpoints, log and report; the model that it made stays.

        Raises:
            ConflictError: it is being worked on, or a later stage needs what it makes.
        """
        run = self.get(run_id, caller)
        if waiting := self.stages.needed_by(run):
            raise ConflictError(
                f"Run {run_id} is needed by {', '.join(f'run {later.id}' for later in waiting)}, a later stage.",
                hint="Stop the later stage first, or let it finish.",
                code="later-stage-needs-run",
                params={"run": run_id, "later": ", ".join(later.id for later in waiting)},
            )
        self.files.delete_run(run_id)
        with contextlib.suppress(NotFoundError):
            self.database.delete_run(run_id)

    def close(self) -> None:
        """Take no more requests to stop; those under way are carried out."""
        self._stops.shutdown(wait=False)


def _configs(parsed: ParsedConfig | ParsedStages) -> list[TrainingConfig]:
    """The configs of all runs; where a stage names an earlier one, with the model that its chain begins with."""
    if isinstance(parsed, ParsedConfig):
        return [parsed.config]
    return [stand_in(parsed, stage) for stage in parsed.stages]


# What the child process does


@waited_for()
def make_in_child(
    home: Path, what: TrainingConfig | ParsedStages, owner: str | None, ticket: RunTicket, force: bool
) -> list[RunSpec]:
    """Prepare all rows and make the folder of the run, or of all stages."""
    files = FileManager(home)
    if isinstance(what, ParsedStages):
        return make_stages(what, files, force=force, owner=owner, ticket=ticket)
    return [make_run(what, files, force=force, owner=owner, ticket=ticket)]
