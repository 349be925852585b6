"""The training of one run across its attempts: from the newest valid checkpoint to the one that holds the result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelforge.exceptions import TrainingError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.events import EventKind
from modelforge.schemas.remark import remark
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.folders import RunFolder
from modelforge.training.checkpoints import best_valid, fault, newest_valid
from modelforge.training.weights import load_weights

Emit = Callable[[EventKind, dict[str, Any]], None]


class TrainedState:
    """How far the training of a run has come, as its folder tells."""

    def __init__(self, folder: RunFolder, config: TrainingConfig, emit: Emit) -> None:
        self.folder, self.config, self.emit = folder, config, emit

    @property
    def result(self) -> Path | None:
        """The checkpoint that holds the result of a finished training, if every byte of it is as it was written."""
        if not self.folder.trained.exists():
            return None
        path = self.folder.checkpoints / str(read_json(self.folder.trained)["checkpoint"])
        return path if path.is_dir() and fault(path, self.folder.id) is None else None

    def train(self, trainer: Any, should_stop: Callable[[], bool]) -> bool:
        """Train on from the newest valid checkpoint. Returns False when it was stopped on request.

        Raises:
            TrainingError: the loss is not a number, or the result could not be saved.
        """
        from modelforge.training.checkpoint_callback import CheckpointCallback, HeartbeatCallback, StopCallback
        from modelforge.training.loss_window import LossWindowCallback

        newest, stop = self._newest(), StopCallback(should_stop)
        for callback in (
            LossWindowCallback(trainer, newest),  # before the checkpoint is published
            CheckpointCallback(self.folder, self.config.checkpointing.save_total_limit, self.emit),
            stop,
            HeartbeatCallback(self.emit),
        ):
            trainer.add_callback(callback)
        if newest is None or not self._has_trained_all(newest):
            trainer.train(resume_from_checkpoint=newest)
        if stop.stopped:
            return False
        self._keep_result()
        return True

    def load_result(self, model: Any) -> None:
        """Put the weights of the result into `model`."""
        if self.result is None:
            raise TrainingError(
                "The trained weights are damaged.",
                hint="Resume the run to train its end again.",
                code="trained-weights-damaged",
            )
        load_weights(model, self.result)

    def _has_trained_all(self, checkpoint: str) -> bool:
        """Whether the training had ended at this checkpoint, by its steps or early.

        A trainer that goes on from there would train past an early stop, and inside an epoch one step more than all.
        """
        from transformers import TrainerState
        from transformers.trainer import TRAINER_STATE_NAME

        from modelforge.training.callbacks import evaluation_losses, has_lost_patience

        state = TrainerState.load_from_json(str(Path(checkpoint) / TRAINER_STATE_NAME))
        if state.global_step >= state.max_steps:
            return True
        return has_lost_patience(evaluation_losses(state), self.config.checkpointing)

    def _newest(self) -> str | None:
        found = newest_valid(self.folder)
        for refusal in found.refused:
            said = remark("checkpoint-not-used", checkpoint=refusal.name, reason=refusal.reason)
            self.emit("notice", said.as_event)
        if found.path is None:
            return None
        self.emit("notice", remark("going-on-from", checkpoint=found.path.name).as_event)
        return str(found.path)

    def _keep_result(self) -> None:
        best = best_valid(self.folder) if self.config.checkpointing.load_best_model_at_end else None
        path = best or newest_valid(self.folder).path
        if path is None:
            raise TrainingError(
                "The training has ended, but no valid checkpoint of it is there.",
                hint="Look into the worker's log; the disk may be failing.",
                code="trained-without-checkpoint",
            )
        write_json(self.folder.trained, {"checkpoint": path.name})
