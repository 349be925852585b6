"""Whether the weights of a model have the head that is to be trained; a fresh one would answer at random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelforge.exceptions import ProviderError
from modelforge.tasks.head import Head

WRITING = {
    "CAUSAL_LM": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "SEQ_2_SEQ_LM": "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
}
"""Heads that write text, which have to be there, → transformers' list of classes with them. Others may be fresh."""


def check_type(config: Mapping[str, Any], name: str) -> None:
    """Refuse a `config.json` of a type that transformers does not know by itself.

    Raises:
        ProviderError: the type is unknown, or made of code from the hub, which is never run.
    """
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    if config.get("model_type") in CONFIG_MAPPING_NAMES:
        return
    needs_code = "is made of code from the hub, which is never run here" if config.get("auto_map") else "is unknown"
    raise ProviderError(
        f"{name} cannot be loaded: its type {config.get('model_type')!r} {needs_code}.",
        hint="Choose a model whose type transformers knows by itself.",
        code="type-made-of-code" if config.get("auto_map") else "type-not-in-transformers",
        params={"model": name, "type": str(config.get("model_type"))},
    )


def check_head(config: Mapping[str, Any], head: Head, name: str) -> None:
    """Refuse a `config.json` that names another head than the one to be trained.

    Raises:
        ProviderError: loading would leave the head at random.
    """
    from transformers.models.auto import modeling_auto

    found = next(iter(config.get("architectures") or ()), None)
    if found is None or head.peft_task_type not in WRITING:
        return
    fitting = getattr(modeling_auto, WRITING[head.peft_task_type])
    if found not in fitting.values():
        kind = config.get("model_type")
        raise ProviderError(
            f"{name} was saved as {found}, which has no head that writes text.",
            hint=f"Choose a model saved as {fitting[kind]}." if kind in fitting else "Choose a language model.",
            code="head-writes-no-text",
            params={"model": name, "architecture": str(found)},
        )
