"""Models whose layout is known, and that still cannot be trained here: mixtures of experts, and quantised weights."""

from __future__ import annotations

from modelforge.exceptions import ProviderError
from modelforge.hardware.model_shape import ModelShape

DENSE = "Qwen/Qwen3-4B or meta-llama/Llama-3.1-8B-Instruct"


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
