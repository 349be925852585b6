"""The values of each dimension of `support`, read off the schema: what the docs print and tests walk over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from modelforge.schemas.config.compute import ComputeConfig
from modelforge.schemas.config.fields import strategy_classes
from modelforge.schemas.config.lora import LoraConfig
from modelforge.schemas.config.training_config import TrainingConfig

SWITCH = ("off", "on")


def _choices(owner: type, key: str) -> tuple[str, ...]:
    return get_args(owner.model_fields[key].annotation)  # type: ignore[attr-defined]


VALUES: Mapping[str, tuple[str, ...]] = {
    "task": _choices(TrainingConfig, "task"),
    "strategy": tuple(str(strategy.model_fields["name"].default) for strategy in strategy_classes()),
    "reference": ("none", "adapter switched off"),
    "provider": _choices(TrainingConfig, "provider"),
    "finetuning_type": _choices(TrainingConfig, "finetuning_type"),
    "quantization": ("none", "8-bit", "4-bit"),
    "initialisation": _choices(LoraConfig, "init_lora_weights"),
    "DoRA": SWITCH,
    "LoRA+": SWITCH,
    "merge": SWITCH,
    "device": _choices(ComputeConfig, "device"),
    "attention": _choices(ComputeConfig, "attn_implementation"),
}
"""Dimension → its values. `reference` goes with the strategy, and is no choice of its own."""
