"""How many steps the learning rate takes to rise, and what the preflight says of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from modelforge.data.token_store import read_tokens
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.preflight import Finding
from modelforge.strategies.strategy import TrainingStrategy

TRUTH = "learning-rate-rises-in-time"


def warm_up_steps(wanted: float, total: int) -> int:
    """`optimization.warmup_steps` as whole steps of a training of `total` steps.

    The first step of a warm-up has a learning rate of 0. So a share is rounded down, where transformers rounds up: a
    training of one step would be its own warm-up, and learn nothing.
    """
    return int(wanted) if wanted >= 1 else math.floor(wanted * total)


def settle_warm_up(trainer: Any, config: TrainingConfig) -> None:
    """Have a trainer, fresh from its strategy, warm up as `warm_up_steps` says once it knows its steps."""
    create = trainer.create_scheduler

    def create_scheduler(num_training_steps: int, optimizer: Any = None) -> Any:
        trainer.args.warmup_steps = warm_up_steps(config.optimization.warmup_steps, num_training_steps)
        return create(num_training_steps, optimizer)

    trainer.create_scheduler = create_scheduler


def warm_up_findings(strategy: TrainingStrategy, tokens: Path, config: TrainingConfig) -> list[Finding]:
    """Whether the learning rate reaches its height; with a single step, whether it leaves 0.

    Args:
        tokens: the rows to train on, as the preflight wrote them.
    """
    warm_up = int(config.optimization.warmup_steps)
    if not warm_up or config.optimization.lr_scheduler_type == "constant":
        return []
    total = _total_steps(strategy, tokens, config)
    if not 0 < total <= warm_up:
        return []
    if total == 1:
        return [
            Finding(
                truth=TRUTH,
                severity="error",
                message="The only step of the training is one of its warm-up, at a learning rate of 0: nothing would "
                "be learned.",
                fix="Set optimization.warmup_steps: 0, or train for more steps.",
                code="warm-up-is-all",
            )
        ]
    return [
        Finding(
            truth=TRUTH,
            severity="warning",
            message=f"The learning rate rises over {warm_up:,} steps, and the training has {total:,}: it never "
            "reaches its height.",
            fix="Lower optimization.warmup_steps; below 1 it is a share of all steps.",
            code="warm-up-outlasts-training",
            params={"warmup": warm_up, "steps": total},
        )
    ]


def _total_steps(strategy: TrainingStrategy, tokens: Path, config: TrainingConfig) -> int:
    """Optimizer steps of the whole training, as the trainer will count them; 0 without rows."""
    rows, optimization = read_tokens(tokens), config.optimization
    if not len(rows):
        return 0
    epoch = strategy.steps_in_epoch(strategy.prepare_dataset(rows, config), config)
    return optimization.max_steps or math.ceil(optimization.num_train_epochs * epoch)
