"""A Hugging Face tokenizer → what a GGUF file says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.exporting.pretokenizers import PRE_TOKENIZERS, Vocabulary, as_llama_cpp, same_ids
from modelforge.tasks.chat_rendering import render_prompt
from modelforge.tasks.chat_template import told_for_good

TRAINING_MARKS = re.compile(r"\{%(-?)\s*(?:generation|endgeneration)\s*(-?)%\}")
"""`{% generation %}` says which part of a conversation is trained; it writes nothing, and few readers know it."""


def check_tokenizer(tokenizer: Any) -> None:
    """Raise ConfigurationError unless it is a byte-level BPE, the kind that is written here."""
    described = json.loads(tokenizer.backend_tokenizer.to_str()) if tokenizer.is_fast else {"model": {}}
    model = described["model"]
    byte_level = "ByteLevel" in json.dumps([described.get("pre_tokenizer"), described.get("decoder")])
    plain = not any(model.get(key) for key in ("byte_fallback", "end_of_word_suffix", "continuing_subword_prefix"))
    if model.get("type") != "BPE" or not byte_level or not plain:
        raise ConfigurationError(
            "The model's tokenizer cannot be written as GGUF here: it is not a byte-level BPE.",
            hint="Those of Llama 3, Qwen and the starters are. Export with --format safetensors.",
            code="gguf-tokenizer-unknown",
        )


def read_vocabulary(tokenizer: Any, size: int, texts: Sequence[str], *, plain_prompts: bool = False) -> Vocabulary:
    """The vocabulary of a byte-level BPE.

    Args:
        size: rows of the model's embedding; ids that the tokenizer does not use become unused tokens.
        texts: the pre-tokenizer is the one of llama.cpp under which the most of them have the same ids as here.
        plain_prompts: the model was trained on bare text, without its chat template.
    """
    from gguf import TokenType

    described = json.loads(tokenizer.backend_tokenizer.to_str())
    tokens = [f"[UNUSED{index}]" for index in range(size)]
    types = [int(TokenType.UNUSED)] * size
    for token, index in described["model"]["vocab"].items():
        tokens[index], types[index] = token, int(TokenType.NORMAL)
    for added in described["added_tokens"]:
        tokens[added["id"]] = added["content"]
        types[added["id"]] = int(TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED)
    bare = Vocabulary(
        tokens=tokens,
        types=types,
        merges=[pair if isinstance(pair, str) else " ".join(pair) for pair in described["model"]["merges"]],
        pre=PRE_TOKENIZERS[0].name,
        bos=tokenizer.bos_token_id,
        eos=tokenizer.eos_token_id,
        pad=tokenizer.pad_token_id,
        add_bos=_begins_with_bos(tokenizer, plain_prompts),
    )
    choices = [replace(bare, pre=rule.name) for rule in PRE_TOKENIZERS]
    return max(choices, key=lambda choice: same_ids(as_llama_cpp(choice), tokenizer, texts))


def exported_template(tokenizer: Any) -> str | None:
    """The chat template as other programs read it: it writes what the model was trained on, whatever they say of the
    day and of reasoning, without the marks that training needs."""
    if tokenizer.chat_template is None:
        return None
    return TRAINING_MARKS.sub(r"{#\1 \2#}", told_for_good(tokenizer.get_chat_template()))


def add_vocabulary(writer: Any, vocabulary: Vocabulary, template: str | None) -> None:
    """Write it into a `GGUFWriter`."""
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    writer.add_eos_token_id(vocabulary.eos)
    if vocabulary.bos is not None:
        writer.add_bos_token_id(vocabulary.bos)
    if vocabulary.pad is not None:
        writer.add_pad_token_id(vocabulary.pad)
    writer.add_add_bos_token(vocabulary.add_bos)
    if template is not None:
        writer.add_chat_template(template)


def _begins_with_bos(tokenizer: Any, plain_prompts: bool) -> bool:
    """Whether the reader is to begin a prompt with BOS: as training did, be it by the tokenizer or the template."""
    if tokenizer.bos_token is None:
        return False
    if tokenizer.chat_template is None or plain_prompts:
        return bool(tokenizer("a")["input_ids"][0] == tokenizer.bos_token_id)
    return render_prompt(tokenizer, [{"role": "user", "content": "a"}]).startswith(tokenizer.bos_token)
