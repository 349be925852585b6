"""The whole road in a minute: train the bundled starter, stop, resume, merge and chat, in a home folder of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import ModelForgeException, TrainingError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.events import Event
from modelforge.schemas.health import Check
from modelforge.schemas.model import MergeCheck
from modelforge.schemas.sampling import Sampling
from modelforge.services.model_service import ModelLibrary
from modelforge.services.training_service import TrainingService
from modelforge.storage.atomic import write_bytes
from modelforge.storage.file_manager import FileManager
from modelforge.training.launcher import ForkserverLauncher, Launcher

STEPS = 12
STOP_AFTER = 2
"""The step after which the run is asked to stop."""
QUESTION = "Say hello."
RECIPE: dict[str, Any] = {
    "name": "doctor",
    "model": "starter:chat",
    "dataset": "sample:support",
    "data": {"max_samples": 64, "max_length": 256},
    "lora": {"r": 8},
    "optimization": {"max_steps": STEPS, "per_device_train_batch_size": 2, "gradient_accumulation_steps": 1},
    "checkpointing": {"save_steps": 1},
    "evaluation": {"max_rows": 2, "max_new_tokens": 8, "eval_strategy": "no"},
    "logging": {"tensorboard": False},
    "output": {"merge": True},
}

Working = Callable[[str], AbstractContextManager[Any]]
"""Shows that something is being done, given its name."""


def self_test(launcher: Launcher | None = None, working: Working | None = None) -> Iterator[Check]:
    """Train, resume, merge and chat through the product's own services; one check for each, the first failure ends it.

    Args:
        launcher: how workers are started; default: a forkserver, so that libraries are imported once.
        working: shown around each stage.
    """
    with tempfile.TemporaryDirectory(prefix="modelforge-doctor-") as folder:
        patient = _Patient(Path(folder), launcher or ForkserverLauncher())
        for stage in (patient.train, patient.resume, patient.merge, patient.chat):
            check = _examine(stage, working or _silently)
            yield check
            if check.verdict == "failed":
                return


def _silently(_stage: str) -> AbstractContextManager[None]:
    return nullcontext()


def _examine(stage: Callable[[], str], working: Working) -> Check:
    began = time.monotonic()
    try:
        with working(stage.__name__):
            message = stage()
    except ModelForgeException as error:
        return Check(
            name=stage.__name__,
            verdict="failed",
            message=error.message,
            fix=error.hint,
            seconds=round(time.monotonic() - began, 1),
        )
    return Check(name=stage.__name__, verdict="ok", message=message, seconds=round(time.monotonic() - began, 1))


class _Patient:
    """One run and its model, from stage to stage."""

    run_id: str
    merged_id: str

    def __init__(self, home: Path, launcher: Launcher) -> None:
        self.files = FileManager(home)
        self.database = DatabaseManager(f"sqlite:///{home / 'modelforge.db'}")
        self.database.migrate()
        self.service = TrainingService(self.database, self.files, launcher)
        self.losses: dict[int, float] = {}

    def train(self) -> str:
        """Train until the run, asked to stop, has saved a checkpoint."""
        self.run_id = self.service.create(parse_training_config(RECIPE).config).id
        result = self.service.carry_out(self.run_id, self._watch_and_stop)
        if result["status"] != "stopped":
            raise TrainingError("The run was asked to stop, but it did not.", hint="Run `modelforge doctor` again.")
        return f"Trained {max(self.losses)} steps of starter:chat and stopped with a checkpoint."

    def resume(self) -> str:
        """Go on from the checkpoint to the end."""
        stopped_at = max(self.losses)
        self.service.resume(self.run_id, self._watch)
        return f"Went on from step {stopped_at} to {max(self.losses)}; loss {self.losses[max(self.losses)]:.3f}."

    def merge(self) -> str:
        """The worker merged the adapter, where everything was loaded already, and compared both: what did it find?"""
        models = ModelLibrary(self.files).list_models().models
        merged = next((model for model in models if model.kind == "merged"), None)
        if merged is None or merged.merge_check is None:
            raise TrainingError("The adapter was not merged.", hint="Run `modelforge doctor` again.")
        self.merged_id = merged.id
        return MergeCheck.model_validate(merged.merge_check).sentence

    def chat(self) -> str:
        """Load the merged model and ask it something."""
        from transformers.utils import logging

        from modelforge.inference.chat_engine import ChatEngine

        logging.disable_progress_bar()
        engine = ChatEngine.load(self.merged_id, self.files)
        stream = engine.stream([{"role": "user", "content": QUESTION}], Sampling(max_new_tokens=16))
        stream.text()
        if not stream.new_tokens:
            raise TrainingError("The tuned model wrote nothing.", hint="Run `modelforge doctor` again.")
        return f"The merged model answered with {stream.new_tokens} tokens."

    def _watch(self, event: Event) -> None:
        if event.kind == "progress":
            self.losses[int(event.data["step"])] = float(event.data["loss"])

    def _watch_and_stop(self, event: Event) -> None:
        self._watch(event)
        if event.kind == "progress" and event.data["step"] >= STOP_AFTER:
            write_bytes(self.files.run(self.run_id).stop_request, b"")
