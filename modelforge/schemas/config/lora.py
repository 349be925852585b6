"""Low-rank adapters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modelforge.schemas.base import Schema


class LoraConfig(Schema):
    """Low-rank adapters (Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

    r: int = Field(default=16, ge=1, le=1024)
    """The rank: how many dimensions each adapted layer may change in."""
    lora_alpha: int = Field(default=32, ge=1)
    """The adapter is scaled by `lora_alpha / r`, or by `lora_alpha / √r` with rsLoRA."""
    lora_dropout: float = Field(default=0.0, ge=0, lt=1)
    """The share of adapter inputs dropped in training."""
    target_modules: Literal["all-linear"] | list[str] = "all-linear"
    """The layers that get an adapter: all linear layers, or names such as `[q_proj, v_proj]`."""
    use_rslora: bool = False
    """Scale by `lora_alpha / √r`, which is steadier at high ranks (rsLoRA)."""
    use_dora: bool = False
    """Learn each weight's magnitude beside its direction (DoRA). Slower, often better at low ranks."""
