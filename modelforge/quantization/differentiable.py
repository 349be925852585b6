"""A 4-bit base that adapters learn through, on any processor.

On a CPU with AVX512-BF16, bitsandbytes 0.50 lays 4-bit weights out anew when a layer is first used in eval mode, and
keeps them so. Its kernel for that layout has no backward pass: once the base model is measured, nothing that is trained
later gets a gradient through it, in silence. It also rounds the scales to bf16 and refuses widths that 32 does not
divide.
"""

from __future__ import annotations

from typing import Any


def keep_differentiable(model: Any) -> None:
    """Have the 4-bit layers of `model` keep the layout that gradients pass through."""
    from bitsandbytes.nn import Linear4bit

    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False
