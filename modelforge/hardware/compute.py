"""On what, and in which numbers, a run computes on this machine: the `auto` of `ComputeConfig`, decided once."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any, Literal

from modelforge.exceptions import HardwareError
from modelforge.hardware.allocator import growing_segments, steady_allocator
from modelforge.hardware.detector import FAST_BF16_CAPABILITY, detect
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.support import why_not
from modelforge.schemas.hardware import Accelerator, Hardware

Kind = Literal["cpu", "cuda", "mps"]
Precision = Literal["fp32", "bf16", "fp16"]
Dtype = Literal["float32", "bfloat16", "float16"]
Attention = Literal["sdpa", "eager", "flash_attention_2"]
FinetuningType = Literal["lora", "full"]

DTYPES: dict[Precision, Dtype] = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


@dataclass(frozen=True)
class ResolvedCompute:
    """Every `auto` answered."""

    device: str
    """`cpu`, `cuda:0` or `mps`: what torch is told."""
    precision: Precision
    """What matrix products are computed in; `bf16` and `fp16` mean autocast."""
    attn_implementation: Attention | None
    """Empty leaves the choice to transformers: PyTorch's fused kernel, or the plain one for models that need it."""
    num_threads: int
    accelerator: Accelerator | None = None

    @property
    def dtype(self) -> Any:
        """The `torch.dtype` of `precision`."""
        return _torch_dtype(DTYPES[self.precision])

    def weights_dtype_name(self, finetuning_type: FinetuningType) -> Dtype:
        """What weights are loaded in. Weights that are trained stay float32, since bf16 swallows every update below
        1/256 of a weight; a base that stays frozen is held in the computing precision."""
        return DTYPES[self.precision] if finetuning_type == "lora" else "float32"

    def weights_dtype(self, finetuning_type: FinetuningType) -> Any:
        """`weights_dtype_name` as a `torch.dtype`."""
        return _torch_dtype(self.weights_dtype_name(finetuning_type))

    def apply(self) -> None:
        """Make this process compute so: threads bounded, freed memory given back. Called once, before weights load."""
        import torch

        torch.set_num_threads(self.num_threads)
        steady_allocator()
        if self.device.startswith("cuda"):
            growing_segments()


def resolve_compute(config: TrainingConfig, hardware: Hardware | None = None) -> ResolvedCompute:
    """Decide device, precision, attention kernel and threads for `config` on `hardware` (default: this machine).

    Raises:
        HardwareError: the config asks for a device or a number type that this machine has not got, or what `auto` finds
            does not go with the rest of it, by the table that refuses it where it is written.
    """
    hardware = hardware or detect()
    kind, accelerator = _device(config, hardware)
    precision = _precision(config, hardware, kind, accelerator)
    _refuse_found(config, kind, precision)
    return ResolvedCompute(
        device="cuda:0" if kind == "cuda" else kind,
        precision=precision,
        attn_implementation=_attention(config, kind, precision),
        num_threads=config.compute.num_threads or hardware.physical_cores or hardware.cores,
        accelerator=accelerator,
    )


def _refuse_found(config: TrainingConfig, device: Kind, precision: Precision) -> None:
    """Hold what was found against the table of what cannot be right together. Attention is found to fit the device."""
    found = config.compute.model_copy(update={"device": device, "precision": precision})
    if refusal := why_not(config.model_copy(update={"compute": found})):
        raise HardwareError(
            f"This run would compute on {device} in {precision}, which does not go with the recipe: {refusal.reason}.",
            hint="Change that in the recipe, or run it on a machine with another device.",
            code="device-against-recipe",
            params={"device": device, "precision": precision, "refusal": refusal.code},
        )


def _torch_dtype(name: Dtype) -> Any:
    import torch

    return getattr(torch, name)


def _device(config: TrainingConfig, hardware: Hardware) -> tuple[Kind, Accelerator | None]:
    wanted = config.compute.device
    if wanted == "cpu":
        return "cpu", None
    for accelerator in hardware.accelerators:
        if wanted in ("auto", accelerator.kind):
            return accelerator.kind, accelerator
    if wanted == "auto":
        return "cpu", None
    raise HardwareError(
        f"compute.device is {wanted}, but no such device was found on this machine.",
        hint="Set compute.device: auto, or run `modelforge doctor` to see what was found.",
        code="device-not-found",
        params={"device": wanted},
    )


def _precision(config: TrainingConfig, hardware: Hardware, device: Kind, accelerator: Accelerator | None) -> Precision:
    wanted = config.compute.precision
    if device == "cpu":
        return _cpu_precision(wanted, hardware)
    if device == "mps":
        return "fp32" if wanted == "auto" else wanted
    fast_bf16 = accelerator is not None and float(accelerator.compute_capability or 0) >= FAST_BF16_CAPABILITY
    if wanted == "auto":
        return "bf16" if fast_bf16 else "fp16"
    if wanted == "bf16" and not fast_bf16:
        raise HardwareError(
            "compute.precision is bf16, but this GPU computes bf16 only in emulation.",
            hint="Set compute.precision: auto, which takes fp16 here.",
            code="bf16-emulated",
        )
    return wanted


def _cpu_precision(wanted: Literal["auto", "fp32", "bf16", "fp16"], hardware: Hardware) -> Precision:
    has_fast_bf16 = hardware.fast_bf16 and not hardware.accelerators
    if wanted == "auto":
        return "bf16" if has_fast_bf16 else "fp32"
    if wanted == "fp16":
        raise HardwareError(
            "compute.precision is fp16, which a CPU cannot train in.",
            hint="Set compute.precision: auto.",
            code="fp16-on-cpu",
        )
    return wanted


def _attention(config: TrainingConfig, device: Kind, precision: Precision) -> Attention | None:
    wanted = config.compute.attn_implementation
    if wanted != "auto":
        return wanted
    if device == "cuda" and precision != "fp32" and importlib.util.find_spec("flash_attn") is not None:
        return "flash_attention_2"
    return None
