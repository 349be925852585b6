"""The form of a call, found out from the chat template: what is read, and what is not taken for a call."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.starter import starter_path
from modelforge.tasks.call_core import Call
from modelforge.tasks.call_form import FoundForm, OwnForm, call_form, takes_results, takes_tools
from modelforge.tasks.chat_rendering import render_prompt, render_text
from tests.tasks.shipped_templates import with_template

TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "order_find",
            "description": "Finds an order.",
            "parameters": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "count": {"type": "integer"}, "more": {"type": "array"}},
            },
        },
    }
]
ASKED = [{"role": "user", "content": "Where is it?"}]
ARGUMENTS = {"text": '7\n<b> "Zürich"', "count": 3, "more": [{"a": None}, True]}
MISTRAL = (
    "{{ bos_token }}{% if tools %}[AVAILABLE_TOOLS] {{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}"
    "{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }}[/INST]"
    "{% elif m.tool_calls %}[TOOL_CALLS] [{% for c in m.tool_calls %}"
    '{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}, "id": "{{ c.id }}"}'
    "{{ ', ' if not loop.last }}{% endfor %}]{{ eos_token }}"
    "{% elif m.role == 'tool' %}[TOOL_RESULTS] {{ m.content | tojson }}[/TOOL_RESULTS]"
    "{% else %} {{ m.content }}{{ eos_token }}{% endif %}{% endfor %}"
)
"""One list behind one special token."""
AS_TEXT = MISTRAL.replace("c.function.arguments | tojson }}", "c.function.arguments | tojson | tojson }}")


def starter(template: str) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(starter_path("chat"))
    if "{" not in template:
        return with_template(tokenizer, template)
    tokenizer.chat_template = template
    tokenizer.add_special_tokens({"additional_special_tokens": ["[TOOL_CALLS]"]})
    return tokenizer


def written(tokenizer: Any, *rows: dict[str, Any]) -> str:
    """What the model would write that calls `order_find` with these arguments, its end token left out."""
    calls = [
        {"type": "function", "function": {"name": "order_find", "arguments": row}, "id": f"abcdefgh{number}"}
        for number, row in enumerate(rows)
    ]
    answer = {"role": "assistant", "content": "", "tool_calls": calls}
    prompt = render_prompt(tokenizer, ASKED, TOOLS, thinking=False)
    text = render_text(tokenizer, [*ASKED, answer], TOOLS, thinking=False)
    assert text.startswith(prompt)
    text = text[len(prompt) :]
    for end in ("<|im_end|>", "<|eot_id|>", "<|end|>", "<turn|>"):
        text = text.partition(end)[0]
    return text.strip()


READ = {
    "qwen2_5": "<tool_call>",
    "qwen3": "<tool_call>",
    "qwen3_instruct_2507": "<tool_call>",
    "llama3_1": "",
    "llama3_2": "",
    "qwen3_5_think": "<tool_call>",
    "qwen3_6": "<tool_call>",
    "glm4moe": "<tool_call>",
    "nemotron_3_nano": "<tool_call>",
    MISTRAL: "[TOOL_CALLS]",
    AS_TEXT: "[TOOL_CALLS]",
}
"""Template → what its calls begin with."""


@pytest.mark.parametrize("template", READ)
def test_what_the_template_writes_is_read_back(template: str) -> None:
    tokenizer = starter(template)
    form = call_form(tokenizer)
    assert isinstance(form, FoundForm)
    assert form.opening == READ[template]
    assert takes_results(tokenizer)
    for row in (ARGUMENTS, {"text": "true", "count": -1}, {"text": "12"}, {}):
        assert form.read(written(tokenizer, row), TOOLS) == [Call("order_find", row)]
    if form.between is not None:
        two = [Call("order_find", row) for row in (ARGUMENTS, {"count": 2})]
        assert form.read(written(tokenizer, ARGUMENTS, {"count": 2}), TOOLS) == two
    assert (form.between is None) == template.startswith("llama3")


@pytest.mark.parametrize("template", READ)
def test_what_is_cut_or_followed_by_more_is_no_call(template: str) -> None:
    tokenizer = starter(template)
    form = call_form(tokenizer)
    assert form is not None
    whole = written(tokenizer, {"text": "Zürich", "count": 3})
    for end in range(len(whole)):
        assert form.read(whole[:end], TOOLS) is None, whole[:end]
    assert form.read(f"{whole} And more.", TOOLS) is None
    assert form.read(f"So: {whole}", TOOLS) is None


def test_a_value_that_is_not_of_its_type_makes_no_call() -> None:
    tokenizer = starter("qwen3_6")
    form = call_form(tokenizer)
    assert form is not None
    text = written(tokenizer, {"count": 3})
    assert form.read(text.replace("3", "three"), TOOLS) is None
    assert form.read(text, []) == [Call("order_find", {"count": 3})]
    assert form.read(text.replace("3", "three"), []) == [Call("order_find", {"count": "three"})]


@pytest.mark.parametrize("template", ["gemma4", "lfm2_2_5", "qwen3"])
def test_the_tokenizer_s_own_parser_is_used_where_it_has_one(template: str) -> None:
    from trl.chat_template_utils import add_response_schema

    tokenizer = starter(template)
    assert isinstance(call_form(tokenizer), FoundForm | None)
    add_response_schema(tokenizer)
    form = call_form(tokenizer)
    assert isinstance(form, OwnForm)
    row = {"text": "Zürich", "count": 3}
    assert form.read(written(tokenizer, row), TOOLS) == [Call("order_find", row)]
    assert form.read("Nothing is called.", TOOLS) is None


def test_a_parser_that_does_not_read_what_the_template_writes_is_not_used() -> None:
    tokenizer = starter("qwen3")
    tokenizer.response_template = {
        "defaults": {"role": "assistant"},
        "start_anchor": "<|im_start|>assistant\n",
        "fields": {"tool_calls": {"open": "[[", "close": "]]", "content": "json"}, "content": {"content": "text"}},
    }
    assert isinstance(call_form(tokenizer), FoundForm)


@pytest.mark.parametrize("template", ["gemma3", "llama3", "phi3", "cohere2"])
def test_a_template_without_tools_is_known(template: str) -> None:
    tokenizer = starter(template)
    assert not takes_tools(tokenizer)
    assert not takes_results(tokenizer)
    assert call_form(tokenizer) is None


@pytest.mark.parametrize("template", ["gptoss", "gemma4", "lfm2_2_5"])
def test_a_form_that_is_not_understood_is_not_guessed(template: str) -> None:
    tokenizer = starter(template)
    assert takes_tools(tokenizer)
    assert call_form(tokenizer) is None


def test_a_template_may_take_tools_and_write_no_calls() -> None:
    tokenizer = starter("lfm2")
    assert takes_tools(tokenizer)
    assert not takes_results(tokenizer)
    assert call_form(tokenizer) is None
