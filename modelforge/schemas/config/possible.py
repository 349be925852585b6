"""Figures and knobs that cannot be right together, where no pair of plain values says so: see `support` for those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.config.strategies import DpoConfig, KtoConfig, SftConfig

if TYPE_CHECKING:
    from modelforge.schemas.config.training_config import TrainingConfig


POLYNOMIAL_END = 1e-7
"""The learning rate at which transformers lets a polynomial schedule end."""


class Impossible(NamedTuple):
    """Why a run cannot be carried out, with the way out."""

    code: str
    """The name of the reason, for other languages."""
    reason: str
    params: Mapping[str, str | int] = {}
    """The values within it, by name."""


def impossible(config: TrainingConfig) -> Iterator[Impossible]:
    """Each reason why the run cannot be carried out, with the way out."""
    yield from _schedule(config)
    yield from _measuring(config)
    yield from _learning_from_comparison(config)
    yield from _reinforcement(config)


def _schedule(config: TrainingConfig) -> Iterator[Impossible]:
    optimization = config.optimization
    if optimization.lr_scheduler_type == "polynomial" and optimization.learning_rate <= POLYNOMIAL_END:
        yield Impossible(
            "polynomial-ends-higher",
            f"a polynomial schedule falls to {POLYNOMIAL_END:g}, and optimization.learning_rate begins no higher; "
            "raise it, or set optimization.lr_scheduler_type: linear",
            {"end": f"{POLYNOMIAL_END:g}"},
        )


def _measuring(config: TrainingConfig) -> Iterator[Impossible]:
    checkpointing = config.checkpointing
    if not (checkpointing.early_stopping_patience or checkpointing.load_best_model_at_end):
        return
    holds_out = config.data.validation_split > 0 or config.data.validation_dataset is not None
    if config.evaluation.eval_strategy == "no" or not holds_out:
        yield Impossible(
            "no-loss-to-stop-by",
            "early stopping and the best checkpoint need an evaluation loss; set evaluation.eval_strategy "
            "to steps or epoch, and hold out rows with data.validation_split",
        )
    if isinstance(config.strategy, RlhfConfig):
        yield Impossible(
            "loss-is-no-reward",
            "the loss of rlhf says nothing about its reward, so it can neither stop early nor name a best checkpoint; "
            "drop early_stopping_patience and load_best_model_at_end",
        )


def _learning_from_comparison(config: TrainingConfig) -> Iterator[Impossible]:
    strategy, optimization = config.strategy, config.optimization
    if isinstance(strategy, SftConfig):
        return
    if optimization.label_smoothing_factor:
        more = "; dpo has one of its own, strategy.label_smoothing" if isinstance(strategy, DpoConfig) else ""
        yield Impossible(
            "smooths-another-loss",
            f"label_smoothing_factor smooths the loss of sft, not that of {strategy.name}{more}; set it to 0",
            {"strategy": strategy.name},
        )
    if isinstance(strategy, KtoConfig) and strategy.loss_type == "kto":
        batches = {"optimization.per_device_train_batch_size": optimization.per_device_train_batch_size}
        if config.evaluation.eval_strategy != "no":
            batches["evaluation.per_device_eval_batch_size"] = config.evaluation.per_device_eval_batch_size
        for key in (key for key, rows in batches.items() if rows < 2):
            yield Impossible(
                "nothing-beside-in-batch",
                f"kto compares each answer with the others of its batch; set {key} to 2 or more, "
                "or strategy.loss_type: apo_zero_unpaired",
                {"batch": key},
            )


def _reinforcement(config: TrainingConfig) -> Iterator[Impossible]:
    strategy, optimization = config.strategy, config.optimization
    if not isinstance(strategy, RlhfConfig):
        return
    sampled = optimization.per_device_train_batch_size * optimization.gradient_accumulation_steps
    if sampled % strategy.num_generations:
        yield Impossible(
            "answers-not-divided",
            f"a step samples {sampled} answers (per_device_train_batch_size × gradient_accumulation_steps), which "
            f"{strategy.num_generations} answers to each prompt do not divide; make it a multiple of "
            "strategy.num_generations",
            {"sampled": sampled, "generations": strategy.num_generations},
        )
    if strategy.max_completion_length >= config.data.max_length:
        reason = "prompt and answer share data.max_length; set it above strategy.max_completion_length"
        yield Impossible("no-room-for-prompt", reason)
