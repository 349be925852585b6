"""What a plan takes a model to be made of is what transformers builds from the same `config.json`."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.exceptions import ProviderError
from modelforge.hardware.model_shape import FAMILIES, ModelShape
from tests.tasks.tiny_encoders import DEBERTA_V3

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
WITH_POOLER = {"bert", "roberta", "xlm-roberta", "camembert", "albert", "mpnet"}
FULL_HEADS = WITH_POOLER | {"electra", "deberta", "deberta-v2", "gpt_neox", "modernbert"}
FIRST_DEBERTA = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False}


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
        ("electra", {"embedding_size": 64}),
        ("albert", {"embedding_size": 64}),
        ("albert", {"embedding_size": 32, "num_hidden_layers": 4, "num_hidden_groups": 2, "inner_group_num": 2}),
        ("mpnet", {"relative_attention_num_buckets": 8}),
        ("deberta", FIRST_DEBERTA),
        ("deberta", {**FIRST_DEBERTA, "pos_att_type": "p2c", "max_relative_positions": 20}),
        ("deberta-v2", DEBERTA_V3),
        ("deberta-v2", {**DEBERTA_V3, "share_att_key": False, "type_vocab_size": 2, "embedding_size": 32}),
        ("deberta-v2", {"conv_kernel_size": 3, "conv_groups": 2}),
    ],
)
def test_what_a_config_changes_is_counted(kind: str, changed: dict[str, Any]) -> None:
    from peft import LoraConfig, get_peft_model

    config = built_config(kind, **changed)

    shape = ModelShape.from_config(config.to_dict())

    model = built(config, shape)
    assert shape.parameters == sum(parameter.numel() for parameter in model.parameters())
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear"))
    trained = sum(parameter.numel() for parameter in adapted.parameters() if parameter.requires_grad)
    assert shape.lora_parameters(4, "all-linear") == trained


@pytest.mark.parametrize(
    ("kind", "changed", "limit"),
    [
        ("bert", {}, 128),
        ("roberta", {"pad_token_id": 1}, 126),
        ("electra", {}, 128),
        ("albert", {}, 128),
        ("mpnet", {}, 126),
        ("deberta", {}, 128),
        ("deberta-v2", {}, 128),
        ("deberta", FIRST_DEBERTA, None),
        ("deberta-v2", DEBERTA_V3, None),
        ("modernbert", {}, None),
    ],
)
def test_encoders_with_learned_positions_have_a_limit(kind: str, changed: dict[str, Any], limit: int | None) -> None:
    import torch
    from transformers import AutoModel

    config = built_config(kind, **changed)
    shape = ModelShape.from_config(config.to_dict())

    assert (shape.layout, shape.position_limit) == ("encoder", limit)
    model, ids = AutoModel.from_config(config), torch.full((1, (limit or 128) + 1), 5)
    model(input_ids=ids[:, :-1])
    if limit is None:
        model(input_ids=ids)
    else:
        with pytest.raises((IndexError, RuntimeError)):
            model(input_ids=ids)


@pytest.mark.parametrize(
    "config",
    [
        {"architectures": ["ErnieForMaskedLM"], "type_vocab_size": 2},
        {"architectures": ["ErnieForSequenceClassification"], "type_vocab_size": 2},
        {"architectures": ["EuroBertForMaskedLM"]},
    ],
)
def test_a_type_that_is_not_known_and_continues_no_text_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ProviderError, match=rf"type 'new', saved as {config['architectures'][0]}\."):
        ModelShape.from_config({**SIZES, **config, "model_type": "new"})


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"architectures": None},
        {"architectures": ["Olmo2ForCausalLM"]},
        {"architectures": ["QWenLMHeadModel"]},
        {"architectures": ["Olmo2ForSequenceClassification"]},
        {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "text_config": {"model_type": "new"}},
    ],
)
def test_a_type_that_is_not_known_is_taken_for_a_llama_where_it_may_be_one(config: dict[str, Any]) -> None:
    shape = ModelShape.from_config({**SIZES, **config, "model_type": "new"})

    assert (shape.layout, shape.is_exact) == ("decoder", False)


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
    without_pooler = {"add_pooling_layer": False} if config.model_type in WITH_POOLER else {}
    with torch.device("meta"):
        return classes[shape.layout].from_config(config, **without_pooler)
