"""The size of a machine in one word, and the models that suit it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from modelforge.schemas.hardware import Accelerator, Profile, RecommendedModel
from modelforge.starter import STARTER, list_starters

GB = 2**30
"""GPU memory is sold in GB of 2^30 bytes; the thresholds leave room for what the driver keeps of 8 and 16 GB cards."""
MID_FROM = int(7.2 * GB)
HIGH_FROM = int(15.2 * GB)
STARTER_MEMORY = 700_000_000
"""Bytes that training a starter takes on any device, libraries included."""


def profile_of(accelerators: Sequence[Accelerator]) -> Profile:
    """`cpu` without a GPU; else by the largest one's memory: `low` below 7.2 GB, `mid` below 15.2 GB, then `high`."""
    if not accelerators:
        return "cpu"
    largest = max(accelerator.total_bytes for accelerator in accelerators)
    if largest < MID_FROM:
        return "low"
    return "mid" if largest < HIGH_FROM else "high"


def recommended_models(profile: Profile, task: str | None = None) -> tuple[RecommendedModel, ...]:
    """Models to try on a machine of `profile`, the best choice first, starters last; whether one fits, a plan tells.

    A processor is offered what it trains in a bearable time, a GPU behind what suits it all other models too.
    """
    found = [model for model in _table() if task is None or task in model.tasks]
    suited = [model for model in found if profile in model.profiles]
    if profile == "cpu":
        return tuple(suited)
    others = [model for model in found if profile not in model.profiles]
    return tuple(sorted([*suited, *others], key=lambda model: model.id.startswith(STARTER)))


def known_config(model: str) -> dict[str, Any] | None:
    """The `config.json` of a recommended model as the table carries it, so that it can be planned for offline."""
    return next((model_row.config for model_row in _table() if model_row.id == model and model_row.config), None)


@cache
def _table() -> tuple[RecommendedModel, ...]:
    rows = json.loads(files("modelforge.hardware").joinpath("recommended_models.json").read_text("utf-8"))
    return (*(RecommendedModel.model_validate(row) for row in rows), *_starters())


def _starters() -> tuple[RecommendedModel, ...]:
    return tuple(
        RecommendedModel(
            id=starter.id,
            tasks=starter.tasks,
            profiles=("cpu", "low", "mid", "high"),
            parameters=starter.parameters,
            memory_bytes=STARTER_MEMORY,
            quantized_memory_bytes=STARTER_MEMORY,
            license="Apache-2.0",
            note="bundled, for learning the workflow and for tests",
            note_code="starter",
        )
        for starter in list_starters()
    )
