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
