"""`QuantizationConfig` → what transformers needs to load a quantised base."""

from __future__ import annotations

import importlib.util
import logging
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.quantization import QuantizationConfig
from modelforge.schemas.config.support import OF_BITSANDBYTES

PACKAGE = "bitsandbytes"
INT8_PRODUCTS = "bitsandbytes.autograd._functions"
"""The logger that tells of every 8-bit product in bf16 that it is computed in float16: hundreds of lines a step."""


class QuantizationFactory:
    """Config → how the base is quantised."""

    @classmethod
    def check(cls, config: TrainingConfig) -> None:
        """Refuse, before anything is queued, what needs bitsandbytes where it is not installed.

        Raises:
            ConfigurationError: with the command that installs it.
        """
        needs_it = {
            f"quantization.bits: {config.quantization.bits}": config.quantization.bits is not None,
            f"optimization.optim: {config.optimization.optim}": config.optimization.optim in OF_BITSANDBYTES,
        }
        for written, needs in needs_it.items():
            if needs and importlib.util.find_spec(PACKAGE) is None:
                raise ConfigurationError(
                    f"`{written}` needs {PACKAGE}, which is not installed.",
                    hint='Install it with `pip install "modelforge[quantization]"`, or leave the key out.',
                    code="quantization-not-installed",
                    params={"written": written, "package": PACKAGE},
                )

    @classmethod
    def create_config(cls, config: QuantizationConfig, compute_dtype: Any) -> Any | None:
        """A `transformers.BitsAndBytesConfig`, or nothing when the base is not quantised.

        Args:
            config: the group `quantization` of a recipe.
            compute_dtype: the run's `torch.dtype`, in which 4-bit weights are computed unless the config names another.
        """
        if config.bits is None:
            return None
        import torch
        from transformers import BitsAndBytesConfig

        if config.bits == 8:
            logging.getLogger(INT8_PRODUCTS).setLevel(logging.ERROR)
            return BitsAndBytesConfig(load_in_8bit=True)
        named = compute_dtype if config.compute_dtype == "auto" else getattr(torch, config.compute_dtype)
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=config.quant_type,
            bnb_4bit_compute_dtype=named,
            bnb_4bit_use_double_quant=config.double_quant,
        )
