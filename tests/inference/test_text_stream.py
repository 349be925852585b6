"""Streamed pieces: whole characters only, and together the decoded whole."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelforge.inference.text_stream import TextStream
from modelforge.starter import starter_path


def tokenizers(tiny_model: Path) -> list[Any]:
    from transformers import AutoTokenizer

    return [AutoTokenizer.from_pretrained(folder) for folder in (tiny_model, starter_path("chat"))]


@pytest.fixture(scope="module")
def both(tiny_model: Path) -> list[Any]:
    """One token per byte, so that every character beyond ASCII is torn; and the starter's merges."""
    return tokenizers(tiny_model)


def pieces(tokenizer: Any, ids: list[int]) -> list[str]:
    stream = TextStream(tokenizer)
    return [*(piece for token in ids if (piece := stream.push(token))), stream.end()]


@pytest.mark.parametrize(
    "text", ["größer", "日本語のテスト", "👩‍👩‍👧‍👦 family", "mixed é 😀 x", "\n\n  indented", "привет"]
)
def test_characters_are_never_torn(both: list[Any], text: str) -> None:
    for tokenizer in both:
        found = pieces(tokenizer, tokenizer(text, add_special_tokens=False)["input_ids"])
        assert "".join(found) == text
        assert not any("\ufffd" in piece for piece in found)


def test_ascii_is_given_token_by_token(both: list[Any]) -> None:
    assert pieces(both[0], both[0]("abc", add_special_tokens=False)["input_ids"]) == ["a", "b", "c", ""]


def test_an_answer_cut_inside_a_character_ends_before_it(both: list[Any]) -> None:
    ids = both[0]("ok 😀", add_special_tokens=False)["input_ids"]
    assert "".join(pieces(both[0], ids[:-1])) == "ok "


def test_special_tokens_are_not_text(both: list[Any]) -> None:
    tokenizer = both[0]
    ids = tokenizer("a", add_special_tokens=False)["input_ids"]
    assert "".join(pieces(tokenizer, [*ids, tokenizer.bos_token_id, *ids])) == "aa"


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_makes_the_round_trip(tiny_model: Path, text: str) -> None:
    for tokenizer in _cached(tiny_model):
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        whole = tokenizer.decode(ids, skip_special_tokens=True)
        assert "".join(pieces(tokenizer, ids)) == whole.rstrip("\ufffd")


_TOKENIZERS: list[Any] = []


def _cached(tiny_model: Path) -> list[Any]:
    if not _TOKENIZERS:
        _TOKENIZERS.extend(tokenizers(tiny_model))
    return _TOKENIZERS
