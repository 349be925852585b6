"""Which models a GGUF file can hold, and their hyperparameters under GGUF's keys.

Keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.export import Quantization

BLOCK = 32
"""Weights that share one scale in Q8_0 and Q4_0; they lie in one row."""
ROPE_TYPES = ("default", "llama3")


@dataclass(frozen=True)
class Architecture:
    """How llama.cpp knows a family of models."""

    name: str
    interleaved: bool = False
    """Whether llama.cpp rotates neighbouring pairs of a head's rows, where transformers rotates its two halves."""


ARCHITECTURES = {
    "llama": Architecture("llama", interleaved=True),
    "mistral": Architecture("llama", interleaved=True),
    "qwen2": Architecture("qwen2"),
    "qwen3": Architecture("qwen3"),
}
"""transformers' `model_type` → llama.cpp's architecture."""


def architecture_of(config: Any, quantization: Quantization) -> Architecture:
    """The architecture of a transformers config.

    Raises:
        ConfigurationError: GGUF files of this model cannot be written, or not in this quantization.
    """
    found = ARCHITECTURES.get(config.model_type)
    if found is None:
        raise ConfigurationError(
            f"Models of type {config.model_type} cannot be written as GGUF.",
            hint=f"Supported: {', '.join(ARCHITECTURES)}. Every model that writes text can be "
            "exported with --format safetensors.",
            code="gguf-type-unknown",
            params={"type": config.model_type, "known": ", ".join(ARCHITECTURES)},
        )
    if what := _unusual(config):
        raise ConfigurationError(
            f"This {config.model_type} model cannot be written as GGUF: {what}.",
            hint="Export it with --format safetensors.",
            code="gguf-model-unusual",
            params={"type": config.model_type},
        )
    widths = {config.hidden_size, config.intermediate_size, config.num_attention_heads * head_width(config)}
    if quantization != "f16" and (odd := sorted(width for width in widths if width % BLOCK)):
        raise ConfigurationError(
            f"Rows of {odd[0]} weights do not divide into the blocks of {BLOCK} that {quantization} has.",
            hint="Export it with --quantization f16.",
            code="gguf-blocks-uneven",
            params={"width": odd[0], "block": BLOCK, "quantization": quantization},
        )
    return found


def head_width(config: Any) -> int:
    """Numbers in one head's query."""
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def add_hyperparameters(writer: Any, config: Any) -> None:
    """Write the shape of the model into a `GGUFWriter`."""
    width = head_width(config)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_vocab_size(config.vocab_size)


def _unusual(config: Any) -> str | None:
    """What this model has that llama.cpp has no place for in these families; nothing where there is none."""
    rope = config.rope_parameters.get("rope_type", "default")
    slides = getattr(config, "sliding_window", None) if getattr(config, "use_sliding_window", True) else None
    found = [
        (rope not in ROPE_TYPES, f"its positions are scaled by {rope!r}"),
        (config.hidden_act != "silu", f"its activation is {config.hidden_act}"),
        (slides is not None, "its attention slides over a window"),
        (getattr(config, "attention_bias", False) or getattr(config, "mlp_bias", False), "it has biases"),
    ]
    return next((what for wrong, what in found if wrong), None)
