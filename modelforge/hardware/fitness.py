"""Models whose layout is known, and that still cannot be trained here, or not by this recipe."""

from __future__ import annotations

from modelforge.exceptions import ConfigurationError, ProviderError
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig

NOT_ADAPTED = ("out_proj", "conv1d")
"""Layers that Mamba's kernel reads past: an adapter beside them would be left out of what is computed."""
OF_MAMBA = ("falcon_h1", "falcon_mamba", "mamba", "mamba2", "nemotron_h")
"""Types of models in which PEFT refuses them (`peft.tuners.tuners_utils._check_lora_target_modules_mamba`)."""
OF_ATTENTION = "q_proj, k_proj, v_proj, o_proj"
DENSE = "Qwen/Qwen3-4B or meta-llama/Llama-3.1-8B-Instruct"


def trainable_shape(config: TrainingConfig, location: str, revision: str | None = None) -> ModelShape:
    """The shape of the model, a folder or a hub id, that `config` is to train: what a plan and a preflight begin with.

    Raises:
        ProviderError: as `ModelShape.read` and `check_trainable`.
        ConfigurationError: as `check_packing` and `check_adapters`.
    """
    shape = ModelShape.read(location, revision)
    check_trainable(shape)
    check_packing(config, shape)
    check_adapters(config, shape)
    return shape


def check_trainable(shape: ModelShape) -> None:
    """Refuse a model for which a memory plan would be wrong, and an adapter would miss most of the weights.

    Raises:
        ProviderError: it is a mixture of experts, or its weights are quantised already; with the way out.
    """
    if shape.experts > 1:
        raise ProviderError(
            f"The model is a mixture of {shape.experts} experts (type {shape.model_type}), and mixtures of experts are "
            "not supported yet.",
            hint=f"Choose a dense model, which has none, such as {DENSE}.",
            code="mixture-of-experts",
            params={"experts": shape.experts, "type": shape.model_type, "dense": DENSE},
        )
    if shape.quantised_by is not None:
        raise ProviderError(
            f"The weights of the model are quantised already (by {shape.quantised_by}); what was lost in that cannot "
            "be trained or merged back.",
            hint="Name the repository that it was quantised from (its model card calls that base_model), and set "
            "quantization.bits: 4 to hold it in 4 bits.",
            code="quantised-already",
            params={"method": shape.quantised_by},
        )


def check_packing(config: TrainingConfig, shape: ModelShape) -> None:
    """Refuse to pack rows for a model in which they would not stay apart.

    Raises:
        ConfigurationError: the recipe packs, and some layers of the model carry a state from one row into the next.
    """
    if config.strategy.packing and shape.carries_state:
        raise ConfigurationError(
            f"Rows cannot be packed for this model (type {shape.model_type}): some of its layers carry a state from "
            "token to token, and so from each packed row into the next.",
            hint="Set strategy.packing: false.",
            code="packing-mixes-rows",
            params={"type": shape.model_type},
        )


def check_adapters(config: TrainingConfig, shape: ModelShape) -> None:
    """Refuse adapters beside layers of a Mamba model that PEFT does not adapt.

    Raises:
        ConfigurationError: the recipe names such layers, or all linear ones, of which they are some.
    """
    if config.finetuning_type != "lora" or shape.model_type not in OF_MAMBA:
        return
    targets = config.lora.target_modules
    if targets == "all-linear" or any(name.rpartition(".")[2] in NOT_ADAPTED for name in targets):
        raise ConfigurationError(
            f"A model of type {shape.model_type} has Mamba layers, whose out_proj and conv1d cannot have adapters, and "
            "lora.target_modules names these or all linear layers.",
            hint=f"Name the layers to adapt, such as lora.target_modules: [{OF_ATTENTION}], or choose a model without "
            f"Mamba layers, such as {DENSE}.",
            code="adapter-misses-states",
            params={"type": shape.model_type, "modules": OF_ATTENTION, "dense": DENSE},
        )
