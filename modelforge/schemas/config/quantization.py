"""How the frozen base model is held in memory."""

from __future__ import annotations

from typing import Literal

from modelforge.schemas.base import Schema


class QuantizationConfig(Schema):
    """How the frozen base model is held in memory while adapters are trained."""

    bits: Literal[4, 8] | None = None
    """4 or 8 quantises the frozen base with bitsandbytes; empty keeps it in the training precision."""
    quant_type: Literal["nf4", "fp4"] = "nf4"
    """The 4-bit number format. NF4 fits normally distributed weights best."""
    compute_dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """The type that 4-bit weights are computed in. `auto` follows the training precision."""
    double_quant: bool = True
    """Quantise the 4-bit scales as well: 0.4 bits per weight less."""
