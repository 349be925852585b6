"""How the weights move: steps, batches, learning rate, optimizer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modelforge.schemas.base import Schema


class OptimizationConfig(Schema):
    """How the weights move: steps, batches, learning rate, optimizer."""

    learning_rate: float = Field(default=2e-4, ge=0, le=1)
    """The highest learning rate. For large models 2e-4 suits LoRA and 2e-5 full fine-tuning; small models learn with
    more, up to 20 times as much with LoRA and 50 times with all weights."""
    num_train_epochs: float = Field(default=3.0, gt=0)
    """How often every row is seen. `max_steps` overrides it."""
    max_steps: int | None = Field(default=None, ge=1)
    """Stop after this many optimizer steps, whatever the epochs say."""
    per_device_train_batch_size: int = Field(default=4, ge=1)
    """Rows in one forward and backward pass on one device."""
    gradient_accumulation_steps: int = Field(default=4, ge=1)
    """Passes gathered into one optimizer step: a larger batch at the same memory."""
    lr_scheduler_type: Literal["linear", "cosine", "constant", "constant_with_warmup", "polynomial", "inverse_sqrt"] = (
        "cosine"
    )
    """How the learning rate changes over the run."""
    warmup_steps: float = Field(default=0.03, ge=0)
    """Steps over which the learning rate rises from 0; below 1 it is a share of all steps, rounded down."""
    optim: Literal[
        "adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit", "adafactor", "sgd"
    ] = "adamw_torch"
    """The optimizer. The 8-bit and the paged ones need bitsandbytes; paged ones move their state to main memory when
    the GPU's is full. Left out, it is `paged_adamw_8bit` with `strategy: qlora`, except on a Mac."""
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    """How strongly weights are pulled to zero."""
    adam_beta1: float = Field(default=0.9, ge=0, lt=1)
    """Adam's memory of the gradient."""
    adam_beta2: float = Field(default=0.999, ge=0, lt=1)
    """Adam's memory of the squared gradient."""
    adam_epsilon: float = Field(default=1e-8, gt=0)
    """Keeps Adam's division finite."""
    max_grad_norm: float = Field(default=1.0, ge=0)
    """Gradients longer than this are scaled down to it. 0 turns clipping off."""
    label_smoothing_factor: float = Field(default=0.0, ge=0, lt=1)
    """The share of the target spread over all tokens."""
