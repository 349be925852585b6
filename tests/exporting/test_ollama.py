"""Modelfiles: Go templates that write what the chat templates write, or none at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from chat_templates import CHATML, LLAMA_3, NO_SYSTEM, QWEN_3, SPACED

from modelforge.exporting import go_template
from modelforge.exporting.gguf_vocabulary import exported_template
from modelforge.exporting.ollama import bare_template, conversations, go_template_of, modelfile, prompt_of_go
from modelforge.starter import starter_path
from modelforge.tasks.chat_rendering import encode_prompt, render_prompt
from tests.tasks.shipped_templates import with_template

HERE = Path(__file__).parent


@pytest.fixture
def starter() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(starter_path("chat"))


def go_template_for(tokenizer: Any, prefix: str = "") -> str | None:
    stops = ["<|end|>", "<|im_end|>", "<|eot_id|>"]
    return go_template_of(
        lambda messages: render_prompt(tokenizer, messages), tokenizer.bos_token, stops, prefix=prefix
    )


def test_the_starter_is_asked_with_the_ids_that_it_was_trained_on(starter: Any) -> None:
    template = go_template_for(starter)
    assert template == (
        "{{ if .System }}<|system|>{{ .System }}<|end|>{{ end }}{{ range .Messages }}"
        '{{ if eq .Role "user" }}<|user|>{{ .Content }}<|end|><|assistant|>'
        '{{ else if eq .Role "assistant" }}{{ .Content }}<|end|>{{ end }}{{ end }}'
    )
    for messages in conversations():
        said = [starter.bos_token_id, *starter(prompt_of_go(template, messages), add_special_tokens=False)["input_ids"]]
        assert said == encode_prompt(starter, messages)


@pytest.mark.parametrize("chat_template", [CHATML, LLAMA_3, QWEN_3])
def test_other_families_are_written_as_they_write(starter: Any, chat_template: str) -> None:
    starter.chat_template = chat_template
    begin = starter.bos_token if "bos_token" in chat_template else ""
    template = go_template_for(starter)
    assert template is not None
    for messages in conversations():
        assert begin + prompt_of_go(template, messages) == render_prompt(starter, messages)


@pytest.mark.parametrize("chat_template", [CHATML, LLAMA_3, QWEN_3, None])
def test_behind_a_prefix_stands_the_last_text_alone(starter: Any, chat_template: str | None) -> None:
    starter.chat_template = chat_template
    begin = starter.bos_token if "bos_token" in (chat_template or "") else ""
    template = go_template_for(starter, prefix="Sum up:\n")
    assert template is not None
    for messages in conversations():
        system = [message for message in messages if message["role"] == "system"]
        asked = {"role": "user", "content": f"Sum up:\n{messages[-1]['content']}"}
        assert begin + prompt_of_go(template, messages) == render_prompt(starter, [*system, asked])


@pytest.mark.parametrize("prefix", ["", "Sum up: "])
def test_bare_text_is_asked_about_by_itself(prefix: str) -> None:
    template = bare_template(prefix)
    assert template is not None
    for messages in conversations():
        assert prompt_of_go(template, messages) == prefix + messages[-1]["content"]


@pytest.mark.parametrize("prefix", ["{{ .System }} ", "Sum up {"])
def test_a_prefix_that_go_would_read_as_an_action_is_not_written(starter: Any, prefix: str) -> None:
    assert go_template_for(starter, prefix) is None
    assert bare_template(prefix) is None


EMPTY_BLOCKS = {
    "qwen3": "<think>\n\n</think>\n\n",
    "qwen3_training": "<think>\n\n</think>\n\n",
    "qwen3_6": "<think>\n\n</think>\n\n",
    "nemotron_3_nano": "<think></think>",
}


@pytest.mark.parametrize("name", EMPTY_BLOCKS)
def test_the_empty_block_of_a_model_that_does_not_reason_stands_before_the_answer_to_come(
    starter: Any, name: str
) -> None:
    with_template(starter, name)
    template = go_template_for(starter)
    assert template is not None
    for messages in conversations():
        prompt = prompt_of_go(template, messages)
        assert prompt == render_prompt(starter, messages)
        assert prompt.endswith(EMPTY_BLOCKS[name])


def test_a_gguf_file_says_for_good_whether_its_model_reasons(starter: Any) -> None:
    """llama.cpp tells templates to think, and the day, unasked."""
    for name in ("qwen3", "llama3_2"):
        with_template(starter, name)
        talk = conversations()[-1]
        prompt = render_prompt(starter, talk)
        starter.chat_template = exported_template(starter)
        assert prompt == starter.apply_chat_template(
            talk, tokenize=False, add_generation_prompt=True, enable_thinking=True
        )


def test_a_model_without_system_prompts_gets_none(starter: Any) -> None:
    starter.chat_template = NO_SYSTEM
    assert ".System" not in (go_template_for(starter) or "")


def test_a_template_without_a_plain_pattern_is_not_guessed(starter: Any) -> None:
    starter.chat_template = SPACED
    assert go_template_for(starter) is None


def test_our_go_is_go_s_own() -> None:
    """Against texts that Go itself wrote: see `ask_go.py`."""
    given = json.loads((HERE / "go_rendered.json").read_text())
    assert len(given) > 30
    for one in given:
        assert prompt_of_go(one["template"], one["messages"]) == one["text"]


MORE_OF_GO = [
    "{{ end }}",
    "{{ if .A }}x",
    "{{ len .A }}",
    "{{ if .A }}{{ else }}{{ else }}",
    "{{ range $k, $v := .A }}{{ end }}",
    "{{ if eq (len (slice $.Messages $i)) 1 }}{{ end }}",
]


@pytest.mark.parametrize("template", MORE_OF_GO)
def test_more_of_go_than_is_known_is_an_error(template: str) -> None:
    with pytest.raises(ValueError, match=r"not understood|closes nothing"):
        go_template.render(template, {"A": "a"})


def test_what_a_modelfile_cannot_say_is_not_written() -> None:
    plain = {"stops": ["<|end|>"], "system": None, "context": 4096}
    assert modelfile("a.gguf", "{{ .Prompt }}", **plain) == (
        'FROM ./a.gguf\nTEMPLATE """{{ .Prompt }}"""\nPARAMETER stop "<|end|>"\nPARAMETER temperature 0\n'
        "PARAMETER repeat_penalty 1\nPARAMETER num_ctx 4096\n"
    )
    assert modelfile("a.gguf", "{{ .Prompt }}", **{**plain, "system": 'Say """'}) is None
    assert modelfile("a.gguf", "zero\u200bwidth", **plain) is None
    assert modelfile("a.gguf", "{{ .Prompt }}", **{**plain, "stops": ['"']}) is None
