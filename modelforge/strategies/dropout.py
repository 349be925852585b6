"""The dropout that a model brings along, where two passes over it are compared."""

from __future__ import annotations

from typing import Any

OF_ADAPTERS = "lora_dropout"
"""Where PEFT keeps the dropout that the recipe asks for."""


def keep_adapter_dropout_alone(model: Any) -> None:
    """Turn off all dropout of the base; `lora.lora_dropout` stays.

    Losses that compare the model with its frozen start, or one answer with another, would otherwise compare two random
    masks. TRL's `disable_dropout` turns off that of the adapters too. Some architectures keep the share in a module,
    others in a number beside the weights (`attention_dropout`, `layerdrop`).
    """
    from torch.nn.modules.dropout import _DropoutNd

    for name, module in model.named_modules():
        if OF_ADAPTERS in name.split("."):
            continue
        if isinstance(module, _DropoutNd):
            module.p = 0.0
        for key, value in vars(module).items():
            if "drop" in key and isinstance(value, float):
                setattr(module, key, 0.0)
