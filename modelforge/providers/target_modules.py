"""Whether the layers that `lora.target_modules` names are there, found out without any weights."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from modelforge.exceptions import ProviderError
from modelforge.providers.provider import ModelSource
from modelforge.tasks.head import Head


def check_target_modules(source: ModelSource, head: Head, targets: Sequence[str]) -> None:
    """Refuse names that no layer has which takes an adapter. A name fits as PEFT has it: whole, or the end of a path.

    Args:
        source: a model with a `config.json`, in a folder or in the hub's cache.

    Raises:
        ProviderError: with every name that fits nothing, the nearest that does, and those that there are.
    """
    layers = _adaptable_layers(source, head)
    unknown = [target for target in targets if not any(f".{layer}".endswith(f".{target}") for layer in layers)]
    if not unknown:
        return
    known = sorted({layer.rpartition(".")[2] for layer in layers})
    near = ", ".join(match for name in unknown for match in get_close_matches(name, known, n=1))
    raise ProviderError(
        f"No layer of {source.location} that takes an adapter is called {', '.join(unknown)}.",
        hint=f"{f'Did you mean {near}? ' if near else ''}There are {', '.join(known)}; lora.target_modules: all-linear "
        "takes all linear ones.",
        code="unknown-target-modules",
        params={"model": source.location, "names": ", ".join(unknown), "known": ", ".join(known)},
    )


def _adaptable_layers(source: ModelSource, head: Head) -> list[str]:
    """The paths of all layers that LoRA knows, in the model as its config describes it, on no device."""
    import torch
    from torch import nn
    from transformers import AutoConfig
    from transformers.pytorch_utils import Conv1D

    config = AutoConfig.from_pretrained(
        source.location, revision=source.revision, trust_remote_code=False, **head.arguments
    )
    with torch.device("meta"):
        model: Any = head.model_class().from_config(config, trust_remote_code=False)
    return [name for name, module in model.named_modules() if isinstance(module, (nn.Linear, Conv1D, nn.Embedding))]
