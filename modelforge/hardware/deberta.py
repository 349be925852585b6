"""The anatomy of DeBERTa and of its versions 2 and 3: attention to relative positions beside that to the content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from modelforge.hardware.anatomy import Anatomy, Linear, RelativeAttention, attention, layer_norm_stack, mlp

Config = Mapping[str, Any]


def deberta(config: Config) -> Anatomy:
    """All versions, without a pooler and without a head over the vocabulary."""
    hidden, inner, heads = (int(config[key]) for key in ("hidden_size", "intermediate_size", "num_attention_heads"))
    width = int(config.get("embedding_size") or hidden)
    first = config.get("model_type") == "deberta"
    linears = (
        *(_first_attention(config, hidden) if first else _later_attention(config, hidden)),
        *mlp(("intermediate.dense",), "output.dense", hidden, inner, bias=True),
    )
    stack = layer_norm_stack(int(config["num_hidden_layers"]), linears, hidden, heads, inner, norms=2)
    beside = 2 * hidden if first else 0  # version 1 keeps the biases of query and value beside its one projection
    block = replace(stack, norm_parameters=stack.norm_parameters + beside, relative=_relative(config, by_length=first))
    return Anatomy(
        (block,),
        _rows(config) * width + (_distances(config) + 2 * _norms(config)) * hidden + _convolution(config, hidden),
        int(config["vocab_size"]),
        tied=True,
        has_head=False,
        embedding_width=width,
        outside_linears=(Linear("embed_proj", width, hidden, bias=False, source="norm"),) if width != hidden else (),
    )


def _first_attention(config: Config, hidden: int) -> Iterator[Linear]:
    """Version 1: one projection for query, key and value."""
    yield Linear("in_proj", hidden, 3 * hidden, bias=False, source="norm")
    yield Linear("attention.output.dense", hidden, hidden, bias=True, source="context")
    names = {"c2p": "pos_proj", "p2c": "pos_q_proj"}
    yield from (Linear(names[kind], hidden, hidden, kind == "p2c", "norm") for kind in _kinds(config))


def _later_attention(config: Config, hidden: int) -> Iterator[Linear]:
    """Versions 2 and 3, which may project positions by the layers that project the content."""
    names = ("query_proj", "key_proj", "value_proj", "attention.output.dense")
    yield from attention(names, hidden, hidden, hidden, qkv_bias=True, out_bias=True)
    if not config.get("share_att_key", False):
        own = {"c2p": "pos_key_proj", "p2c": "pos_query_proj"}
        yield from (Linear(own[kind], hidden, hidden, bias=True, source="norm") for kind in _kinds(config))


def _relative(config: Config, *, by_length: bool) -> RelativeAttention | None:
    kinds = len(_kinds(config))
    return RelativeAttention(kinds, _distances(config), by_length) if kinds else None


def _kinds(config: Config) -> tuple[str, ...]:
    """What attends to relative positions: content to position, position to content."""
    kinds = config.get("pos_att_type") or ()
    return tuple(kind for kind in ("c2p", "p2c") if kind in kinds and config.get("relative_attention", False))


def _distances(config: Config) -> int:
    """Distances in both directions that have an embedding, which all layers share."""
    if not config.get("relative_attention", False):
        return 0
    sizes = (int(config.get(key, -1)) for key in ("position_buckets", "max_relative_positions"))
    longest = int(config.get("max_position_embeddings", 512))
    return 2 * next((size for size in sizes if size > 0), longest)


def _rows(config: Config) -> int:
    """Learned positions, where there are any, and token types."""
    positions = int(config.get("max_position_embeddings", 512)) if config.get("position_biased_input", True) else 0
    return positions + int(config.get("type_vocab_size", 0))


def _norms(config: Config) -> int:
    """Norms outside the layers: behind the embeddings, and over those of the distances."""
    return 2 if "layer_norm" in str(config.get("norm_rel_ebd", "none")).lower() else 1


def _convolution(config: Config, hidden: int) -> int:
    """Parameters of the convolution beside the first layer and its norm, in large models of version 2."""
    kernel = int(config.get("conv_kernel_size", 0))
    return hidden * (hidden // int(config.get("conv_groups", 1)) * kernel + 3) if kernel > 0 else 0
