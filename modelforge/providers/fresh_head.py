"""Heads that a checkpoint has no weights for: how they are found, and how an adapter carries them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from modelforge.exceptions import ProviderError
from modelforge.providers.provider import ModelSource
from modelforge.tasks.head import Head, fresh_parts, note_fresh

HEADS = {"SEQ_CLS": ("classifier", "score"), "QUESTION_ANS": ("qa_outputs",)}
"""PEFT's task type → the names of heads that it trains in full, whether they are fresh or not."""


def has_other_classes(theirs: Sequence[str], arguments: Mapping[str, Any]) -> bool:
    """Whether a classifier was trained on other classes, or in another order, than `arguments` name.

    Args:
        theirs: what its outputs are called, in their order; nothing where it is no classifier.
        arguments: `Head.arguments`.
    """
    ours, theirs = tuple(arguments.get("id2label", {}).values()), tuple(theirs)
    nameless = tuple(f"LABEL_{number}" for number in range(len(theirs)))
    return bool(ours and theirs) and theirs not in (ours, nameless)


def begin_anew_beside(model: Any) -> None:
    """Draw the layer that says the classes at random, in a model whose other random parts are known already."""
    known = tuple(f"{part}." for part in fresh_parts(model))
    random = {name for name, _ in model.named_parameters() if known and name.startswith(known)}
    note_fresh(model, random | begin_anew(model))


def begin_anew(model: Any) -> set[str]:
    """Draw the layer that says the classes at random; the names of its weights."""
    import torch

    body = set(model.base_model.modules())
    layers = [
        (name, layer)
        for name, layer in model.named_modules()
        if layer not in body and isinstance(layer, torch.nn.Linear) and layer.out_features == model.config.num_labels
    ]
    name, last = layers[-1]
    with torch.no_grad():
        last.weight.normal_(std=getattr(model.config.get_text_config(), "initializer_range", 0.02))
        if last.bias is not None:
            last.bias.zero_()
    return {f"{name}.{parameter}" for parameter, _ in last.named_parameters()}


def note_fresh_head(model: Any, loading: Mapping[str, Any], source: ModelSource) -> None:
    """Remember what the checkpoint had no weights for. A head may begin at random, a body may not.

    Args:
        loading: what `from_pretrained` says with `output_loading_info`.

    Raises:
        ProviderError: most of the weights are missing.
    """
    missing = {*loading["missing_keys"], *(key for key, *_ in loading["mismatched_keys"])}
    if not missing:
        return
    fresh = note_fresh(model, missing)
    counts = {name: parameter.numel() for name, parameter in model.named_parameters()}
    random = sum(count for name, count in counts.items() if name.startswith(tuple(f"{part}." for part in fresh)))
    if random * 2 > sum(counts.values()):
        raise ProviderError(
            f"{source.location} holds no weights for most of a {type(model).__name__}: {', '.join(fresh[:3])} …",
            hint="The weights belong to another architecture than config.json names; export the model again.",
            code="weights-of-other-architecture",
            params={"model": source.location, "architecture": type(model).__name__, "parts": ", ".join(fresh[:3])},
        )


def trained_in_full(model: Any, head: Head) -> dict[str, Any]:
    """A head that begins at random gets no adapter: it is trained as it is, and saved with the adapter.

    PEFT adds the names that it knows heads by. Others, such as BERT's pooler where the checkpoint had none, would stay
    random and frozen, and be random again in another way when the adapter is loaded.
    """
    if head.is_causal:
        return {"task_type": head.peft_task_type}
    known = HEADS.get(head.peft_task_type, ())
    # PEFT goes by how names end, so that DistilBERT's pre_classifier is trained in full with its classifier.
    known = (*known, *(name for name, _ in model.named_children() if known and name.endswith(known)))
    parts = [part for part in fresh_parts(model) if part.partition(".")[0] not in known]
    task_type: str | None = head.peft_task_type
    if head.peft_task_type == "QUESTION_ANS":
        # PEFT's own class for it (0.21) takes `token_type_ids` and does not pass them on: question and text would look
        # alike to an adapted BERT, and no longer once it is merged. Its general class passes on everything.
        task_type = None
        parts += [name for name, _ in model.named_children() if name in known]
    inside = "|".join(re.escape(part) for part in (*parts, *known))
    excluded = rf"(.*\.)?({inside})(\..*)?" if inside else None
    return {"task_type": task_type, "modules_to_save": parts or None, "exclude_modules": excluded}
