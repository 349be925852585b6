"""What happens between the trainer's steps so that a run can be stopped, killed and resumed to the bit."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from modelforge.schemas.events import EventKind
from modelforge.storage.atomic import storage_errors
from modelforge.storage.folders import RunFolder
from modelforge.training.checkpoints import prune, publish_checkpoint
from modelforge.training.run_lock import current_epoch

Emit = Callable[[EventKind, dict[str, Any]], None]
HEARTBEAT_SECONDS = 5.0


class CheckpointCallback(TrainerCallback):  # type: ignore[misc]
    """Publishes every checkpoint that the trainer saved, and keeps the newest and the best.

    The trainer must have `output_dir=folder.staging` and `save_total_limit=None`. A save at the end of an epoch is put
    off until after the evaluation that belongs to it: an evaluation draws random numbers, and a checkpoint from before
    it would go on without them, on another curve.
    """

    def __init__(self, folder: RunFolder, keep: int, emit: Emit) -> None:
        self.folder = folder
        self.keep = keep
        self.emit = emit
        self._attempt = current_epoch(folder)
        self._saved_step: int | None = None
        self._put_off = False

    def on_train_begin(
        self, _args: TrainingArguments, _state: TrainerState, _control: TrainerControl, **_: Any
    ) -> None:
        """Clear what a killed attempt left in staging; a new checkpoint must not mix with it."""
        with storage_errors("cleared", self.folder.staging):
            self.folder.staging.mkdir(exist_ok=True)
            for leftover in self.folder.staging.iterdir():
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Put a save off when the epoch ends with this step and is then evaluated."""
        last = state.global_step >= state.max_steps
        if control.should_save and args.eval_strategy == "epoch" and (last or _is_whole(state.epoch)):
            control.should_save = False
            self._put_off = True
        return control

    def on_epoch_end(
        self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Save what was put off, and nothing twice."""
        if self._put_off:
            control.should_save = True
        elif self._saved_step == state.global_step and not control.should_evaluate:
            control.should_save = False
        self._put_off = False
        return control

    def on_save(self, args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any) -> None:
        """Publish what was saved, delete what is no longer needed, then tell."""
        step = state.global_step
        staged = Path(args.output_dir) / f"checkpoint-{step}"
        loss = _loss_at(state)
        path = publish_checkpoint(staged, self.folder, step=step, epoch=self._attempt, evaluation_loss=loss)
        self._saved_step = step
        prune(self.folder, self.keep, verified=path)
        best = loss is not None and loss <= min(_losses(state))
        self.emit("checkpoint", {"step": step, "name": path.name, "best": best})


class StopCallback(TrainerCallback):  # type: ignore[misc]
    """Saves a checkpoint and ends the training when `should_stop` says so; `stopped` tells that it did."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self.should_stop = should_stop
        self.stopped = False

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Between two steps, where a run can be resumed to the bit. After the last step there is nothing to stop."""
        if state.global_step < state.max_steps and self.should_stop():
            self.stopped = control.should_training_stop = True
            if not (args.eval_strategy == "epoch" and _is_whole(state.epoch)):
                control.should_save = True
        return control

    def on_epoch_end(
        self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """A stop inside the epoch is not its end; at its end, the save follows the evaluation."""
        if self.stopped and _is_whole(state.epoch):
            control.should_save = control.should_save or control.should_evaluate
        elif self.stopped:
            control.should_evaluate = control.should_save = False
        return control


class HeartbeatCallback(TrainerCallback):  # type: ignore[misc]
    """Tells every few seconds at which step the training is, evaluation included."""

    def __init__(self, emit: Emit, seconds: float = HEARTBEAT_SECONDS) -> None:
        self.emit = emit
        self.seconds = seconds
        self._last = time.monotonic()

    def on_step_end(self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any) -> None:
        """A training step ended."""
        self._beat(state)

    def on_prediction_step(
        self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any
    ) -> None:
        """A batch of the evaluation ended."""
        self._beat(state)

    def _beat(self, state: TrainerState) -> None:
        now = time.monotonic()
        if now - self._last >= self.seconds:
            self._last = now
            self.emit("heartbeat", {"step": state.global_step})


def _is_whole(epoch: float | None) -> bool:
    """Whether an epoch has just ended; the trainer counts it in fractions."""
    return epoch is not None and epoch == int(epoch)


def _losses(state: TrainerState) -> list[float]:
    return [float(entry["eval_loss"]) for entry in state.log_history if "eval_loss" in entry]


def _loss_at(state: TrainerState) -> float | None:
    """The evaluation loss measured at the current step, if it was."""
    for entry in reversed(state.log_history):
        if "eval_loss" in entry and entry.get("step") == state.global_step:
            return float(entry["eval_loss"])
    return None
