"""A small model of each kind, with the tokenizer of the tiny model of `tests/conftest.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_model(kind: str, tiny_model: Path, folder: Path) -> Path:
    """Write a model of `kind`, seeded, and its tokenizer into `folder`; the tiny model itself is the decoder."""
    if kind == "decoder":
        return tiny_model
    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    if kind == "encoder":
        tokenizer.cls_token, tokenizer.sep_token = tokenizer.bos_token, tokenizer.eos_token
    torch.manual_seed(0)
    {"encoder": _encoder, "encoder-decoder": _encoder_decoder}[kind](len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _encoder(vocabulary: int) -> Any:
    from transformers import BertConfig, BertForMaskedLM

    return BertForMaskedLM(
        BertConfig(
            vocab_size=vocabulary,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=512,
            pad_token_id=0,
        )
    )


def _encoder_decoder(vocabulary: int) -> Any:
    from transformers import T5Config, T5ForConditionalGeneration

    return T5ForConditionalGeneration(
        T5Config(
            vocab_size=vocabulary,
            d_model=32,
            d_ff=64,
            d_kv=8,
            num_layers=2,
            num_heads=4,
            pad_token_id=0,
            eos_token_id=2,
            decoder_start_token_id=0,
        )
    )
