"""What needs bitsandbytes is refused where it is missing, and every way to compute with 4 bits learns."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError
from modelforge.quantization.quantization_factory import PACKAGE, QuantizationFactory
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.quantization import QuantizationConfig
from modelforge.starter import starter_path


@pytest.mark.parametrize(
    "written", [{"strategy": "qlora"}, {"quantization": {"bits": 8}}, {"optimization": {"optim": "paged_adamw_32bit"}}]
)
def test_without_bitsandbytes_the_key_and_the_command_are_named(
    written: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = parse_training_config({"model": "m", "dataset": "d", **written}).config
    QuantizationFactory.check(config)

    monkeypatch.setitem(sys.modules, PACKAGE, None)
    with pytest.raises(ConfigurationError, match="needs bitsandbytes") as caught:
        QuantizationFactory.check(config)
    assert "modelforge[quantization]" in (caught.value.hint or "")

    QuantizationFactory.check(parse_training_config({"model": "m", "dataset": "d"}).config)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("compute_dtype", ["auto", "float32", "bfloat16", "float16"])
def test_four_bits_learn_in_every_type_that_they_may_be_computed_in(compute_dtype: Any, precision: str) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    autocast = getattr(torch, precision)
    bits = QuantizationFactory.create_config(QuantizationConfig(bits=4, compute_dtype=compute_dtype), autocast)
    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(
        starter_path("chat"), quantization_config=bits, device_map={"": "cpu"}, dtype=torch.float32
    )
    model = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    ids = torch.tensor([[5, 9, 30, 31, 8]])
    with torch.autocast("cpu", autocast, enabled=precision != "float32"):
        loss = model(input_ids=ids, labels=ids).loss
    loss.backward()

    gradients = [parameter.grad for parameter in model.parameters() if parameter.requires_grad]
    assert all(gradient.isfinite().all() for gradient in gradients)
    assert sum(float(gradient.abs().sum()) for gradient in gradients) > 0
    with torch.no_grad():
        exact = AutoModelForCausalLM.from_pretrained(starter_path("chat"), dtype=torch.float32)(ids, labels=ids).loss
    assert float(loss) == pytest.approx(float(exact), rel=0.05), "4 bits are near the weights that they stand for"


@pytest.mark.parametrize(("bits", "kind", "stored"), [(4, "Linear4bit", "uint8"), (8, "Linear8bitLt", "int8")])
def test_the_layers_hold_as_many_bits_as_were_asked_for(bits: Any, kind: str, stored: str) -> None:
    import torch

    (layer, *others) = quantised_layers(QuantizationConfig(bits=bits))

    assert {type(one).__name__ for one in (layer, *others)} == {kind}
    assert layer.weight.dtype == getattr(torch, stored)
    assert layer.weight.numel() * 8 == layer.in_features * layer.out_features * bits


@pytest.mark.parametrize("quant_type", ["nf4", "fp4"])
@pytest.mark.parametrize("double_quant", [True, False])
def test_four_bits_are_of_the_kind_that_was_asked_for(quant_type: Any, double_quant: bool) -> None:
    (layer, *_) = quantised_layers(QuantizationConfig(bits=4, quant_type=quant_type, double_quant=double_quant))

    assert (layer.weight.quant_state.quant_type, layer.weight.quant_state.nested) == (quant_type, double_quant)


def quantised_layers(config: QuantizationConfig) -> list[Any]:
    """The projections of the first block of the starter, as this configuration loads them."""
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        starter_path("chat"),
        quantization_config=QuantizationFactory.create_config(config, torch.float32),
        device_map={"": "cpu"},
        dtype=torch.float32,
    )
    return [one for one in model.model.layers[0].modules() if isinstance(one, torch.nn.Linear)]
