"""`strategy: rlhf` on pairs alone: a stage that trains a reward model is put before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelforge.schemas.config.parse import read_keys

STAGES = "stages"
NAME = "reward"
REWARD_STAGE: Mapping[str, Any] = {
    "name": NAME,
    "strategy": {"name": "reward"},
    "optimization": {
        "num_train_epochs": 1,
        "max_steps": None,
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 1,
    },
    "checkpointing": {"early_stopping_patience": None, "load_best_model_at_end": False},
    "output": {"merge": False},
}
"""What differs from the recipe beside it: steps and batches there are counted in sampled answers."""


def wants_reward_stage(written: Mapping[str, Any]) -> bool:
    """Whether a recipe asks for rlhf and says nothing of what answers are rewarded for."""
    if STAGES in written:
        return False
    strategy = read_keys(written).values.get("strategy")
    if isinstance(strategy, str):
        return strategy == "rlhf"
    return (
        isinstance(strategy, dict)
        and strategy.get("name") == "rlhf"
        and not strategy.get("rewards")
        and not strategy.get("reward_model")
    )


def with_reward_stage(written: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe in two stages: a reward model from its pairs, then rlhf on their prompts, judged by that model."""
    return {**written, STAGES: [REWARD_STAGE, {"name": "rlhf", "strategy": {"reward_model": f"stage:{NAME}"}}]}
