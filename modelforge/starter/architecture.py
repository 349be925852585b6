"""The three starter architectures, sized so that two CPU cores can fine-tune them in minutes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tokenizers import Tokenizer
from transformers import (
    BertConfig,
    BertForMaskedLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from modelforge.starter import tokenizer as tokenizers
from modelforge.starter.lessons.lesson import BOS, EOS, PAD

ArchitectureName = Literal["causal", "masked-lm", "seq2seq"]
CAUSAL_LENGTH = 1024
ENCODER_LENGTH = 384
SOURCE_LENGTH, TARGET_LENGTH = 256, 96


@dataclass(frozen=True, slots=True)
class Architecture:
    """How one starter is built, and the folder it is stored in."""

    folder: str
    build: Callable[[Tokenizer], PreTrainedModel]
    wrap: Callable[[Tokenizer], PreTrainedTokenizerFast]
    relative_updates: bool = False
    """Adafactor, whose updates are relative to the size of each matrix (T5 starts with embeddings of size 1): give it
    `--learning-rate 0.01`. AdamW at 3e-3 diverged after 800 steps."""


def _causal(tokenizer: Tokenizer) -> PreTrainedModel:
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=6,
        num_attention_heads=8,
        num_key_value_heads=8,
        max_position_embeddings=CAUSAL_LENGTH,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.token_to_id(PAD),
        bos_token_id=tokenizer.token_to_id(BOS),
        eos_token_id=tokenizer.token_to_id(EOS),
    )
    return LlamaForCausalLM(config)


def _encoder(tokenizer: Tokenizer) -> PreTrainedModel:
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=192,
        intermediate_size=768,
        num_hidden_layers=4,
        num_attention_heads=6,
        max_position_embeddings=ENCODER_LENGTH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=tokenizer.token_to_id(PAD),
    )
    return BertForMaskedLM(config)


def _seq2seq(tokenizer: Tokenizer) -> PreTrainedModel:
    config = T5Config(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=192,
        d_kv=32,
        d_ff=320,
        num_layers=3,
        num_decoder_layers=2,
        num_heads=6,
        feed_forward_proj="gated-gelu",
        dropout_rate=0.0,
        relative_attention_max_distance=128,
        pad_token_id=tokenizer.token_to_id(PAD),
        eos_token_id=tokenizer.token_to_id(EOS),
        decoder_start_token_id=tokenizer.token_to_id(PAD),
    )
    return T5ForConditionalGeneration(config)


ARCHITECTURES: dict[ArchitectureName, Architecture] = {
    "causal": Architecture("chat", _causal, tokenizers.for_chat),
    "masked-lm": Architecture("encoder", _encoder, lambda own: tokenizers.for_encoder(own, ENCODER_LENGTH)),
    "seq2seq": Architecture("seq2seq", _seq2seq, lambda own: tokenizers.for_seq2seq(own, SOURCE_LENGTH), True),
}
