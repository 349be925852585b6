"""Checkpoints of small models without the head that a task needs, one per architecture, made in code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelforge.starter import starter_path

SIZES = {
    "vocab_size": 4096,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 320,
    "initializer_range": 0.2,
}
WIDE = {**SIZES, "hidden_size": 32, "intermediate_size": 64}
DEBERTA_V3: dict[str, Any] = {
    "relative_attention": True,
    "position_buckets": 16,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
    "pos_att_type": ["p2c", "c2p"],
    "position_biased_input": False,
}
SEGMENTED = {"albert", "bert", "electra"}
"""Those that tell two texts apart by token types."""


def _bert() -> Any:
    from transformers import BertConfig, BertForMaskedLM

    return BertForMaskedLM(BertConfig(**WIDE, hidden_dropout_prob=0, attention_probs_dropout_prob=0, pad_token_id=0))


def _roberta() -> Any:
    from transformers import RobertaConfig, RobertaForMaskedLM

    return RobertaForMaskedLM(RobertaConfig(**WIDE, pad_token_id=0, type_vocab_size=1))


def _distilbert() -> Any:
    from transformers import DistilBertConfig, DistilBertForMaskedLM

    sizes = {"vocab_size": 4096, "n_layers": 2, "n_heads": 2, "max_position_embeddings": 320, "initializer_range": 0.2}
    return DistilBertForMaskedLM(DistilBertConfig(**sizes, dim=32, hidden_dim=64, pad_token_id=0))


def _modernbert() -> Any:
    from transformers import ModernBertConfig, ModernBertForMaskedLM

    return ModernBertForMaskedLM(ModernBertConfig(**WIDE, pad_token_id=0, cls_token_id=1, sep_token_id=2))


def _electra() -> Any:
    from transformers import ElectraConfig, ElectraForMaskedLM

    return ElectraForMaskedLM(ElectraConfig(**WIDE, embedding_size=16, pad_token_id=0))


def _albert() -> Any:
    from transformers import AlbertConfig, AlbertForMaskedLM

    return AlbertForMaskedLM(AlbertConfig(**WIDE, embedding_size=16, inner_group_num=2, pad_token_id=0))


def _mpnet() -> Any:
    from transformers import MPNetConfig, MPNetForMaskedLM

    return MPNetForMaskedLM(MPNetConfig(**WIDE))


def _deberta() -> Any:
    from transformers import DebertaConfig, DebertaForMaskedLM

    return DebertaForMaskedLM(DebertaConfig(**WIDE, relative_attention=True, pos_att_type=["c2p", "p2c"]))


def _deberta_v2() -> Any:
    """As version 3 is: without learned positions."""
    from transformers import DebertaV2Config, DebertaV2ForMaskedLM

    return DebertaV2ForMaskedLM(DebertaV2Config(**WIDE, **DEBERTA_V3))


def _llama() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(LlamaConfig(**WIDE, num_key_value_heads=2, pad_token_id=None))


def _qwen() -> Any:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    return Qwen2ForCausalLM(Qwen2Config(**WIDE, num_key_value_heads=2))


ENCODERS: dict[str, Callable[[], Any]] = {
    "bert": _bert,
    "roberta": _roberta,
    "distilbert": _distilbert,
    "modernbert": _modernbert,
    "electra": _electra,
    "albert": _albert,
    "mpnet": _mpnet,
    "deberta": _deberta,
    "deberta-v2": _deberta_v2,
}
DECODERS: dict[str, Callable[[], Any]] = {"llama": _llama, "qwen2": _qwen}


def make_tiny(name: str, folder: Path) -> Path:
    """Write the model, seeded, with the tokenizer of the starters; those without segments get one that makes none."""
    import torch
    from transformers import AutoTokenizer

    torch.manual_seed(0)
    (ENCODERS | DECODERS)[name]().save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(starter_path("encoder" if name in ENCODERS else "chat"))
    if name not in SEGMENTED:
        tokenizer.model_input_names = ["input_ids", "attention_mask"]
    tokenizer.save_pretrained(folder)
    return folder


def make_always(folder: Path, answer: str, labels: tuple[str, ...], name: str = "bert", **config: Any) -> Path:
    """Write a classifier that was trained on `labels`, in this order, and says `answer` of every text."""
    import torch
    from transformers import AutoModelForSequenceClassification

    make_tiny(name, folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, id2label=dict(enumerate(labels)), **config)
    head = [layer for layer in model.modules() if getattr(layer, "out_features", None) == len(labels)][-1]
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.tensor([9.0 if label == answer else 0.0 for label in labels]))
    model.save_pretrained(folder)
    return folder
