"""What a plan takes a model to be made of is what transformers builds from the same `config.json`."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.hardware.model_shape import FAMILIES, ModelShape

SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "vocab_size": 320,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
}
GROUPED = {**SIZES, "num_key_value_heads": 2}
OWN: dict[str, dict[str, Any]] = {
    "gpt2": {"n_embd": 64, "n_layer": 3, "n_head": 4, "vocab_size": 320, "n_positions": 128},
    "distilbert": {"dim": 64, "hidden_dim": 96, "n_layers": 3, "n_heads": 4, "vocab_size": 320},
    "t5": {"d_model": 64, "d_ff": 96, "d_kv": 16, "num_layers": 3, "num_decoder_layers": 2, "num_heads": 4},
    "bart": {
        "d_model": 64,
        "encoder_ffn_dim": 96,
        "decoder_ffn_dim": 96,
        "encoder_layers": 3,
        "decoder_layers": 2,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
        "vocab_size": 320,
        "max_position_embeddings": 128,
    },
}
OWN["mt5"] = {**OWN["t5"], "feed_forward_proj": "gated-gelu"}
HEAD_DIMS = {"qwen3": {"head_dim": 16}, "gemma": {"head_dim": 32}, "gemma2": {"head_dim": 32}}
FULL_HEADS = {"bert", "roberta", "xlm-roberta", "camembert", "gpt_neox", "modernbert"}


@pytest.mark.parametrize("kind", sorted(FAMILIES))
def test_every_family_is_counted_as_transformers_builds_it(kind: str) -> None:
    config = built_config(kind)

    shape = ModelShape.from_config(config.to_dict())

    assert shape.is_exact
    assert shape.parameters == sum(parameter.numel() for parameter in built(config, shape).parameters())


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("llama", {"tie_word_embeddings": True}),
        ("llama", {"attention_bias": True, "mlp_bias": True}),
        ("qwen2", {"tie_word_embeddings": True}),
        ("t5", {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}),
    ],
)
def test_what_a_config_changes_is_counted(kind: str, changed: dict[str, Any]) -> None:
    config = built_config(kind, **changed)

    shape = ModelShape.from_config(config.to_dict())

    assert shape.parameters == sum(parameter.numel() for parameter in built(config, shape).parameters())


@pytest.mark.parametrize("kind", sorted(FAMILIES))
@pytest.mark.parametrize("targets", ["all-linear", "some"])
def test_adapters_are_counted_as_peft_builds_them(kind: str, targets: str) -> None:
    from peft import LoraConfig, get_peft_model

    config = built_config(kind)
    shape = ModelShape.from_config(config.to_dict())
    names: Any = targets
    if targets == "some":
        names = sorted({block.linears[0].name.rpartition(".")[2] for block in shape.anatomy.blocks})

    adapted = get_peft_model(built(config, shape), LoraConfig(r=4, target_modules=names))

    trained = sum(parameter.numel() for parameter in adapted.parameters() if parameter.requires_grad)
    assert shape.lora_parameters(4, names) == trained


def built_config(kind: str, **changed: Any) -> Any:
    from transformers import AutoConfig

    sizes = OWN.get(kind) or (SIZES if kind in FULL_HEADS else {**GROUPED, **HEAD_DIMS.get(kind, {})})
    return AutoConfig.for_model(kind, **{**sizes, **changed})


def built(config: Any, shape: ModelShape) -> Any:
    """The model without memory: on the device that keeps shapes alone."""
    import torch
    from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM

    classes = {"decoder": AutoModelForCausalLM, "encoder": AutoModel, "encoder-decoder": AutoModelForSeq2SeqLM}
    without_pooler = (
        {"add_pooling_layer": False} if config.model_type in FULL_HEADS - {"gpt_neox", "modernbert"} else {}
    )
    with torch.device("meta"):
        return classes[shape.layout].from_config(config, **without_pooler)
