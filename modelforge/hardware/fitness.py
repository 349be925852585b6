"""Models whose layout is known, and that still cannot be trained here, or not by this recipe."""

from __future__ import annotations

from modelforge.exceptions import ConfigurationError, ProviderError
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig

DENSE = "Qwen/Qwen3-4B or meta-llama/Llama-3.1-8B-Instruct"


def trainable_shape(config: TrainingConfig, location: str, revision: str | None = None) -> ModelShape:
    """The shape of the model, a folder or a hub id, that `config` is to train: what a plan and a preflight begin with.

    Raises:
        ProviderError: as `ModelShape.read` and `check_trainable`.
        ConfigurationError: as `check_packing`.
    """
    shape = ModelShape.read(location, revision)
    check_trainable(shape)
    check_packing(config, shape)
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
