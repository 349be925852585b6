"""`QuantizationConfig` → what transformers needs to load a quantised base."""

from __future__ import annotations

import importlib.util
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config.quantization import QuantizationConfig


class QuantizationFactory:
    """Config → how the base is quantised."""

    @classmethod
    def create_config(cls, config: QuantizationConfig, compute_dtype: Any) -> Any | None:
        """A `transformers.BitsAndBytesConfig`, or nothing when the base is not quantised.

        Args:
            config: the group `quantization` of a recipe.
            compute_dtype: the run's `torch.dtype`, in which 4-bit weights are computed unless the config names another.

        Raises:
            ConfigurationError: bitsandbytes is not installed.
        """
        if config.bits is None:
            return None
        if importlib.util.find_spec("bitsandbytes") is None:
            raise ConfigurationError(
                f"quantization.bits is {config.bits}, but bitsandbytes is not installed.",
                hint='Install it with `pip install "modelforge[quantization]"`, or leave quantization.bits empty.',
            )
        import torch
        from transformers import BitsAndBytesConfig

        if config.bits == 8:
            return BitsAndBytesConfig(load_in_8bit=True)
        named = compute_dtype if config.compute_dtype == "auto" else getattr(torch, config.compute_dtype)
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=config.quant_type,
            bnb_4bit_compute_dtype=named,
            bnb_4bit_use_double_quant=config.double_quant,
        )
