"""On what, and in which numbers, a run computes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modelforge.schemas.base import Schema


class ComputeConfig(Schema):
    """On what, and in which numbers, a run computes."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """`auto` takes a GPU where there is one."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """`auto` takes bf16 where the hardware computes it quickly, else fp16 on a GPU, else fp32."""
    gradient_checkpointing: bool = False
    """Recompute activations in the backward pass: much less memory for about a third more time."""
    attn_implementation: Literal["auto", "sdpa", "eager", "flash_attention_2"] = "auto"
    """The attention kernel. `auto` takes the fastest one installed that is exact for packed rows."""
    torch_compile: bool = False
    """Compile the model before training. Pays off in long runs on a GPU."""
    num_threads: int | None = Field(default=None, ge=1)
    """CPU threads for the run. Empty takes the physical cores that this process may use."""
    dataloader_num_workers: int = Field(default=0, ge=0, le=64)
    """Processes that prepare batches beside the training process."""
    full_determinism: bool = False
    """Choose only deterministic kernels, so that a resumed run on a GPU is equal to the bit. Slower."""
