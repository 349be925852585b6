"""Bytes of all that outlives a step: weights, adapters, gradients and the optimizer's state."""

from __future__ import annotations

from dataclasses import dataclass

from modelforge.hardware.compute import ResolvedCompute
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
FOUR_BIT = 0.5 + 4 / 64
FOUR_BIT_DOUBLE = 0.5 + 1 / 64 + 4 / (64 * 256)
"""Bytes per weight: 4 bits and one fp32 scale in 64 weights; or that scale in 8 bits with one fp32 in 256 scales
(QLoRA, https://arxiv.org/abs/2305.14314, section 3)."""
STEP_COPIES = 3
"""Copies of the largest weight that AdamW makes on its way to an update."""


@dataclass(frozen=True)
class States:
    """Bytes, and the number of trained parameters."""

    weights: int
    adapters: int
    gradients: int
    optimizer: int
    step_workspace: int
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
        step_workspace=STEP_COPIES * _largest_trained(config, shape) * FP32,
        trainable=trainable,
    )


def weight_bytes(config: TrainingConfig, shape: ModelShape, compute: ResolvedCompute) -> int:
    """The model's own weights. Beside a quantised base, PEFT holds all that is not quantised in fp32."""
    if config.quantization.bits:
        linear = shape.linear_weights
        return int(linear * _quantised_bytes(config)) + (shape.parameters - linear) * FP32
    width = WIDTH[compute.weights_dtype_name(config.finetuning_type)]
    if config.finetuning_type == "full" and compute.precision != "fp32":
        return shape.parameters * width + shape.linear_weights * 2  # autocast's copies live until the backward pass
    return shape.parameters * width


def _quantised_bytes(config: TrainingConfig) -> float:
    if config.quantization.bits == 8:
        return 1.0
    return FOUR_BIT_DOUBLE if config.quantization.double_quant else FOUR_BIT


def _optimizer_bytes(config: TrainingConfig, shape: ModelShape, trainable: int) -> int:
    if config.optimization.optim != "adafactor":
        return int(trainable * OPTIMIZER_BYTES[config.optimization.optim])
    if config.finetuning_type == "lora":
        return sum(
            block.layers * (linear.in_features + linear.out_features + 2 * config.lora.r) * FP32
            for block, linears in shape.adapted(config.lora.target_modules)
            for linear in linears
        )
    inside = sum(
        block.layers * (linear.in_features + linear.out_features)
        for block in shape.anatomy.blocks
        for linear in block.linears
    )
    return (inside + shape.vocab_size + shape.hidden_size) * FP32


def _largest_trained(config: TrainingConfig, shape: ModelShape) -> int:
    """Parameters of the largest weight that is trained."""
    if config.finetuning_type == "full":
        inside = max(linear.weights for block in shape.anatomy.blocks for linear in block.linears)
        return max(shape.vocab_size * shape.hidden_size, inside)
    widths = [
        max(linear.in_features, linear.out_features)
        for _, linears in shape.adapted(config.lora.target_modules)
        for linear in linears
    ]
    return max(widths, default=0) * config.lora.r
