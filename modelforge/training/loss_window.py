"""What a trainer has summed up since it last logged: kept in a checkpoint, so that the next figure told is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from modelforge.storage.atomic import write_bytes

WINDOW = "loss_window.json"
"""In a checkpoint: the sum of the losses since the last log, the step of that log, and what TRL averages beside it."""


class LossWindowCallback(TrainerCallback):  # type: ignore[misc]
    """Carries the window of `logging.logging_steps` from one attempt into the next.

    The loss that is told is the mean over the steps since the last log. transformers begins a resumed training with an
    empty sum, and would tell the mean over the steps since the resume alone.
    """

    def __init__(self, trainer: Any, checkpoint: str | None) -> None:
        """`checkpoint`: where the training goes on from; nothing at its begin."""
        self.trainer = trainer
        self.checkpoint = checkpoint

    def on_train_begin(
        self, _args: TrainingArguments, _state: TrainerState, _control: TrainerControl, **_: Any
    ) -> None:
        """Put back what the checkpoint holds; those of earlier versions hold none."""
        if self.checkpoint is None or not (path := Path(self.checkpoint) / WINDOW).exists():
            return
        held, trainer = json.loads(path.read_bytes()), self.trainer
        trainer._tr_loss += held["loss"]
        trainer._total_loss_scalar -= held["loss"]  # the mean that ends a training is that of its own steps
        trainer._globalstep_last_logged = held["logged_at"]
        for name, values in held["measured"].items():
            trainer._metrics["train"][name] = values

    def on_save(self, args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any) -> None:
        """Write it beside the trainer's own files, before the checkpoint is published."""
        trainer = self.trainer
        measured = getattr(trainer, "_metrics", {}).get("train", {})  # TRL's trainers have it
        held = {
            "loss": trainer._tr_loss.item(),
            "logged_at": trainer._globalstep_last_logged,
            "measured": {name: [float(value) for value in values] for name, values in measured.items()},
        }
        # Python's JSON keeps each float to the bit, and NaN, which some rewards are.
        write_bytes(Path(args.output_dir) / f"checkpoint-{state.global_step}" / WINDOW, json.dumps(held).encode())
