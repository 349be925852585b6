"""Adapters that do not begin at zero: where they began is kept with the run, and taken off when the model is published.

PiSSA and OLoRA move a part of each weight into its adapter, `W = R + s·B₀A₀`, and train beside the rest `R`; LoftQ puts
there what quantisation lost. So the trained adapter fits only the base that this run made for itself. What is published
stands on the base as everybody has it: `R + s·BA = W + s·(BA − B₀A₀)`, an ordinary adapter of twice the rank.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from modelforge.providers.weight_files import check_whole
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.adapter_config import ADAPTER_WEIGHTS
from modelforge.storage.atomic import write_bytes

ADAPTER = "default"
PREFIX = "base_model.model."


def fix_start(model: Any, config: TrainingConfig, path: Path) -> None:
    """Keep where the adapters of a run begin, in `path`; a later attempt is put back to where the first began.

    The same seed leads there again on the same machine, and to the bit. Elsewhere a decomposition may come out
    otherwise; then the base is moved by the difference as well, and the checkpoint meets the base it was trained on.

    Args:
        model: the model with its fresh adapters; nothing is done where they begin at zero.
    """
    if config.finetuning_type == "full" or config.lora.begins_at_zero:
        return
    from safetensors.torch import load_file, save

    fresh = _factors(model)
    if not path.exists():
        write_bytes(path, save(fresh))
        return
    check_whole(path)
    kept = load_file(path)
    for name, layer in _layers(model):
        _put_back(layer, kept[f"{name}.lora_A"], kept[f"{name}.lora_B"], moves_base=config.lora.moves_base)


def save_relative_to_start(model: Any, config: Any, path: Path, folder: Path) -> None:
    """Write the adapter as it stands on the base that nobody has moved: `adapter_config.json` and the weights.

    Args:
        model: the trained `PeftModel`.
        config: its `peft.LoraConfig`.
        path: where the adapters began, as `fix_start` kept it.
        folder: the model folder to write into.
    """
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import load_file, save_file

    check_whole(path)
    begun = load_file(path)
    state = get_peft_model_state_dict(model)
    for name, layer in _layers(model):
        down, up = f"{PREFIX}{name}.lora_A.weight", f"{PREFIX}{name}.lora_B.weight"
        scale = layer.scaling[ADAPTER]
        a0, b0 = (begun[f"{name}.{factor}"].to(state[down].device) for factor in ("lora_A", "lora_B"))
        state[down] = torch.cat([state[down], a0.to(state[down].dtype)], dim=0)
        state[up] = torch.cat([scale * state[up], -scale * b0.to(state[up].dtype)], dim=1)
    published = deepcopy(config)
    published.r = published.lora_alpha = 2 * config.r  # the scale is in the weights: it is 1 here
    published.use_rslora = False
    published.init_lora_weights = True
    published.inference_mode = True
    published.save_pretrained(str(folder))
    save_file(
        {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()},
        folder / ADAPTER_WEIGHTS,
        metadata={"format": "pt"},
    )


def _layers(model: Any) -> list[tuple[str, Any]]:
    """The adapted layers of a `PeftModel`, by their names in the base model."""
    from peft.tuners.lora import LoraLayer

    return [
        (name.removeprefix(PREFIX), module)
        for name, module in model.named_modules()
        if isinstance(module, LoraLayer) and ADAPTER in module.lora_A
    ]


def _factors(model: Any) -> dict[str, Any]:
    """The two factors of every adapter, on the CPU: A `[r, in]` and B `[out, r]`."""
    return {
        f"{name}.{factor}": getattr(layer, factor)[ADAPTER].weight.detach().cpu().contiguous()
        for name, layer in _layers(model)
        for factor in ("lora_A", "lora_B")
    }


def _put_back(layer: Any, a0: Any, b0: Any, *, moves_base: bool) -> None:
    """Give one layer the factors that the run began with, and its base the rest that belongs to them."""
    import torch

    a, b = layer.lora_A[ADAPTER].weight, layer.lora_B[ADAPTER].weight
    a0, b0 = a0.to(a.device), b0.to(b.device)
    if torch.equal(a, a0) and torch.equal(b, b0):
        return
    with torch.no_grad():
        if moves_base:
            weight = layer.get_base_layer().weight
            difference = layer.scaling[ADAPTER] * (b.float() @ a.float() - b0.float() @ a0.float())
            weight.add_((difference.T if layer.fan_in_fan_out else difference).to(weight.dtype))
        a.copy_(a0)
        b.copy_(b0)
