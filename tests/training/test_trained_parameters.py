"""Adapters under autocast: the same numbers as PEFT's own casts give, and a base that keeps its precision."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.hardware.compute import resolve_compute
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.config import parse_training_config
from modelforge.strategies.trained_parameters import leave_casts_to_autocast


def test_leaving_the_cast_to_autocast_changes_no_bit() -> None:
    import torch

    casting, following = adapted(), adapted()
    leave_casts_to_autocast(following)

    assert torch.equal(loss_of(casting), loss_of(following))
    gradients = [[p.grad for p in model.parameters() if p.requires_grad] for model in (casting, following)]
    assert len(gradients[0]) > 10
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))


@pytest.mark.parametrize("left", [True, False], ids=["left to autocast", "PEFT's own"])
def test_an_adapter_reads_what_the_layer_reads_and_keeps_no_copy_in_float32(left: bool) -> None:
    import torch

    model = adapted()
    if left:
        leave_casts_to_autocast(model)
    read = set()
    for name, module in model.named_modules():
        if name.endswith("lora_A.default"):
            module.register_forward_pre_hook(lambda _, inputs: read.add(inputs[0].dtype))
    loss_of(model)

    assert read == {torch.bfloat16 if left else torch.float32}


def test_outside_autocast_adapters_still_cast() -> None:
    import torch

    model = adapted()
    leave_casts_to_autocast(model)
    loss_of(model)

    with torch.no_grad():
        assert torch.isfinite(model(**batch()).logits).all()


def test_what_is_not_quantised_keeps_its_precision() -> None:
    import torch

    adapters = dora_upon_four_bits()

    frozen = {p.dtype for p in adapters.parameters() if not p.requires_grad}
    assert frozen == {torch.bfloat16, torch.uint8}


@pytest.mark.parametrize("given_back", [True, False], ids=["with the cast", "without"])
def test_dora_upon_four_bits_gives_back_what_autocast_computes_in(
    monkeypatch: pytest.MonkeyPatch, given_back: bool
) -> None:
    """As on a GPU, where PEFT asks whether autocast is on, and where T5's attention refuses the float32."""
    import torch
    from peft.tuners.lora import LoraLayer

    model = dora_upon_four_bits()
    if given_back:
        leave_casts_to_autocast(model)
    asked = torch.is_autocast_enabled
    monkeypatch.setattr(torch, "is_autocast_enabled", lambda device="cpu": asked(device))
    given: list[Any] = []
    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.register_forward_hook(lambda *call: given.append(call[-1].dtype))
    loss = loss_of(model)

    assert set(given) == {torch.bfloat16 if given_back else torch.float32}
    assert torch.isfinite(loss)
    assert all(p.grad.abs().sum() > 0 for name, p in model.named_parameters() if "lora_B" in name)


def dora_upon_four_bits() -> Any:
    """The starter in 4 bits with DoRA in float32."""
    import torch

    recipe = {
        "model": "starter:chat",
        "dataset": "d",
        "strategy": "qlora",
        "quantization": {"bits": 4},
        "lora": {"r": 4, "use_dora": True},
    }
    config = parse_training_config(recipe).config
    quantised = QuantizationFactory.create_config(config.quantization, torch.bfloat16)
    model = loaded(LoadOptions("cpu", torch.bfloat16, quantization_config=quantised))
    adapters = HuggingFaceProvider().add_adapter(model, config)
    for parameter in adapters.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return adapters


def adapted() -> Any:
    """The starter in bf16 with seeded adapters in float32, as a run on a GPU has it."""
    import torch

    config = parse_training_config({"model": "starter:chat", "dataset": "d", "lora": {"r": 4}}).config
    torch.manual_seed(0)
    options = LoadOptions("cpu", resolve_compute(config).dtype)
    model = HuggingFaceProvider().add_adapter(loaded(options).to(torch.bfloat16), config)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)
    return model


def loaded(options: LoadOptions) -> Any:
    from transformers import AutoModelForCausalLM

    provider = HuggingFaceProvider()
    return provider.load_model(provider.resolve("starter:chat"), AutoModelForCausalLM, options)


def loss_of(model: Any) -> Any:
    """The loss of a step under autocast, its gradients computed."""
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        loss = model(**batch()).loss
    loss.backward()
    return loss.detach()


def batch() -> dict[str, Any]:
    import torch

    ids = torch.arange(3, 35).reshape(2, 16)
    return {"input_ids": ids, "labels": ids}
