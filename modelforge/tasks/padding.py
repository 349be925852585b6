"""The id that fills up the shorter rows of a batch."""

from __future__ import annotations

from typing import Any

from modelforge.exceptions import ConfigurationError


def pad_token_id(tokenizer: Any) -> int:
    """The tokenizer's pad token, which its end token is where it names none.

    No other id will do: a decoder that classifies looks for the last token that is not padding, and a text may end with
    any token of the vocabulary.

    Raises:
        ConfigurationError: the tokenizer has neither.
    """
    if tokenizer.pad_token_id is None:
        raise ConfigurationError(
            f"The tokenizer of {tokenizer.name_or_path} has neither a pad token nor an end token, so rows of unequal "
            "length cannot lie in one batch.",
            hint="Name a token that no text holds as `pad_token` in its tokenizer_config.json, or take a model that "
            "has one.",
            code="no-pad-token",
            params={"tokenizer": str(tokenizer.name_or_path)},
        )
    return int(tokenizer.pad_token_id)
