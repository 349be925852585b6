"""The anatomy of decoder-only models, by the keys of their `config.json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from modelforge.hardware.anatomy import Anatomy, Block, Linear, attention, mlp

Config = Mapping[str, Any]
QKVO = ("q_proj", "k_proj", "v_proj", "o_proj")
HIDDEN_NORMS = {"gemma2": 4, "gemma3_text": 4}
"""Norms over the hidden width in one layer, where there are not two."""
HEAD_NORMED = {"qwen3", "gemma3_text"}
"""Families that normalise each query and key head."""


def llama_like(config: Config) -> Anatomy:
    """Llama and what follows its layout: RMSNorm, gated MLP, rotary positions, grouped queries."""
    kind = str(config.get("model_type"))
    hidden, inner = int(config["hidden_size"]), int(config["intermediate_size"])
    heads = int(config["num_attention_heads"])
    kv_heads = int(config.get("num_key_value_heads") or heads)
    head_dim = int(config.get("head_dim") or hidden // heads)
    norms = HIDDEN_NORMS.get(kind, 2)
    block = Block(
        layers=int(config["num_hidden_layers"]),
        linears=_llama_linears(config, kind, heads * head_dim, kv_heads * head_dim),
        norm_parameters=norms * hidden + (2 * head_dim if kind in HEAD_NORMED else 0),
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        intermediate=inner,
        activation="gated",
        rms_norm=True,
        norms=norms,
        qk_norm=kind in HEAD_NORMED,
    )
    tied = bool(config.get("tie_word_embeddings", kind.startswith("gemma")))
    return Anatomy((block,), hidden, int(config["vocab_size"]), tied)


def _llama_linears(config: Config, kind: str, query: int, key: int) -> tuple[Linear, ...]:
    hidden, inner = int(config["hidden_size"]), int(config["intermediate_size"])
    bias = bool(config.get("attention_bias", False))
    if kind == "phi3":
        return (
            Linear("qkv_proj", hidden, query + 2 * key, False, "norm"),
            Linear("o_proj", query, hidden, False, "context"),
            Linear("gate_up_proj", hidden, 2 * inner, False, "mlp_norm"),
            Linear("down_proj", inner, hidden, False, "inner"),
        )
    projections = attention(
        QKVO, hidden, query, key, qkv_bias=bias or kind == "qwen2", out_bias=bias and kind != "qwen2"
    )
    feed_bias = bool(config.get("mlp_bias", False))
    return (*projections, *mlp(("gate_proj", "up_proj"), "down_proj", hidden, inner, bias=feed_bias))


def gpt2(config: Config) -> Anatomy:
    """GPT-2: learned positions, LayerNorm, fused query-key-value, biases everywhere."""
    hidden, heads = int(config["n_embd"]), int(config["n_head"])
    inner = int(config.get("n_inner") or 4 * hidden)
    linears = (
        Linear("attn.c_attn", hidden, 3 * hidden, True, "norm"),
        Linear("attn.c_proj", hidden, hidden, True, "context"),
        *mlp(("mlp.c_fc",), "mlp.c_proj", hidden, inner, bias=True),
    )
    written_out = config.get("activation_function", "gelu_new") == "gelu_new"
    block = _plain_block(int(config["n_layer"]), linears, 2, hidden, heads, heads, inner, is_python=written_out)
    outside = int(config.get("n_positions", 1024)) * hidden + 2 * hidden
    return Anatomy((block,), outside, int(config["vocab_size"]), tied=True)


def gpt_neox(config: Config) -> Anatomy:
    """GPT-NeoX and Pythia: rotary positions, parallel MLP, fused query-key-value, an output head of its own."""
    hidden, inner, heads = (int(config[key]) for key in ("hidden_size", "intermediate_size", "num_attention_heads"))
    linears = (
        Linear("query_key_value", hidden, 3 * hidden, True, "norm"),
        Linear("dense", hidden, hidden, True, "context"),
        *mlp(("dense_h_to_4h",), "dense_4h_to_h", hidden, inner, bias=True),
    )
    layers = int(config["num_hidden_layers"])
    block = _plain_block(layers, linears, 2, hidden, heads, heads, inner)
    tied = bool(config.get("tie_word_embeddings", False))
    return Anatomy((block,), 2 * hidden, int(config["vocab_size"]), tied)


def phi(config: Config) -> Anatomy:
    """Phi-1 and Phi-2: one LayerNorm a layer, partly rotary positions, biases everywhere."""
    hidden, inner, heads = (int(config[key]) for key in ("hidden_size", "intermediate_size", "num_attention_heads"))
    kv_heads = int(config.get("num_key_value_heads") or heads)
    key = kv_heads * (hidden // heads)
    names = ("q_proj", "k_proj", "v_proj", "dense")
    linears = (
        *attention(names, hidden, hidden, key, qkv_bias=True, out_bias=True),
        Linear("fc1", hidden, inner, True, "norm"),
        Linear("fc2", inner, hidden, True, "inner"),
    )
    layers = int(config["num_hidden_layers"])
    written_out = config.get("hidden_act", "gelu_new") == "gelu_new"
    block = _plain_block(layers, linears, 1, hidden, heads, kv_heads, inner, is_python=written_out)
    tied = bool(config.get("tie_word_embeddings", False))
    return Anatomy((block,), 2 * hidden, int(config["vocab_size"]), tied, head_bias=True)


def _plain_block(
    layers: int,
    linears: tuple[Linear, ...],
    norms: int,
    hidden: int,
    heads: int,
    kv_heads: int,
    inner: int,
    *,
    is_python: bool = False,
) -> Block:
    return Block(
        layers=layers,
        linears=linears,
        norm_parameters=2 * norms * hidden,
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=hidden // heads,
        intermediate=inner,
        activation="python" if is_python else "kernel",
        rms_norm=False,
        norms=norms,
    )


DECODERS: dict[str, Callable[[Config], Anatomy]] = {
    **dict.fromkeys(
        ("llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "phi3", "smollm3"), llama_like
    ),
    "gpt2": gpt2,
    "gpt_neox": gpt_neox,
    "phi": phi,
}
"""`model_type` of `config.json` → how its anatomy is read."""
