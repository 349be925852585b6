"""What an initialisation asks of the layers it is for, and what PEFT would get wrong without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelforge.exceptions import ProviderError
from modelforge.schemas.config.lora import LoraConfig
from modelforge.storage.adapter_config import ADAPTER_CONFIG, BASE

ADAPTER = "default"


def peft_initialisation(lora: LoraConfig) -> bool | str:
    """`lora.init_lora_weights` as `peft.LoraConfig` has it. LoftQ begins as the default does and is filled in after."""
    return True if lora.init_lora_weights in ("default", "loftq") else lora.init_lora_weights


def refuse_embeddings(model: Any, lora: LoraConfig) -> None:
    """Refuse embeddings as targets of an initialisation that decomposes weights: it knows linear layers alone."""
    from torch import nn

    targets = lora.target_modules if isinstance(lora.target_modules, list) else ()
    found = {
        name
        for path, module in model.named_modules()
        if isinstance(module, nn.Embedding) and (name := path.rpartition(".")[2]) in targets
    }
    if found and not lora.begins_at_zero:
        raise ProviderError(
            f"{lora.init_lora_weights} decomposes linear layers, and {', '.join(sorted(found))} is none.",
            hint="Take it out of lora.target_modules, or set lora.init_lora_weights: default.",
            code="start-wants-linear",
            params={"start": lora.init_lora_weights, "names": ", ".join(sorted(found))},
        )


def refuse_moved_badly(model: Any, lora: LoraConfig) -> None:
    """Refuse a `PeftModel` whose base was moved where that cannot be taken back: tied weights, ranks that are too high.

    Raises:
        ProviderError: with the layer and the way out.
    """
    from peft.tuners.lora import LoraLayer

    owners: dict[int, int] = {}
    for module in model.modules():
        for weight in module.parameters(recurse=False):
            owners[weight.data_ptr()] = owners.get(weight.data_ptr(), 0) + 1
    for name, layer in model.named_modules():
        if not isinstance(layer, LoraLayer):
            continue
        if owners[layer.get_base_layer().weight.data_ptr()] > 1:
            raise ProviderError(
                f"{name} shares its weights with another layer, which {lora.init_lora_weights} would change as well.",
                hint="Take it out of lora.target_modules, or set lora.init_lora_weights: default.",
                code="start-changes-shared",
                params={"start": lora.init_lora_weights, "layer": name},
            )
        a, b = layer.lora_A[ADAPTER].weight, layer.lora_B[ADAPTER].weight
        if a.shape != (lora.r, layer.in_features) or b.shape != (layer.out_features, lora.r):
            raise ProviderError(
                f"{lora.init_lora_weights} cannot give {name} an adapter of rank {lora.r}: the layer maps "
                f"{layer.in_features} values to {layer.out_features}.",
                hint="Lower lora.r to the smaller of the two, or set lora.init_lora_weights: default.",
                code="start-rank-too-high",
                params={
                    "start": lora.init_lora_weights,
                    "layer": name,
                    "rank": lora.r,
                    "inputs": layer.in_features,
                    "outputs": layer.out_features,
                },
            )


def with_saved_adapter(base: Any, folder: Path) -> Any:
    """`base` with the adapter of `folder` upon it, whatever head the adapter was trained under.

    Raises:
        ProviderError: the adapter carries a head of its own that does not fit, such as that of other classes; or PEFT
            can make nothing of its `adapter_config.json` on this base.
    """
    from peft import PeftConfig, PeftModel

    try:
        config = PeftConfig.from_pretrained(str(folder))
        if not base.can_generate():
            config.task_type = None  # PEFT's class for models that write would ask this one how it writes
        return PeftModel.from_pretrained(base, folder, config=config)
    except (KeyError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:200]}"
        raise ProviderError(
            f"The adapter in {folder} cannot be put upon its base as {ADAPTER_CONFIG} has it ({reason}).",
            hint="That file has to be one that PEFT wrote, for this very base. Copy or download the adapter again, or "
            f"put the right base into `{BASE}`.",
            code="adapter-does-not-fit",
            params={"model": folder.name, "reason": reason},
        ) from error
    except RuntimeError as error:
        if "size mismatch" not in str(error):
            raise
        raise ProviderError(
            f"The adapter in {folder} has a trained head of another size than this data asks for.",
            hint="Train on data with the classes that it knows, or begin from its base model.",
            code="adapter-head-of-other-size",
            params={"folder": folder.name},
        ) from error
