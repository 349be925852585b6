"""The table of what works with what: nothing in it is idle, and it names what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.support import DIMENSIONS, REFUSALS, Refusal

WRITTEN: dict[str, Callable[[str], dict[str, Any]]] = {
    "task": lambda value: {"task": value},
    "strategy": lambda value: {"strategy.name": value},
    "reference": lambda _: {"strategy.name": "dpo"},
    "provider": lambda value: {"provider": value},
    "finetuning_type": lambda value: {"finetuning_type": value},
    "quantization": lambda value: {"quantization.bits": {"8-bit": 8, "4-bit": 4}.get(value)},
    "initialisation": lambda value: {"lora.init_lora_weights": value},
    "DoRA": lambda _: {"lora.use_dora": True},
    "LoRA+": lambda _: {"lora.loraplus_lr_ratio": 4},
    "merge": lambda _: {"output.merge": True},
    "torch.compile": lambda _: {"compute.torch_compile": True},
    "packing": lambda _: {"strategy.packing": True},
    "device": lambda value: {"compute.device": value},
    "precision": lambda value: {"compute.precision": value},
    "optimizer": lambda value: {"optimization.optim": value},
    "attention": lambda value: {"compute.attn_implementation": value},
}
"""Dimension → what a recipe says that has the value."""


def recipes(refusal: Refusal) -> Iterator[dict[str, Any]]:
    """A recipe for each combination that a refusal speaks of, which says nothing else."""
    for values in product(*refusal.values.values()):
        recipe: dict[str, Any] = {"model": "m", "dataset": "d"}
        for name, value in zip(refusal.values, values, strict=True):
            for key, said in WRITTEN[name](value).items():
                group, _, leaf = key.rpartition(".")
                (recipe.setdefault(group, {}) if group else recipe)[leaf] = said
        yield recipe


def why_refused(recipe: dict[str, Any]) -> str:
    """What the schema says of a recipe."""
    with pytest.raises(ConfigurationError) as caught:
        parse_training_config(recipe)
    return str(caught.value.details["errors"][0]["expected"])


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: " × ".join(refusal.values))
def test_every_refusal_is_the_first_to_meet_some_recipe(refusal: Refusal) -> None:
    assert refusal.reason in {why_refused(recipe) for recipe in recipes(refusal)}


def test_a_refusal_names_values_that_there_are() -> None:
    assert set(WRITTEN) == set(DIMENSIONS)
    for recipe in (recipe for refusal in REFUSALS for recipe in recipes(refusal)):
        assert why_refused(recipe) in {refusal.reason for refusal in REFUSALS}, recipe
