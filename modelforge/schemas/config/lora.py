"""Low-rank adapters."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

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
    init_lora_weights: Literal["default", "gaussian", "pissa", "pissa_niter_16", "olora", "loftq"] = "default"
    """Where the adapters begin: at zero (`default`, `gaussian`), at the strongest directions of the weights (`pissa`,
    the quick `pissa_niter_16`, `olora`), or at what 4-bit quantisation lost (`loftq`)."""
    use_rslora: bool = False
    """Scale by `lora_alpha / √r`, which is steadier at high ranks (rsLoRA)."""
    use_dora: bool = False
    """Learn each weight's magnitude beside its direction (DoRA). Slower, often better at low ranks."""
    loraplus_lr_ratio: float | None = Field(default=None, ge=1)
    """How many times faster the second factor of each adapter learns (LoRA+, https://arxiv.org/abs/2402.12354; 16 in
    the paper). Empty: both at `learning_rate`."""

    @field_validator("init_lora_weights", mode="before")
    @classmethod
    def _true_is_the_default(cls, value: Any) -> Any:
        return "default" if value is True else value

    @property
    def moves_base(self) -> bool:
        """Whether a part of each weight moves into its adapter, so that the base is no longer what it was."""
        return self.init_lora_weights in ("pissa", "pissa_niter_16", "olora")

    @property
    def begins_at_zero(self) -> bool:
        """Whether the model with fresh adapters is the base, and the base is untouched."""
        return self.init_lora_weights in ("default", "gaussian")
