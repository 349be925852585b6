"""What `auto` finds is held against the table that refuses the same where a recipe writes it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from modelforge.exceptions import HardwareError
from modelforge.hardware.compute import resolve_compute
from modelforge.hardware.detector import detect
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.support import REFUSALS, Refusal
from modelforge.schemas.hardware import Accelerator, Hardware

WRITTEN = {
    "provider": lambda value: {"provider": value},
    "attention": lambda value: {"compute": {"attn_implementation": value}},
    "precision": lambda value: {"compute": {"precision": value}},
    "optimizer": lambda value: {"optimization": {"optim": value}},
}
"""Dimension of the table → what a recipe says for a value of it."""
OF_DEVICES = [
    (refusal, device, name, value)
    for refusal in REFUSALS
    if "device" in refusal.values
    for device, (name, values) in product(
        refusal.values["device"], [pair for pair in refusal.values.items() if pair[0] != "device"]
    )
    for value in values
]


def machine(device: str) -> Hardware:
    """This machine, had it this device and no other."""
    gpus = (
        () if device == "cpu" else (Accelerator(index=0, kind=device, name="one", total_bytes=2**34, free_bytes=2**34),)
    )
    return detect().model_copy(update={"accelerators": gpus, "fast_bf16": False})


@pytest.mark.parametrize(("refusal", "device", "name", "value"), OF_DEVICES, ids=lambda one: getattr(one, "code", one))
def test_a_device_that_auto_finds_is_refused_as_one_that_is_written(
    refusal: Refusal, device: str, name: str, value: str
) -> None:
    written: dict[str, Any] = {"model": "m", "dataset": "d", **WRITTEN[name](value)}
    config = TrainingConfig(**written)
    with pytest.raises(HardwareError) as found:
        resolve_compute(config, machine(device))
    with pytest.raises(ValidationError) as refused:
        TrainingConfig(**{**written, "compute": {**written.get("compute", {}), "device": device}})

    assert refused.value.errors()[0]["type"] == refusal.code
    if refusal.code != "no-fp16-on-cpu":  # which `compute.precision` is told of by itself
        assert refusal.reason in found.value.message
        assert (found.value.code, found.value.params["refusal"]) == ("device-against-recipe", refusal.code)


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_what_goes_together_is_resolved(device: str) -> None:
    found = resolve_compute(TrainingConfig(model="m", dataset="d", quantization={"bits": 4}), machine(device))
    assert (found.device, found.precision) == (device, "fp32")
