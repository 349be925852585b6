"""Chat templates that leave turns out: refused before training; those that write them in another form are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelforge.data.prompts import PromptEncoder
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.tasks.summarization import Summarization
from modelforge.tasks.text_generation import TextGeneration
from tests.tasks.shipped_templates import names, with_template

WROTE = "<|user|>{{ m.role }}\n{{ m.content }}<|end|>"
ASKS = "{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
SYSTEM = {"role": "system", "content": "You speak like a pirate."}
TALK = [
    {"role": "user", "content": "Who are you?"},
    {"role": "assistant", "content": "<think>Hm.</think>A captain."},
    {"role": "user", "content": "Of what?"},
    {"role": "assistant", "content": "Of this ship."},
]
TOOL = {"role": "tool", "name": "weather", "content": '{"rain": "no"}'}
CALL = {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "weather", "arguments": {}}}]}
LOOKED_UP = [TALK[0], CALL, TOOL, {"role": "assistant", "content": "It is dry."}]


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


def config(**data: Any) -> TrainingConfig:
    return parse_training_config({"model": "m", "dataset": "d", "data": data}).config


def template(of_turn: str) -> str:
    return "{% for m in messages %}" + of_turn + "{% endfor %}" + ASKS


def only(role: str, wrote: str, otherwise: str = "") -> str:
    return "{% if m.role == '" + role + "' %}" + wrote + "{% else %}" + (otherwise or WROTE) + "{% endif %}"


def broken(tokenizer: Any, messages: list[dict[str, Any]], **data: Any) -> list[str]:
    row, task = {"messages": messages}, TextGeneration()
    made = task.features(row, tokenizer, config(**data))
    return [name for name in task.broken_truths(row, made, tokenizer, config(**data)) if name == "turns-are-read"]


NONE = only("system", "")
NO_RESULTS = only("tool", "")
AS_PARTS = only("user", "<|user|>{% for part in m.content %}{{ part.text }}{% endfor %}<|end|>")


@pytest.mark.parametrize(
    ("of_turn", "messages", "data"),
    [
        (NONE, [SYSTEM, *TALK], {}),
        (NONE, TALK, {"system_prompt": "You speak like a pirate."}),
        (NO_RESULTS, LOOKED_UP, {}),
        (AS_PARTS, TALK, {}),
    ],
    ids=["a system turn", "data.system_prompt", "what a tool gave back", "texts read as parts"],
)
def test_a_template_that_leaves_turns_out_is_refused(
    tokenizer: Any, of_turn: str, messages: list[dict[str, Any]], data: dict[str, Any]
) -> None:
    tokenizer.chat_template = template(of_turn)

    assert broken(tokenizer, messages, **data) == ["turns-are-read"]

    tokenizer.chat_template = template(WROTE)
    assert broken(tokenizer, messages, **data) == []


@pytest.mark.parametrize(
    "of_turn",
    [
        only("tool", "<|user|>{{ {'said': m.content} | tojson }}<|end|>"),
        WROTE.replace("m.content", "m.content | trim | upper"),
        only("assistant", WROTE.replace("m.content", "m.content.split('</think>')[-1]")),
    ],
    ids=["as JSON", "in capitals", "without former reasoning"],
)
def test_turns_that_are_written_in_another_form_are_there(tokenizer: Any, of_turn: str) -> None:
    tokenizer.chat_template = template(of_turn)

    for messages in (LOOKED_UP, [SYSTEM, *TALK], [{**SYSTEM, "content": "  "}, *TALK]):
        assert broken(tokenizer, messages, system_prompt="Be brief.") == []


def test_prompts_that_answers_are_sampled_to_are_looked_at_too(tokenizer: Any) -> None:
    encoder = PromptEncoder(TextGeneration(), tokenizer, config(max_length=600), answer_tokens=8)
    row = {"prompt": [SYSTEM, TALK[0]]}
    for of_turn, found in ((WROTE, []), (NONE, ["turns-are-read"])):
        tokenizer.chat_template = template(of_turn)
        assert list(encoder.broken_truths(row, encoder.features(row))) == found


def test_a_text_whose_instruction_becomes_the_prefix_is_read(tokenizer: Any) -> None:
    from modelforge.data.canonical import SUMMARY_PROMPT

    task = Summarization()
    row = {
        "prompt": [{"role": "user", "content": f"{SUMMARY_PROMPT}A long note."}],
        "completion": [{"role": "assistant", "content": "A note."}],
    }
    made = task.features(row, tokenizer, config())
    assert list(task.broken_truths(row, made, tokenizer, config())) == []


@pytest.mark.parametrize("name", [name for name in names() if name.startswith(("qwen", "llama", "phi", "cohere"))])
def test_shipped_templates_write_the_system_turn(tokenizer: Any, name: str) -> None:
    with_template(tokenizer, name)

    assert broken(tokenizer, [SYSTEM, TALK[0], TALK[3]]) == []
