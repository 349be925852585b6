"""Decisions about runs: what may start, what is going on, what stops and what goes on again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from modelforge.database.database_manager import DatabaseManager, Listed
from modelforge.exceptions import NotFoundError, StorageError, TrainingError, UnreadableRowError
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.stages import ParsedStages, is_staged, parse_stages
from modelforge.schemas.events import Event
from modelforge.schemas.problem import Unreadable
from modelforge.schemas.run import FINISHED, RunView
from modelforge.services.run_follower import follow
from modelforge.services.run_making import make_run
from modelforge.services.run_reader import RunReader
from modelforge.services.run_settling import has_ended, has_succeeded
from modelforge.services.stage_making import check_stages, make_stages
from modelforge.services.stage_order import StageOrder
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.launcher import Launcher, SubprocessLauncher

if TYPE_CHECKING:
    from modelforge.training.preparation import Preparation

OnEvent = Callable[[Event], None]


class TrainingService:
    """Runs: prepared, started, followed, stopped, resumed."""

    def __init__(self, database: DatabaseManager, files: FileManager, launcher: Launcher | None = None) -> None:
        self.database = database
        self.files = files
        self.launcher: Launcher = launcher or SubprocessLauncher()
        self.reader = RunReader(database, files)
        self.stages = StageOrder(self.reader)

    def check(self, config: TrainingConfig) -> Preparation:
        """Preflight and memory plan over all rows; nothing is kept."""
        from modelforge.training.preparation import prepare

        with self.files.scratch() as scratch:
            return prepare(config, self.files, scratch)

    def check_stages(self, parsed: ParsedStages) -> list[tuple[str, Preparation]]:
        """Preflight and memory plan of every stage, by its name; nothing is kept."""
        with self.files.scratch() as scratch:
            return [(found.stage.name, found.preparation) for found in check_stages(parsed, self.files, scratch)]

    def create(self, config: TrainingConfig, *, force: bool = False, reward_source: bytes | None = None) -> RunView:
        """Check a config, and make its run: folder first, then the row.

        Args:
            force: start although the memory plan says that it does not fit.
            reward_source: the Python file whose function is among the rewards.

        Raises:
            ConfigurationError: a training truth does not hold; `details["preflight"]` has the whole verdict.
            HardwareError: the memory plan does not fit; `details["plan"]` has the figures.
        """
        return self.reader.catch_up(make_run(config, self.files, force=force, reward_source=reward_source).id)

    def create_stages(
        self, parsed: ParsedStages, *, force: bool = False, reward_source: bytes | None = None
    ) -> list[RunView]:
        """Check all stages of a recipe, and make their runs, all or none. See `create`."""
        made = make_stages(parsed, self.files, force=force, reward_source=reward_source)
        return [self.reader.catch_up(spec.id) for spec in made]

    def train_model(
        self, config: TrainingConfig | Mapping[str, Any], on_event: OnEvent | None = None, *, force: bool = False
    ) -> dict[str, Any]:
        """Train in the foreground and return when the run has ended; of a recipe with `stages`, the last run.

        Returns:
            `{"status": "success" | "stopped", "run_id", "model_id", "report", "next_run_id"}`; the last is None: all
            stages are done, or none goes on without the one that was stopped.

        Raises:
            ModelForgeException: the config was refused, or the run failed; the hint says what to do.
        """
        if not isinstance(config, TrainingConfig) and is_staged(config):
            first = self.create_stages(parse_stages(config), force=force)[0]
            return self._to_the_last(self.carry_out(first.id, on_event), on_event)
        parsed = config if isinstance(config, TrainingConfig) else parse_training_config(config).config
        return self.carry_out(self.create(parsed, force=force).id, on_event)

    def resume(self, run_id: str, on_event: OnEvent | None = None) -> dict[str, Any]:
        """Go on with a stopped, failed or killed run, in the foreground, from its newest valid checkpoint.

        Stages behind it that were stopped for its sake wait for it again; `next_run_id` of the result names the next.

        Raises:
            ConflictError: it has succeeded, it is being worked on, or an earlier stage has not succeeded.
        """
        run = self.get(run_id)
        if run.status == "succeeded":
            raise has_succeeded(run_id)
        return self.carry_out(run_id, on_event, resume=True)

    def carry_out(self, run_id: str, on_event: OnEvent | None = None, *, resume: bool = False) -> dict[str, Any]:
        """Launch the worker of a run and follow it to its end. Ctrl-C asks it to save and stop.

        Raises:
            ConflictError: it is being worked on, has ended, or waits for an earlier stage.
            TrainingError: it failed, or its worker died.
        """
        self.stages.require_turn(self.get(run_id))
        folder = self.files.run(run_id)
        said_before = folder.events.stat().st_size if folder.events.exists() else 0
        worker = self.launcher.start(folder, resume=resume)
        if resume:
            self.stages.reopen_later(self.get(run_id), in_queue=False)
        follow(folder, worker, self.reader, on_event, offset=said_before)
        return self._result(folder)

    def _to_the_last(self, result: dict[str, Any], on_event: OnEvent | None) -> dict[str, Any]:
        while result["status"] == "success" and result["next_run_id"] is not None:
            result = self.carry_out(result["next_run_id"], on_event)
        return result

    def stop(self, run_id: str) -> RunView:
        """Ask a run to save and stop, and make sure that it does.

        Raises:
            ConflictError: it has ended already.
        """
        if (found := self.get(run_id)).status in FINISHED:
            raise has_ended(found)
        self.launcher.stop(self.files.run(run_id))
        run = self.get(run_id)
        self.stages.strand_later(run)
        return run

    def get(self, run_id: str) -> RunView:
        """A run as its folder tells it, now."""
        return self.reader.catch_up(run_id)

    def list_runs(self) -> Listed[RunView]:
        """All runs, the newest first, and those whose folder or row cannot be read, which are shown as last known."""
        damaged: dict[str, Unreadable] = {}
        for folder in self.files.runs():
            try:
                self.reader.catch_up(folder.id)
            except NotFoundError:  # deleted meanwhile
                continue
            except (StorageError, UnreadableRowError) as error:
                damaged[folder.id] = Unreadable.of(folder.id, error)
        listed = self.database.list_runs()
        rows = {one.id: one for one in listed.unreadable}
        return Listed(listed, (rows | damaged).values())

    def _result(self, folder: RunFolder) -> dict[str, Any]:
        run = self.get(folder.id)
        if run.status != "succeeded":
            self.stages.strand_later(run)
        if run.status == "failed" and run.error:
            raise TrainingError(run.error.message, hint=run.error.hint, details={"run_id": run.id})
        if run.status not in FINISHED:
            raise TrainingError(
                f"The worker of run {run.id} died.",
                hint=f"Go on from its newest checkpoint with `modelforge runs resume {run.id}`; "
                f"{folder.worker_log} holds its last words.",
                details={"run_id": run.id},
            )
        return {
            "status": "success" if run.status == "succeeded" else run.status,
            "run_id": run.id,
            "model_id": run.model_id,
            "report": run.report,
            "next_run_id": self.stages.next(run),
        }
