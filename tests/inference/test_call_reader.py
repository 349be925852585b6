"""Calls within an answer that comes in pieces: never half of one as text, never text as a call."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.inference.call_reader import CallReader
from modelforge.inference.text_stream import TextStream
from modelforge.starter import starter_path
from modelforge.tasks.call_core import Call
from modelforge.tasks.call_form import call_form
from tests.tasks.shipped_templates import with_template

TOOLS: list[dict[str, Any]] = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
ONE = '<tool_call>\n{"name": "find", "arguments": {"a": 1}}\n</tool_call>'
OTHER = ONE.replace("find", "lose")
BARE = '{"name": "find", "parameters": {"a": 1}}'
CALL = Call("find", {"a": 1})


@pytest.fixture(scope="module")
def forms() -> dict[str, Any]:
    from transformers import AutoTokenizer

    names = ("qwen3", "llama3_1")
    return {name: call_form(with_template(AutoTokenizer.from_pretrained(starter_path("chat")), name)) for name in names}


@pytest.mark.parametrize(
    ("template", "answer", "text", "calls"),
    [
        ("qwen3", ONE, "", (CALL,)),
        ("qwen3", f"Let me look.\n{ONE}\n", "Let me look.", (CALL,)),
        ("qwen3", f"{ONE}\n{ONE}", "", (CALL, CALL)),
        ("qwen3", "Use < and <tool, not more. ", "Use < and <tool, not more. ", ()),
        ("qwen3", f"{ONE} Done.", f"{ONE} Done.", ()),
        ("qwen3", f"Hm.\n{ONE[:-3]}", f"Hm.\n{ONE[:-3]}", ()),
        ("qwen3", f"Hm. {OTHER}", f"Hm. {OTHER}", ()),
        ("qwen3", f"{ONE}\n{OTHER}", f"{ONE}\n{OTHER}", ()),
        ("qwen3", f"<think>\n{ONE}?\n</think>\n\nNo.", f"<think>\n{ONE}?\n</think>\n\nNo.", ()),
        ("qwen3", f"<think>{ONE}</think>\n{ONE}", f"<think>{ONE}</think>", (CALL,)),
        ("qwen3", " \n", " \n", ()),
        ("llama3_1", BARE, "", (CALL,)),
        ("llama3_1", f"\n{BARE}", "", (CALL,)),
        ("llama3_1", f"So: {BARE}", f"So: {BARE}", ()),
        ("llama3_1", '{"name": "Ada", "parameters": {}}', '{"name": "Ada", "parameters": {}}', ()),
        ("llama3_1", "{x", "{x", ()),
        ("llama3_1", f"<think>{BARE}</think>\n{BARE}", f"<think>{BARE}</think>", (CALL,)),
    ],
)
def test_an_answer_is_parted_alike_in_whatever_pieces_it_comes(
    forms: dict[str, Any], template: str, answer: str, text: str, calls: tuple[Call, ...]
) -> None:
    cuts = [[answer], list(answer), *([answer[:at], answer[at:]] for at in range(1, len(answer)))]
    for pieces in cuts:
        reader = CallReader(forms[template], TOOLS)
        said = "".join(reader.push(piece) for piece in pieces)
        rest, found = reader.end(by_itself=True)
        assert (said + rest, found) == (text, calls), pieces


def test_an_answer_that_was_cut_off_calls_nothing(forms: dict[str, Any]) -> None:
    reader = CallReader(forms["qwen3"], TOOLS)
    assert reader.push(ONE) == ""
    assert reader.end(by_itself=False) == (ONE, ())


def test_reasoning_that_the_prompt_began_is_no_place_for_calls(forms: dict[str, Any]) -> None:
    reader = CallReader(forms["qwen3"], TOOLS, within_reasoning=True)
    said = "".join(reader.push(letter) for letter in f"{ONE}?</think>\n\n{ONE}")
    assert (said, reader.end(by_itself=True)) == (f"{ONE}?</think>", ("", (CALL,)))


def test_text_is_given_as_it_comes(forms: dict[str, Any]) -> None:
    reader = CallReader(forms["qwen3"], TOOLS)
    assert [reader.push(piece) for piece in ("Let", " me", " <b>", " look", " <tool", "box>")] == [
        "Let", " me", " <b>", " look", "", " <toolbox>",
    ]  # fmt: skip


def test_special_tokens_around_calls_stay_and_others_do_not() -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(starter_path("chat"))
    tokenizer.add_special_tokens({"additional_special_tokens": ["[CALL]", "[OTHER]"]})
    ids = tokenizer("Find [CALL] it [OTHER] now", add_special_tokens=False)["input_ids"]
    for keep in ((), ("[CALL]",)):
        stream = TextStream(tokenizer, keep)
        text = "".join(stream.push(token) for token in ids) + stream.end()
        assert text.split() == ["Find", *keep, "it", "now"]
