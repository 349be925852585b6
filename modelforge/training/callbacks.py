"""The trainer's logs → the run's events. Progress comes from the trainer, or there is none."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from modelforge.exceptions import DivergenceError
from modelforge.hardware.utilization import Reading
from modelforge.schemas.config.checkpointing import CheckpointConfig
from modelforge.schemas.events import EventKind

MEASURED: dict[str, tuple[str, ...]] = {
    "reward_chosen": ("rewards/chosen",),
    "reward_rejected": ("rewards/rejected",),
    "reward_margin": ("rewards/margins", "margin"),
    "reward_accuracy": ("rewards/accuracies", "accuracy"),
    "reward": ("reward",),
    "reward_std": ("reward_std",),
    "kl": ("kl",),
    "entropy": ("entropy",),
    "completion_length": ("completions/mean_length",),
    "truncated": ("completions/clipped_ratio",),
    "clip_ratio": ("clip_ratio/region_mean",),
}
"""What an event calls it → what TRL's trainers log, each by its own name."""
ONE_REWARD = re.compile(r"rewards/(.+)/mean")
"""What GRPO and RLOO log of each reward."""

Emit = Callable[[EventKind, dict[str, Any]], None]


class ProgressCallback(TrainerCallback):  # type: ignore[misc]
    """Turns training logs into `progress` events and evaluation logs into `evaluation` events."""

    def __init__(
        self,
        emit: Emit,
        memory_bytes: Callable[[], int],
        utilization: Reading,
        *,
        has_perplexity: bool = True,
        seconds_after: float = 0.0,
    ) -> None:
        """
        Args:
            has_perplexity: whether the held-out loss is nats per predicted token.
            seconds_after: how long the run goes on after its last step.
        """
        self.emit = emit
        self.memory_bytes = memory_bytes
        self.utilization = utilization
        self.has_perplexity = has_perplexity
        self.seconds_after = seconds_after
        self.clock = _StepClock()
        self.tokens = 0

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Start a clock that knows nothing of earlier attempts, nor of the tokens that they have seen.

        Where transformers counts, or TRL for answers that it samples, a resumed run goes on from the checkpoint's
        number. The other counts of TRL begin anew, and leave the state's at zero.
        """
        self.clock = _StepClock()
        self.tokens = state.num_input_tokens_seen

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Training time counts from here; evaluation and saving between steps do not."""
        self.clock.step_begins()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Count the step."""
        self.clock.step_ends()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Emit what the trainer logged.

        Raises:
            DivergenceError: the loss or the gradient is not a number.
        """
        logs = logs or {}
        if "loss" in logs:
            _refuse_divergence(logs, state.global_step, scales_loss=args.fp16)
            self._progress(state, logs)
        elif "eval_loss" in logs:
            loss = float(logs["eval_loss"])
            more = _measured(logs, "eval_")
            if self.has_perplexity:
                more["perplexity"] = math.exp(min(loss, 700.0))
            self.emit("evaluation", {"step": state.global_step, "loss": loss, **more})

    def _progress(self, state: TrainerState, logs: dict[str, Any]) -> None:
        tokens = int(logs.get("num_tokens", logs.get("num_input_tokens_seen", self.tokens)))
        seconds, steps = self.clock.take()
        per_second = (tokens - self.tokens) / seconds if seconds > 0 else None
        self.tokens = tokens
        self.emit(
            "progress",
            {
                "step": state.global_step,
                "total_steps": state.max_steps,
                "epoch": logs.get("epoch"),
                "loss": logs["loss"],
                "learning_rate": logs.get("learning_rate"),
                "grad_norm": logs.get("grad_norm"),
                "token_accuracy": logs.get("mean_token_accuracy"),
                "tokens": tokens,
                "tokens_per_second": per_second,
                "seconds_left": self.clock.seconds_for(state.max_steps - state.global_step) + self.seconds_after
                if steps
                else None,
                "memory_bytes": self.memory_bytes(),
                "utilization": self.utilization(),
                **_measured(logs),
            },
        )


def _refuse_divergence(logs: dict[str, Any], step: int, *, scales_loss: bool) -> None:
    """`scales_loss`: as fp16 does; its scaler leaves out the steps whose gradient overflows."""
    for name in ("loss",) if scales_loss else ("loss", "grad_norm"):
        if logs.get(name) is not None and not math.isfinite(float(logs[name])):
            raise DivergenceError(
                f"The training has diverged: {name} is not a number at step {step}.",
                hint="Lower optimization.learning_rate, warm up longer, or compute in bf16 or fp32 instead of fp16.",
                code="diverged-at-step",
                params={"name": name, "step": step},
            )


def _measured(logs: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """What a trainer that learns from rewards logs beside its loss; nothing for plain imitation.

    A second pass over the same answers logs their divergence and not their reward again.
    """
    found = {
        name: float(logs[f"{prefix}{logged}"])
        for name, candidates in MEASURED.items()
        for logged in candidates
        if logs.get(f"{prefix}{logged}") is not None
    }
    if set(found) <= {"entropy"}:
        return {}
    parts = ((ONE_REWARD.fullmatch(name.removeprefix(prefix)), value) for name, value in logs.items())
    return {**{f"reward_{part[1]}": float(value) for part, value in parts if part and value is not None}, **found}


class _StepClock:
    """Seconds of training alone since they were last asked for, and what further steps will take with all between."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.began = self.unread_seconds = 0.0
        self.steps = self.unread_steps = 0

    def step_begins(self) -> None:
        self.began = time.monotonic()

    def step_ends(self) -> None:
        self.unread_seconds += time.monotonic() - self.began
        self.steps += 1
        self.unread_steps += 1

    def take(self) -> tuple[float, int]:
        """Seconds and steps since the last call."""
        taken = self.unread_seconds, self.unread_steps
        self.unread_seconds, self.unread_steps = 0.0, 0
        return taken

    def seconds_for(self, steps: int) -> float:
        """As long as the steps so far took on average, evaluations, samples and checkpoints included."""
        return (time.monotonic() - self.started) / self.steps * steps


class SaveAndStopCallback(TrainerCallback):  # type: ignore[misc]
    """Saves the last weights, and the best where they are wanted; stops when the evaluation loss no longer falls.

    It keeps no count of its own: everything is read from the trainer's log history, which is part of a checkpoint, so
    a resumed run decides as the first one would have.
    """

    def __init__(self, checkpointing: CheckpointConfig) -> None:
        self.checkpointing = checkpointing

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """The last step is always saved: the result is read from its checkpoint."""
        if state.global_step >= state.max_steps:
            control.should_save = True
        return control

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Ask for a save after the best evaluation so far, and for the end when patience is used up."""
        losses = evaluation_losses(state)
        if self.checkpointing.load_best_model_at_end and losses and losses[-1] == min(losses):
            control.should_save = True
        if has_lost_patience(losses, self.checkpointing):
            control.should_training_stop = True
            control.should_save = True
        return control


def evaluation_losses(state: TrainerState) -> list[float]:
    """The held-out loss of every evaluation so far."""
    return [float(entry["eval_loss"]) for entry in state.log_history if "eval_loss" in entry]


def has_lost_patience(losses: list[float], checkpointing: CheckpointConfig) -> bool:
    """Whether the training is to end with the last of these evaluations."""
    patience = checkpointing.early_stopping_patience
    if not patience:
        return False
    return evaluations_without_gain(losses, checkpointing.early_stopping_threshold) >= patience


def evaluations_without_gain(losses: list[float], threshold: float) -> int:
    """How many evaluations have passed since the loss last fell by more than `threshold` below the best before."""
    best, waited = math.inf, 0
    for loss in losses:
        if best - loss > threshold:
            best, waited = loss, 0
        else:
            waited += 1
    return waited
