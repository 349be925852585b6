"""The chat templates that TRL ships, on the tiny tokenizer, with the tokens that they write as special ones."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

SPECIAL = re.compile(r"<[|｜]?[A-Za-z_▁\d]+[|｜]?>|\[gMASK\]|<sop>")
"""What looks like a token; `<think>` and the tags around calls are text in these families."""
TEXT = re.compile(r"</?(think|tools?|tool_\w+|arg_\w+|function|parameter|parameters|IMPORTANT|name|args|example\w*)>")
END = {
    "cohere": "<|END_OF_TURN_TOKEN|>",
    "deepseek": "<｜end▁of▁sentence｜>",
    "gptoss": "<|return|>",
    "idefics3": "<end_of_utterance>",
    "smolvlm": "<end_of_utterance>",
}
"""Family → its EOS, where none of the well-known end-of-turn tokens ends its turns."""


def folder() -> Path:
    import trl

    return Path(trl.__file__).parent / "chat_templates"


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder().glob("*.jinja")))


def with_template(tokenizer: Any, name: str) -> Any:
    """The tokenizer with the template of this name and its special tokens."""
    tokenizer.chat_template = (folder() / f"{name}.jinja").read_text(encoding="utf-8")
    found = {mark for mark in SPECIAL.findall(tokenizer.chat_template) if not TEXT.fullmatch(mark)}
    eos = next((end for family, end in END.items() if name.startswith(family)), None)
    tokenizer.add_special_tokens({"additional_special_tokens": sorted(found), **({"eos_token": eos} if eos else {})})
    return tokenizer
