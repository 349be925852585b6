"""Weights of a checkpoint → a model that is already built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelforge.exceptions import TrainingError
from modelforge.storage.adapter_config import ADAPTER_WEIGHTS


def load_weights(model: Any, checkpoint: Path) -> None:
    """Put a checkpoint's weights into `model`: its adapters where it has them, else all weights. Safetensors only.

    Raises:
        TrainingError: the checkpoint is of another model.
    """
    from peft import PeftModel, set_peft_model_state_dict
    from safetensors.torch import load_file

    adapter = checkpoint / ADAPTER_WEIGHTS
    if isinstance(model, PeftModel) and adapter.exists():
        unexpected = set_peft_model_state_dict(model, load_file(adapter)).unexpected_keys
    else:
        state: dict[str, Any] = {}
        for part in sorted(checkpoint.glob("model*.safetensors")):
            state.update(load_file(part))
        unexpected = model.load_state_dict(state, strict=False).unexpected_keys if state else ["no weights"]
    if unexpected:
        raise TrainingError(
            f"The checkpoint {checkpoint.name} does not fit the model: {', '.join(unexpected[:3])}.",
            hint="Resume with the configuration that wrote it.",
            code="checkpoint-of-other-model",
            params={"checkpoint": checkpoint.name, "parts": ", ".join(unexpected[:3])},
        )
