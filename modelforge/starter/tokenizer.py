"""The starters' own tokenizer: byte-level BPE, one token per digit, and a chat template that marks answers.

A space before a capital or a digit is a token of its own, so that names and numbers have the same tokens in a
sentence as behind a quotation mark in JSON, and copying them is copying tokens.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from modelforge.starter.lessons.lesson import ASSISTANT, BOS, EOS, PAD, SYSTEM, USER

VOCABULARY = 4096
MASK = "<|mask|>"
SPECIAL = (PAD, BOS, EOS, SYSTEM, USER, ASSISTANT, MASK)
WORDS = (
    r"'(?:s|t|re|ve|m|ll|d)| ?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{Lu}\p{Ll}*|[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?!\S)|\s+"
)
CHAT_TEMPLATE = """{{- bos_token -}}
{%- for message in messages -%}
{%- if message['role'] == 'assistant' -%}
{{- '<|assistant|>' -}}
{%- generation -%}{{- message['content'] + eos_token -}}{%- endgeneration -%}
{%- elif message['role'] in ('system', 'user') -%}
{{- '<|' + message['role'] + '|>' + message['content'] + eos_token -}}
{%- else -%}
{{- raise_exception('This model knows the roles system, user and assistant, not ' + message['role'] + '.') -}}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"""


def train(texts: Iterable[str], vocabulary: int = VOCABULARY) -> Tokenizer:
    """Learn the merges from `texts`; every byte has a token, so any text makes the round trip."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def for_chat(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """For a causal model: plain text begins with bos, conversations follow the chat template."""
    own = Tokenizer.from_str(tokenizer.to_str())
    own.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B", special_tokens=[(BOS, own.token_to_id(BOS))]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=own,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        model_max_length=1024,
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
    )
    wrapped.chat_template = CHAT_TEMPLATE
    return cast(PreTrainedTokenizerFast, wrapped)


def for_encoder(tokenizer: Tokenizer, max_length: int) -> PreTrainedTokenizerFast:
    """For a masked model: `bos question end context end`, with segment ids, as BERT has it."""
    own = Tokenizer.from_str(tokenizer.to_str())
    own.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A {EOS}",
        pair=f"{BOS} $A {EOS} $B:1 {EOS}:1",
        special_tokens=[(token, own.token_to_id(token)) for token in (BOS, EOS)],
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=own,
        cls_token=BOS,
        sep_token=EOS,
        pad_token=PAD,
        mask_token=MASK,
        model_max_length=max_length,
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    return cast(PreTrainedTokenizerFast, wrapped)


def for_seq2seq(tokenizer: Tokenizer, max_length: int) -> PreTrainedTokenizerFast:
    """For an encoder-decoder: every text ends with eos, as T5 has it."""
    own = Tokenizer.from_str(tokenizer.to_str())
    own.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", pair=f"$A {EOS} $B {EOS}", special_tokens=[(EOS, own.token_to_id(EOS))]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=own,
        eos_token=EOS,
        pad_token=PAD,
        model_max_length=max_length,
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
    )
    return cast(PreTrainedTokenizerFast, wrapped)


def save_tokenizer(wrapped: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write tokenizer.json, tokenizer_config.json and, where there is one, chat_template.jinja."""
    folder.mkdir(parents=True, exist_ok=True)
    wrapped.save_pretrained(folder)
