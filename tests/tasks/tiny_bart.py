"""A BART of one layer, made in code: no starter is one."""

from __future__ import annotations

from pathlib import Path

from modelforge.starter import starter_path

SIDE = {"layers": 1, "ffn_dim": 64, "attention_heads": 2}


def make_bart(folder: Path) -> Path:
    """Write a BART with lively weights: learned positions, a BOS of its own, and a decoder that starts with the end
    token. Its tokenizer is the starter's with BART's special tokens."""
    import torch
    from tokenizers import processors
    from transformers import AutoTokenizer, BartConfig, BartForConditionalGeneration

    tokenizer = AutoTokenizer.from_pretrained(starter_path("chat"))
    tokenizer.chat_template = None
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in ("<|bos|>", "<|end|>")}
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<|bos|> $A <|end|>", pair=None, special_tokens=list(ids.items())
    )
    torch.manual_seed(0)
    sizes = {f"{side}_{name}": value for side in ("encoder", "decoder") for name, value in SIDE.items()}
    model = BartForConditionalGeneration(
        BartConfig(
            vocab_size=4096,
            d_model=32,
            max_position_embeddings=320,
            init_std=0.3,
            dropout=0.0,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=2,
            forced_eos_token_id=None,
            **sizes,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
