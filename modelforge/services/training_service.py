"""Decisions about runs: what may start, what is going on, what stops and what goes on again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any

from modelforge.evaluation.rewards.python_function import sha256_of
from modelforge.exceptions import ConfigurationError, ConflictError, HardwareError, TrainingError
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.events import Event
from modelforge.schemas.run import FINISHED, RunSpec, RunTicket, RunView
from modelforge.services.run_follower import follow
from modelforge.services.run_reader import RunReader
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.launcher import Launcher, SubprocessLauncher

if TYPE_CHECKING:
    from modelforge.database.database_manager import DatabaseManager
    from modelforge.training.preparation import Preparation

OnEvent = Callable[[Event], None]
RECORDED = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "tokenizers", "modelforge")
"""Packages whose versions decide the result of a run."""


class TrainingService:
    """Runs: prepared, started, followed, stopped, resumed."""

    def __init__(self, database: DatabaseManager, files: FileManager, launcher: Launcher | None = None) -> None:
        self.database = database
        self.files = files
        self.launcher: Launcher = launcher or SubprocessLauncher()
        self.reader = RunReader(database, files)

    def check(self, config: TrainingConfig) -> Preparation:
        """Preflight and memory plan over all rows; nothing is kept."""
        from modelforge.training.preparation import prepare

        with self.files.scratch() as scratch:
            return prepare(config, self.files, scratch)

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

    def train_model(
        self, config: TrainingConfig | Mapping[str, Any], on_event: OnEvent | None = None, *, force: bool = False
    ) -> dict[str, Any]:
        """Train in the foreground and return when the run has ended.

        Returns:
            `{"status": "success" | "stopped", "run_id", "model_id", "report"}`.

        Raises:
            ModelForgeException: the config was refused, or the run failed; the hint says what to do.
        """
        parsed = config if isinstance(config, TrainingConfig) else parse_training_config(config).config
        run = self.create(parsed, force=force)
        return self.carry_out(run.id, on_event)

    def resume(self, run_id: str, on_event: OnEvent | None = None) -> dict[str, Any]:
        """Go on with a stopped, failed or killed run, in the foreground, from its newest valid checkpoint.

        Raises:
            ConflictError: it has succeeded, or it is being worked on.
        """
        if self.get(run_id).status == "succeeded":
            raise ConflictError(f"Run {run_id} has succeeded already.", hint="Start a new run to train further.")
        return self.carry_out(run_id, on_event, resume=True)

    def carry_out(self, run_id: str, on_event: OnEvent | None = None, *, resume: bool = False) -> dict[str, Any]:
        """Launch the worker of a run and follow it to its end. Ctrl-C asks it to save and stop."""
        folder = self.files.run(run_id)
        said_before = folder.events.stat().st_size if folder.events.exists() else 0
        worker = self.launcher.start(folder, resume=resume)
        follow(folder, worker, self.reader, on_event, offset=said_before)
        return self._result(folder)

    def stop(self, run_id: str) -> RunView:
        """Ask a run to save and stop, and make sure that it does.

        Raises:
            ConflictError: it has ended already.
        """
        if (status := self.get(run_id).status) in FINISHED:
            raise ConflictError(f"Run {run_id} has ended already: {status}.", hint="There is nothing to stop.")
        self.launcher.stop(self.files.run(run_id))
        return self.get(run_id)

    def get(self, run_id: str) -> RunView:
        """A run as its folder tells it, now."""
        return self.reader.catch_up(run_id)

    def list_runs(self) -> list[RunView]:
        """All runs, the newest first."""
        for folder in self.files.runs():
            self.reader.catch_up(folder.id)
        return self.database.list_runs()

    def _result(self, folder: RunFolder) -> dict[str, Any]:
        run = self.get(folder.id)
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
        }


def make_run(
    config: TrainingConfig,
    files: FileManager,
    *,
    force: bool = False,
    owner: str | None = None,
    ticket: RunTicket | None = None,
    reward_source: bytes | None = None,
) -> RunSpec:
    """Check a config and make the folder of its run, complete or not at all; see `TrainingService.create`.

    Args:
        owner: the account that submitted it.
        ticket: its place in the server's queue; none for a run that is carried out in a terminal.
        reward_source: the Python file whose function is among the rewards; the run keeps a copy.
    """
    check_reward_file(config, reward_source is not None)
    from modelforge.training.preparation import prepare

    with files.scratch() as scratch:
        preparation = prepare(config, files, scratch / "data")
        refuse_broken(preparation, force=force)
        name = config.name or default_name(config)
        spec = RunSpec(
            id=files.new_run_id(name),
            name=name,
            created_at=datetime.now(UTC),
            config=config,
            dataset_sha256=preparation.dataset_sha256,
            versions={package: metadata.version(package) for package in RECORDED},
            owner=owner,
            reward_sha256=None if reward_source is None else sha256_of(reward_source),
        )
        files.create_run(
            spec,
            scratch / "data",
            preflight=preparation.preflight,
            plan=preparation.plan,
            ticket=ticket,
            reward_source=reward_source,
        )
    return spec


def check_reward_file(config: TrainingConfig, given: bool) -> None:
    """Refuse a Python reward without its file, and a file without such a reward. Raises ConfigurationError."""
    needed = isinstance(config.strategy, RlhfConfig) and config.strategy.needs_python_file
    if needed and not given:
        raise ConfigurationError(
            "A Python reward needs its file, which only the command line can name.",
            hint="Start the run with `modelforge train -c recipe.yaml --reward-file my_reward.py`.",
        )
    if given and not needed:
        raise ConfigurationError(
            "A reward file was given, but no reward of the recipe asks for a Python function.",
            hint="Add `{kind: python, function: score}` to strategy.rewards, or leave --reward-file out.",
        )


def default_name(config: TrainingConfig) -> str:
    """`support-chat` for `sample:support` and `starter:chat`."""
    parts = [
        text.rpartition(":")[2].rstrip("/").rpartition("/")[2].partition(".")[0]
        for text in (config.dataset, config.model)
    ]
    return "-".join(part for part in parts if part)[:100] or "run"


def refuse_broken(preparation: Preparation, *, force: bool) -> None:
    """Raise for what must not be trained. `force` overrides the memory plan, never a training truth."""
    broken = [finding for finding in preparation.preflight.findings if finding.severity == "error"]
    if broken:
        raise ConfigurationError(
            f"The preflight refuses this run. {broken[0].message}",
            hint=broken[0].fix,
            details={"preflight": preparation.preflight.model_dump(mode="json")},
        )
    if not preparation.plan.fits and not force:
        plan = preparation.plan
        raise HardwareError(
            f"The run needs {plan.total_bytes / 2**30:.1f} GiB on {plan.device}, which has "
            f"{plan.available_bytes / 2**30:.1f} GiB free.",
            hint=" ".join(plan.advice) or "Take a smaller model.",
            details={"plan": plan.model_dump(mode="json")},
        )
