"""A recipe as YAML with every key's sentence above it."""

from __future__ import annotations

import textwrap
from typing import Any

import yaml

from modelforge.schemas.config.fields import config_fields, value_at
from modelforge.schemas.config.training_config import TrainingConfig

ESSENTIAL = frozenset(
    {
        "task",
        "model",
        "dataset",
        "finetuning_type",
        "strategy.name",
        "data.max_length",
        "data.validation_split",
        "lora.r",
        "lora.lora_alpha",
        "optimization.learning_rate",
        "optimization.num_train_epochs",
        "optimization.per_device_train_batch_size",
        "optimization.gradient_accumulation_steps",
    }
)


def recipe_text(config: TrainingConfig, *, everything: bool) -> str:
    """The essential keys, or all that a run of its strategy has, with their values and descriptions."""
    lines: list[str] = []
    group = None
    for field in config_fields():
        if field.owners and config.strategy.name not in field.owners:
            continue
        if not everything and field.dotted not in ESSENTIAL:
            continue
        indent = "  " * (len(field.path) - 1)
        if len(field.path) == 2 and field.path[0] != group:
            group = field.path[0]
            lines.append(f"\n{group}:")
        description = " ".join((field.info.description or "").split())
        lines += [f"{indent}# {line}" for line in textwrap.wrap(description, 100)]
        lines.append(f"{indent}{field.path[-1]}: {_yaml(value_at(config, field.path))}")
    return "\n".join(lines) + "\n"


def _yaml(value: Any) -> str:
    if value is None:
        return ""
    return str(yaml.safe_dump(value, default_flow_style=True, width=1000)).removesuffix("\n").removesuffix("\n...")
