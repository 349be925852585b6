"""Runs, models and answers: the services of one server, made once when first asked for, and their life."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from modelforge.services.index_care import open_index
from modelforge.storage.file_manager import FileManager

if TYPE_CHECKING:
    from modelforge.database.database_manager import DatabaseManager
    from modelforge.schemas.remark import Remark
    from modelforge.services.evaluation_service import EvaluationService
    from modelforge.services.event_feed import EventFeeds
    from modelforge.services.export_service import ExportService
    from modelforge.services.hardware_service import HardwareService
    from modelforge.services.heavy_process import HeavyProcess
    from modelforge.services.merge_jobs import MergeJobs
    from modelforge.services.model_service import ModelService
    from modelforge.services.model_views import ModelViews
    from modelforge.services.playground_service import PlaygroundService
    from modelforge.services.run_insight import RunInsight
    from modelforge.services.run_service import RunService
    from modelforge.services.run_supervisor import RunSupervisor
    from modelforge.services.seats import Seats
    from modelforge.services.slots import LauncherFor


class Workshop:
    """What trains, and what is done with the result."""

    def __init__(self, database: DatabaseManager, files: FileManager, hardware: HardwareService) -> None:
        self.database = database
        self.files = files
        self.hardware = hardware
        self.detach = False
        """Whether runs go on when the server ends; else they save a checkpoint and stop."""
        self._launcher_for: LauncherFor | None = None
        self._slots: tuple[str, ...] | None = None

    def use(self, launcher_for: LauncherFor, slots: tuple[str, ...]) -> None:
        """Other workers or slots than this machine's own; before `open`."""
        self._launcher_for, self._slots = launcher_for, slots

    def open(self) -> None:
        """Mend the index where it needs it, remember what earlier servers did not finish, then begin to supervise."""
        open_index(self.database, self.files)
        for jobs in (self.merges, self.exports, self.evaluations):
            jobs.begin()
        self.heavy.warm_up()
        self.supervisor.start()

    def close(self) -> None:
        """End streams and supervision; runs stop, resumable, unless `detach` is set."""
        self.feeds.close()
        self.playground.close()
        self.supervisor.close(stop_runs=not self.detach)
        self.runs.close()
        self.heavy.close()
        self.background.close()

    @cached_property
    def heavy(self) -> HeavyProcess:
        """Where preflight, plan and preview are computed, while somebody waits for the answer."""
        from modelforge.services.heavy_process import HeavyProcess

        return HeavyProcess(self.files)

    @cached_property
    def background(self) -> HeavyProcess:
        """Where models are merged, exported and measured: a job of an hour keeps nobody waiting."""
        from modelforge.services.heavy_process import HeavyProcess

        return HeavyProcess(self.files)

    @cached_property
    def supervisor(self) -> RunSupervisor:
        """The queue and its slots."""
        from modelforge.services.run_supervisor import RunSupervisor
        from modelforge.services.slots import forked_launchers

        launcher_for = self._launcher_for or forked_launchers(os.environ)
        return RunSupervisor(self.database, self.files, launcher_for, self.seats.slots, make_room=self._make_room)

    def _make_room(self, slot: str) -> None:
        """A run is about to start on `slot`."""
        self.seats.give_away(slot)
        self.playground.make_room(slot)
        self.evaluations.make_room(slot)

    @cached_property
    def seats(self) -> Seats:
        """Where else than in runs models may compute."""
        from modelforge.services.seats import Seats
        from modelforge.services.slots import slots_of

        return Seats(self._slots or slots_of(self.hardware.detect()), self._busy_slots)

    @cached_property
    def playground(self) -> PlaygroundService:
        """Questions to models."""
        from modelforge.services.playground_service import PlaygroundService

        return PlaygroundService(self.models, self.seats, os.environ)

    def _busy_slots(self) -> dict[str, str]:
        """Slot → run, of the runs under way, whichever process supervises them."""
        runs = self.database.list_runs("starting", "running", "finalizing")
        return {run.slot: f"the run {run.id}" for run in runs if run.slot is not None}

    @cached_property
    def runs(self) -> RunService:
        """What users may ask of runs."""
        from modelforge.services.run_service import RunService

        return RunService(self.database, self.files, self.heavy, self.supervisor)

    @cached_property
    def insight(self) -> RunInsight:
        """What can be seen of a run."""
        from modelforge.services.run_insight import RunInsight

        return RunInsight(self.database, self.files)

    @cached_property
    def feeds(self) -> EventFeeds:
        """Events as they happen."""
        from modelforge.services.event_feed import EventFeeds

        return EventFeeds(self.database, self.files)

    @cached_property
    def models(self) -> ModelService:
        """The library."""
        from modelforge.services.model_service import ModelService

        return ModelService(self.database, self.files, in_use=self._using)

    def _using(self, model_id: str) -> list[Remark]:
        making = [*self.merges.merging(model_id), *self.exports.exporting(model_id)]
        return [*making, *self.evaluations.measuring(model_id), *self.playground.using(model_id)]

    @cached_property
    def shelf(self) -> ModelViews:
        """What is shown of the library."""
        from modelforge.services.model_views import ModelViews

        return ModelViews(self.models)

    @cached_property
    def exports(self) -> ExportService:
        """Models as files for other programs."""
        from modelforge.services.export_service import ExportService

        return ExportService(self.models, self.background)

    @cached_property
    def evaluations(self) -> EvaluationService:
        """Models measured apart from any run."""
        from modelforge.services.evaluation_service import EvaluationService

        return EvaluationService(self.files, self.background, self.seats)

    @cached_property
    def merges(self) -> MergeJobs:
        """Merges in the background."""
        from modelforge.services.merge_jobs import MergeJobs

        return MergeJobs(self.models, self.background)
