"""The anatomy of encoders and of encoder-decoders, by the keys of their `config.json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from modelforge.hardware.anatomy import Anatomy, Block, Linear, attention, cross_attention, layer_norm_stack, mlp
from modelforge.hardware.deberta import deberta

Config = Mapping[str, Any]


def bert(config: Config) -> Anatomy:
    """BERT and RoBERTa, without a pooler and without a head over the vocabulary."""
    return _embedded(config, _bert_block(config, ("query", "key", "value", "attention.output.dense")))


def electra(config: Config) -> Anatomy:
    """ELECTRA: BERT, whose embeddings are narrower where they are widened by a layer of their own."""
    plain, width = bert(config), int(config.get("embedding_size", 128))
    return plain if width == plain.hidden else _embedded(config, plain.blocks[0], width, "embeddings_project")


def albert(config: Config) -> Anatomy:
    """ALBERT: the layers of a group share their weights, and embeddings are always widened."""
    names, inner_layers = ("query", "key", "value", "attention.dense"), int(config.get("inner_group_num", 1))
    plain = _bert_block(config, names, inward="ffn", outward="ffn_output")
    block = replace(
        plain,
        layers=plain.layers * inner_layers,
        weight_sets=int(config.get("num_hidden_groups", 1)) * inner_layers,
        activation="python" if config.get("hidden_act", "gelu_new") == "gelu_new" else "kernel",
    )
    return _embedded(config, block, int(config.get("embedding_size", 128)), "embedding_hidden_mapping_in")


def mpnet(config: Config) -> Anatomy:
    """MPNet: BERT without token types, with one relative bias for all layers beside its learned positions."""
    plain = _embedded({**config, "type_vocab_size": 0}, _bert_block(config, ("attn.q", "attn.k", "attn.v", "attn.o")))
    buckets = int(config.get("relative_attention_num_buckets", 32)) * plain.blocks[0].heads
    return replace(plain, outside_parameters=plain.outside_parameters + buckets)


def distilbert(config: Config) -> Anatomy:
    """DistilBERT: BERT without token types."""
    hidden, inner, heads = int(config["dim"]), int(config["hidden_dim"]), int(config["n_heads"])
    linears = (
        *attention(("q_lin", "k_lin", "v_lin", "out_lin"), hidden, hidden, hidden, qkv_bias=True, out_bias=True),
        *mlp(("ffn.lin1",), "ffn.lin2", hidden, inner, bias=True),
    )
    block = layer_norm_stack(int(config["n_layers"]), linears, hidden, heads, inner, norms=2)
    rows = int(config.get("max_position_embeddings", 512))
    return Anatomy((block,), (rows + 2) * hidden, int(config["vocab_size"]), tied=True, has_head=False)


def modernbert(config: Config) -> Anatomy:
    """ModernBERT: rotary positions, one projection for query, key and value, a gated MLP, LayerNorms without bias."""
    hidden, inner, heads = (int(config[key]) for key in ("hidden_size", "intermediate_size", "num_attention_heads"))
    linears = (
        Linear("attn.Wqkv", hidden, 3 * hidden, bias=False, source="norm"),
        Linear("attn.Wo", hidden, hidden, bias=False, source="context"),
        Linear("mlp.Wi", hidden, 2 * inner, bias=False, source="mlp_norm"),
        Linear("mlp.Wo", inner, hidden, bias=False, source="inner"),
    )
    stack = layer_norm_stack(int(config["num_hidden_layers"]), linears, hidden, heads, inner, norms=2)
    block = replace(stack, norm_parameters=2 * hidden)
    # Outside are a norm after the embeddings and one at the end; the first layer lacks the one before its attention.
    return Anatomy((block,), hidden, int(config["vocab_size"]), tied=True, has_head=False)


def t5(config: Config) -> Anatomy:
    """T5, mT5 and Flan-T5: relative positions, RMSNorm, no biases."""
    hidden, inner, heads = int(config["d_model"]), int(config["d_ff"]), int(config["num_heads"])
    head_dim = int(config.get("d_kv", hidden // heads))
    width = heads * head_dim
    gated = str(config.get("feed_forward_proj", "relu")).startswith("gated")
    names = ("wi_0", "wi_1") if gated else ("wi",)
    own = attention(("q", "k", "v", "o"), hidden, width, width, qkv_bias=False, out_bias=False)
    cross = cross_attention(("q", "k", "v", "o"), hidden, width, bias=False)
    feed = mlp(names, "wo", hidden, inner, bias=False)
    layers = int(config["num_layers"])

    def stack(depth: int, linears: tuple[Linear, ...], *, is_decoder: bool) -> Block:
        return Block(
            layers=depth,
            linears=linears,
            norm_parameters=(3 if is_decoder else 2) * hidden,
            hidden=hidden,
            heads=heads,
            kv_heads=heads,
            head_dim=head_dim,
            intermediate=inner,
            activation="gated" if gated else "kernel",
            rms_norm=True,
            norms=3 if is_decoder else 2,
            causal=is_decoder,
            is_cross=is_decoder,
        )

    encoder = stack(layers, (*own, *feed), is_decoder=False)
    decoder = stack(int(config.get("num_decoder_layers") or layers), (*own, *cross, *feed), is_decoder=True)
    buckets = 2 * heads * int(config.get("relative_attention_num_buckets", 32))
    tied = bool(config.get("tie_word_embeddings", True))
    return Anatomy((encoder, decoder), 2 * hidden + buckets, int(config["vocab_size"]), tied)


def bart(config: Config) -> Anatomy:
    """BART: learned positions, LayerNorm, biases everywhere."""
    hidden = int(config["d_model"])
    own = attention(("q_proj", "k_proj", "v_proj", "out_proj"), hidden, hidden, hidden, qkv_bias=True, out_bias=True)
    cross = cross_attention(("q_proj", "k_proj", "v_proj", "out_proj"), hidden, hidden, bias=True)

    def stack(side: str, norms: int, extra: tuple[Linear, ...] = ()) -> Block:
        inner = int(config[f"{side}_ffn_dim"])
        linears = (*own, *extra, *mlp(("fc1",), "fc2", hidden, inner, bias=True))
        heads = int(config[f"{side}_attention_heads"])
        return layer_norm_stack(
            int(config[f"{side}_layers"]), linears, hidden, heads, inner, norms=norms, is_decoder=side == "decoder"
        )

    blocks = (stack("encoder", 2), stack("decoder", 3, cross))
    positions = 2 * (int(config.get("max_position_embeddings", 1024)) + 2) * hidden
    return Anatomy(blocks, positions + 4 * hidden, int(config["vocab_size"]), tied=True)


def _bert_block(
    config: Config,
    names: tuple[str, str, str, str],
    inward: str = "intermediate.dense",
    outward: str = "output.dense",
) -> Block:
    """BERT's layers, by the family's names."""
    hidden, inner, heads = (int(config[key]) for key in ("hidden_size", "intermediate_size", "num_attention_heads"))
    linears = (
        *attention(names, hidden, hidden, hidden, qkv_bias=True, out_bias=True),
        *mlp((inward,), outward, hidden, inner, bias=True),
    )
    return layer_norm_stack(int(config["num_hidden_layers"]), linears, hidden, heads, inner, norms=2)


def _embedded(config: Config, block: Block, width: int | None = None, widening: str = "") -> Anatomy:
    """BERT's embeddings under a stack: tokens, positions, token types and a norm.

    Args:
        width: of the embeddings, where a layer called `widening` makes them as wide as the stack.
    """
    rows = int(config.get("max_position_embeddings", 512)) + int(config.get("type_vocab_size", 2))
    return Anatomy(
        (block,),
        (rows + 2) * (width or block.hidden),
        int(config["vocab_size"]),
        tied=True,
        has_head=False,
        embedding_width=width,
        outside_linears=(Linear(widening, width, block.hidden, bias=True, source="norm"),) if width else (),
    )


ENCODERS: dict[str, Callable[[Config], Anatomy]] = {
    "bert": bert,
    "roberta": bert,
    "xlm-roberta": bert,
    "camembert": bert,
    "electra": electra,
    "albert": albert,
    "mpnet": mpnet,
    "deberta": deberta,
    "deberta-v2": deberta,
    "modernbert": modernbert,
    "distilbert": distilbert,
    "t5": t5,
    "mt5": t5,
    "bart": bart,
}
"""`model_type` of `config.json` → how its anatomy is read."""
