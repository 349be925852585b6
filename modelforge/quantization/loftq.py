"""LoftQ: adapters begin at what quantisation lost (Li et al. 2023, https://arxiv.org/abs/2310.08659).

PEFT's `replace_lora_weights_loftq` does the same with the base as it is quantised, but only on a GPU, and leaves the
adapter's scale out of account: with `lora_alpha` twice the rank its start is twice too far.
"""

from __future__ import annotations

from typing import Any

ADAPTER = "default"
PREFIX = "base_model.model."


def begin_at_the_remainder(model: Any, original: Any) -> None:
    """Set the adapters of a 4-bit `PeftModel` so that `Q + s·BA` is as near to the original weights as the rank allows.

    Args:
        model: the `PeftModel` on a 4-bit base; the base stays as it is.
        original: the same transformers model without adapters, not quantised.
    """
    import torch
    from bitsandbytes.functional import dequantize_4bit
    from peft.tuners.lora.bnb import Linear4bit

    weights = dict(original.named_parameters())
    with torch.no_grad():
        for name, layer in model.named_modules():
            if not isinstance(layer, Linear4bit) or ADAPTER not in layer.lora_A:
                continue
            quantised = layer.get_base_layer().weight
            held = dequantize_4bit(quantised.data, quantised.quant_state).float()
            lost = weights[f"{name.removeprefix(PREFIX)}.weight"].to(held.device, torch.float32) - held
            u, s, vh = torch.linalg.svd(lost, full_matrices=False)
            rank = layer.r[ADAPTER]
            root = (s[:rank] / layer.scaling[ADAPTER]).sqrt()
            layer.lora_A[ADAPTER].weight.copy_(root[:, None] * vh[:rank])
            layer.lora_B[ADAPTER].weight.copy_(u[:, :rank] * root)
