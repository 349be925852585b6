"""Gradients pass through a 4-bit base whether or not it was used in eval mode before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.config import parse_training_config

IDS = torch.arange(6, 30)[None]


def gradients(folder: Path, *, measured_before: bool) -> dict[str, Any]:
    """Parameter → its gradient after one forward and backward pass of a seeded adapter on the 4-bit base."""
    config = parse_training_config({"model": str(folder), "dataset": "d", "strategy": "qlora"}).config
    quantised = QuantizationFactory.create_config(config.quantization, torch.bfloat16)
    options = LoadOptions(device="cpu", dtype=torch.bfloat16, quantization_config=quantised)
    base = HuggingFaceProvider().load_model(ModelSource(str(folder)), AutoModelForCausalLM, options)
    torch.manual_seed(0)
    model = get_peft_model(base, LoraConfig(target_modules="all-linear", init_lora_weights=False))
    if measured_before:
        with torch.no_grad():
            model.eval()(input_ids=IDS)
    model.train()(input_ids=IDS, labels=IDS).loss.backward()
    return {name: weight.grad for name, weight in model.named_parameters() if weight.requires_grad}


def test_measuring_the_base_leaves_the_gradients_as_they_were(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a processor with AVX512-BF16, whatever runs this.
    monkeypatch.setattr("bitsandbytes.nn.modules.has_avx512bf16", lambda: True)

    untouched, measured = (gradients(tiny_model, measured_before=before) for before in (False, True))

    assert all(one is not None and one.abs().sum() > 0 for one in untouched.values())
    for name, expected in untouched.items():
        torch.testing.assert_close(measured[name], expected, rtol=0, atol=0)
