"""How llama.cpp splits text into words before it merges bytes into tokens.

llama.cpp reads no rule from the file: it has a list of named ones, and the file says a name. These are some of them,
as of llama.cpp's `src/llama-vocab.cpp`; the first rule that fits is applied after the other, as it does. A tokenizer
whose own rule is none of these gets the name under which the most texts have the same ids, and that is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CONTRACTIONS = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+"
    r"|[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True)
class PreTokenizer:
    """One of llama.cpp's rules."""

    name: str
    """`tokenizer.ggml.pre`."""
    patterns: tuple[str, ...]
    whole_words: bool = False
    """Whether a word that is in the vocabulary as it stands is one token, without any merges."""


PRE_TOKENIZERS = (
    PreTokenizer("qwen2", (rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}|{REST}",)),
    PreTokenizer("llama-bpe", (rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}|{REST}",), True),
    PreTokenizer("gpt-2", (GPT2,)),
    PreTokenizer("smollm", (r"\p{N}", GPT2)),
    PreTokenizer("tekken", (TEKKEN,), True),
)


@dataclass(frozen=True)
class Vocabulary:
    """What a GGUF file says of a tokenizer."""

    tokens: list[str]
    types: list[int]
    """`gguf.TokenType` of each token."""
    merges: list[str]
    """Pairs with a space between, the first merged first."""
    pre: str
    bos: int | None
    eos: int
    pad: int | None
    add_bos: bool
    """Whether text is begun with BOS; a chat template that writes it is met with care by those who read the file."""


def as_llama_cpp(vocabulary: Vocabulary) -> Tokenizer:
    """A tokenizer that does what llama.cpp does with this vocabulary: its own words, no normalisation."""
    from gguf import TokenType
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    rule = next(rule for rule in PRE_TOKENIZERS if rule.name == vocabulary.pre)
    merges: Any = [tuple(pair.split(" ")) for pair in vocabulary.merges]
    own = Tokenizer(
        models.BPE(
            vocab={token: index for index, token in enumerate(vocabulary.tokens)},
            merges=merges,
            ignore_merges=rule.whole_words,
        )
    )
    splits: list[Any] = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in rule.patterns]
    own.pre_tokenizer = pre_tokenizers.Sequence(
        [*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    own.decoder = decoders.ByteLevel()
    for kind, add in ((TokenType.CONTROL, own.add_special_tokens), (TokenType.USER_DEFINED, own.add_tokens)):
        chosen = [t for t, found in zip(vocabulary.tokens, vocabulary.types, strict=True) if found == kind]
        add([AddedToken(token, special=kind == TokenType.CONTROL, normalized=False) for token in chosen])
    return own


def same_ids(theirs: Tokenizer, ours: Any, texts: Sequence[str]) -> int:
    """How many texts have the same ids under llama.cpp's splits as under the model's own tokenizer."""
    return sum(
        theirs.encode(text, add_special_tokens=False).ids == ours(text, add_special_tokens=False)["input_ids"]
        for text in texts
    )
