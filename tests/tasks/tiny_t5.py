"""A T5 of one layer, made in code: the starter writes as it should, and takes four times as long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelforge.starter import starter_path


def make_t5(folder: Path, **other: Any) -> Path:
    """Write a T5 with lively weights, laid out as the starter is and with its tokenizer; `other` goes over that."""
    import torch
    from transformers import AutoTokenizer, T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    sizes = {"d_model": 32, "d_ff": 64, "d_kv": 16, "num_heads": 2, "num_layers": 1, "num_decoder_layers": 1}
    written = {"initializer_factor": 2.0, "dtype": "float32", **sizes, **other}
    config = T5Config.from_pretrained(starter_path("seq2seq"), **written)
    T5ForConditionalGeneration(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(starter_path("seq2seq")).save_pretrained(folder)
    return folder
