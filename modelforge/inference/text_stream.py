"""Tokens → pieces of text, none of which ends inside a character."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

INCOMPLETE = "\ufffd"
"""What a decoder writes for bytes that are no character, or not one yet."""


class TextStream:
    """Decodes an answer as it grows; the pieces together are the decoded whole.

    Tokens of a byte-level vocabulary may hold part of a character, and a token's text may depend on the one before it
    (a leading space). So the text is decoded with the tokens of the last piece in front of it, and held back while its
    end is incomplete.
    """

    def __init__(self, tokenizer: Any, keep: Collection[str] = ()) -> None:
        """`keep`: the special tokens that belong to the text, as those around calls do; others are left out."""
        self._tokenizer = tokenizer
        kept = {tokenizer.convert_tokens_to_ids(token) for token in keep}
        self._left_out = frozenset(tokenizer.all_special_ids) - kept if keep else None
        self._ids: list[int] = []
        self._context = 0
        self._given = 0

    def push(self, token: int) -> str:
        """Take one token; return the text that is certain now, perhaps none."""
        self._ids.append(token)
        piece = self._new_text()
        return self._give(piece) if piece and not piece.endswith(INCOMPLETE) else ""

    def end(self) -> str:
        """The rest of the text; a character that the end of the answer cut in two is left out."""
        return self._give(self._new_text()).rstrip(INCOMPLETE)

    def _new_text(self) -> str:
        before = self._decode(self._ids[self._context : self._given])
        return self._decode(self._ids[self._context :])[len(before) :]

    def _give(self, piece: str) -> str:
        self._context, self._given = self._given, len(self._ids)
        return piece

    def _decode(self, ids: list[int]) -> str:
        if self._left_out is not None:
            ids = [token for token in ids if token not in self._left_out]
        skip = self._left_out is None
        return str(self._tokenizer.decode(ids, skip_special_tokens=skip, clean_up_tokenization_spaces=False))
