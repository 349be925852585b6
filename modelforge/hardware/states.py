"""Bytes of all that outlives a step: weights, adapters, gradients and the optimizer's state."""

from __future__ import annotations

from dataclasses import dataclass

from modelforge.hardware.anatomy import Block
from modelforge.hardware.compute import DTYPES, ResolvedCompute
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig

WIDTH = {"float32": 4, "bfloat16": 2, "float16": 2}
FP32 = 4
OPTIMIZER_BYTES = {
    "adamw_torch": 8.0,
    "adamw_torch_fused": 8.0,
    "adamw_8bit": 2.03,
    "paged_adamw_8bit": 2.03,
    "paged_adamw_32bit": 8.0,
    "sgd": 0.0,
}
"""Per trained parameter: two fp32 moments; or two bytes and their scales, one fp32 in 256 (Dettmers et al. 2021,
https://arxiv.org/abs/2110.02861). Adafactor keeps a row and a column for each matrix instead (Shazeer & Stern 2018)."""
EIGHT_BIT = frozenset({"adamw_8bit", "paged_adamw_8bit"})
FOUR_BIT = 0.5 + 4 / 64
FOUR_BIT_DOUBLE = 0.5 + 1 / 64 + 4 / (64 * 256)
"""Bytes per weight: 4 bits and one fp32 scale in 64 weights; or that scale in 8 bits with one fp32 in 256 scales
(QLoRA, https://arxiv.org/abs/2305.14314, section 3)."""
STEP_COPIES = 3
"""Copies of the largest weight that an optimizer makes on its way to an update where it goes weight by weight."""
IN_PLACE = frozenset({"adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit"})
"""Optimizers whose kernel updates a weight without a copy."""


@dataclass(frozen=True)
class States:
    """Bytes, and the number of trained parameters."""

    weights: int
    adapters: int
    gradients: int
    optimizer: int
    step_workspace: int
    casts: int
    """Autocast's copies of trained weights, which live from the forward to the backward pass of their layer."""
    layer_casts: int
    """The same of one layer; of a quantised base its largest weight, turned back into numbers."""
    trainable: int


def states_of(config: TrainingConfig, shape: ModelShape, compute: ResolvedCompute) -> States:
    """What stays in memory over the whole of training. Trained parameters, their gradients and moments are fp32."""
    full = config.finetuning_type == "full"
    lora = config.lora
    adapters = 0 if full else shape.lora_parameters(lora.r, lora.target_modules, dora=lora.use_dora)
    trainable = shape.parameters if full else adapters
    return States(
        weights=weight_bytes(config, shape, compute),
        adapters=adapters * FP32,
        gradients=trainable * FP32,
        optimizer=_optimizer_bytes(config, shape, trainable),
        step_workspace=_step_workspace(config, shape, compute, trainable),
        casts=_casts(config, shape, compute),
        layer_casts=_layer_casts(config, shape, compute),
        trainable=trainable,
    )


def weight_bytes(config: TrainingConfig, shape: ModelShape, compute: ResolvedCompute) -> int:
    """The model's own weights. Of a quantised base, what is not quantised stays in the computing precision."""
    width = WIDTH[compute.weights_dtype_name(config.finetuning_type)]
    if config.quantization.bits:
        linear = shape.linear_weights
        return int(linear * _quantised_bytes(config)) + (shape.parameters - linear) * width
    return shape.parameters * width


def _casts(config: TrainingConfig, shape: ModelShape, compute: ResolvedCompute) -> int:
    """Bytes. A layer that is computed anew in the backward pass casts its weights anew as well."""
    if config.compute.gradient_checkpointing:
        return 0
    return sum(block.stored_layers * cast for block, cast in _cast_blocks(config, shape, compute))


def _layer_casts(config: TrainingConfig, shape: ModelShape, compute: ResolvedCompute) -> int:
    casts = max((cast for _, cast in _cast_blocks(config, shape, compute)), default=0)
    if not config.quantization.bits:
        return casts
    largest = max(linear.weights for _, linear in shape.anatomy.stored_linears)
    return casts + largest * WIDTH[DTYPES[compute.precision]]


def _cast_blocks(config: TrainingConfig, shape: ModelShape, compute: ResolvedCompute) -> list[tuple[Block, int]]:
    """Each block with the bytes of autocast's copies in one of its layers: of all weights, or of the adapters."""
    if compute.precision == "fp32":
        return []
    full, width = config.finetuning_type == "full", WIDTH[DTYPES[compute.precision]]
    found = []
    for block, adapted in shape.adapted(config.lora.target_modules):
        numbers = sum(
            one.weights if full else config.lora.r * (one.in_features + one.out_features)
            for one in (block.linears if full else adapted)
        )
        found.append((block, numbers * width))
    return found


def _step_workspace(config: TrainingConfig, shape: ModelShape, compute: ResolvedCompute, trainable: int) -> int:
    """Bytes that the optimizer needs beside its state. On a GPU torch's plain AdamW takes all weights at once."""
    optim = config.optimization.optim
    if optim in IN_PLACE:
        return 0
    if optim == "adamw_torch" and compute.device.startswith("cuda"):
        return trainable * FP32
    return STEP_COPIES * _largest_trained(config, shape) * FP32


def _quantised_bytes(config: TrainingConfig) -> float:
    if config.quantization.bits == 8:
        return 1.0
    return FOUR_BIT_DOUBLE if config.quantization.double_quant else FOUR_BIT


def _optimizer_bytes(config: TrainingConfig, shape: ModelShape, trainable: int) -> int:
    optim = config.optimization.optim
    if optim != "adafactor":
        # transformers has bitsandbytes keep the moments of token embeddings in fp32.
        whole = shape.anatomy.token_parameters if optim in EIGHT_BIT and config.finetuning_type == "full" else 0
        return int((trainable - whole) * OPTIMIZER_BYTES[optim] + whole * 2 * FP32)
    if config.finetuning_type == "lora":
        return sum(
            times * (linear.in_features + linear.out_features + 2 * config.lora.r) * FP32
            for times, linear in shape.adapters(config.lora.target_modules)
        )
    inside = sum(times * (linear.in_features + linear.out_features) for times, linear in shape.anatomy.stored_linears)
    return (inside + shape.vocab_size + shape.hidden_size) * FP32


def _largest_trained(config: TrainingConfig, shape: ModelShape) -> int:
    """Parameters of the largest weight that is trained."""
    if config.finetuning_type == "full":
        inside = max(linear.weights for _, linear in shape.anatomy.stored_linears)
        return max(shape.anatomy.token_parameters, inside)
    adapters = shape.adapters(config.lora.target_modules)
    return max((max(one.in_features, one.out_features) for _, one in adapters), default=0) * config.lora.r
