"""A tokenizer → the files of a model folder, as any other reader takes them."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

from modelforge.tasks.chat_template import as_trained


def save_tokenizer(tokenizer: Any, folder: Path, *, enable_thinking: bool | None = None) -> None:
    """Write the tokenizer so that it reads texts whole, and its chat template as the model was trained on it.

    A fast tokenizer keeps the cutting and the padding of its last call, and `tokenizer.json` would hold them:
    `tokenizers.Tokenizer.from_file` and readers in other languages would then cut every text.

    Args:
        enable_thinking: whether answers began with reasoning in training; None: as the template says already.
    """
    if (backend := getattr(tokenizer, "backend_tokenizer", None)) is not None:
        backend.no_truncation()
        backend.no_padding()
    saved = copy(tokenizer)
    saved.chat_template = as_trained(tokenizer.chat_template, enable_thinking=enable_thinking)
    saved.save_pretrained(folder)
