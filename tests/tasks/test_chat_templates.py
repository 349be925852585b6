"""The chat templates that TRL ships: what is trained is exactly what the generation prompt leaves to be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelforge.data.collator import IGNORED
from modelforge.exceptions import ModelForgeException, StrategyError
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.tasks.chat_rendering import encode_prompt, end_token_ids, render_prompt
from modelforge.tasks.chat_template import as_trained, on_fixed_day, thinks, told_for_good
from modelforge.tasks.reasoning import written
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.tokenised_row import TokenisedRow
from modelforge.training.saved_tokenizer import save_tokenizer
from tests.tasks.shipped_templates import names, with_template

USER = {"role": "user", "content": "Capital of France?"}
PLAIN = {"role": "assistant", "content": "Paris"}
INLINE = {"role": "assistant", "content": "<think>\nHm.\n</think>\n\nParis"}
BESIDE = {**PLAIN, "reasoning_content": "Hm."}
EMPTY_BLOCK = "<think>\n\n</think>\n\n"

REFUSED = ("deepseek", "llava_next")
"""They begin every answer with reasoning and drop that of the data, or take no texts."""
WORDLESS = ("idefics3", "smolvlm")
"""They want texts in parts, and leave them out where they are none."""
BROKEN = ("gptoss", "muse_glimmer", *WORDLESS)
"""They write a channel of their own before an answer, or leave texts out: no metric could compare that."""
THINKING = tuple(
    name
    for name in names()
    if name.startswith(("qwen3", "glm4moe", "nemotron")) and not name.startswith(("qwen3_vl", "qwen3_instruct"))
)


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


def config(**written: Any) -> TrainingConfig:
    return parse_training_config({"model": "m", "dataset": "d", **written}).config


def row(answer: dict[str, Any]) -> dict[str, Any]:
    return {"prompt": [USER], "completion": [answer]}


def trained_ids(made: TokenisedRow) -> list[int]:
    return [token for token in made.labels if token != IGNORED]


def broken(canonical: dict[str, Any], made: TokenisedRow, tokenizer: Any, **written: Any) -> list[str]:
    return list(TextGeneration().broken_truths(canonical, (made,), tokenizer, config(**written)))


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith((*REFUSED, *BROKEN))])
def test_the_answer_and_its_end_are_what_the_prompt_leaves_to_be_written(tokenizer: Any, name: str) -> None:
    task, canonical = TextGeneration(), row(PLAIN)
    with_template(tokenizer, name)

    made = task.tokenise(canonical, tokenizer, config())

    prompt, trained = task.prompt_ids(canonical, tokenizer, config()), trained_ids(made)
    assert prompt is not None
    assert made.input_ids[: len(prompt) + len(trained)] == prompt + trained
    assert prompt == encode_prompt(tokenizer, [USER])  # the playground's
    assert tokenizer.decode(trained, skip_special_tokens=True).strip() == "Paris"
    assert trained[-1] in end_token_ids(tokenizer)
    assert broken(canonical, made, tokenizer) == []


@pytest.mark.parametrize("name", [name for name in names() if name.startswith((*REFUSED, *BROKEN))])
def test_a_template_that_writes_something_else_is_never_trained_on_in_silence(tokenizer: Any, name: str) -> None:
    with_template(tokenizer, name)
    if name.startswith(REFUSED):
        with pytest.raises(ModelForgeException) as caught:
            TextGeneration().tokenise(row(PLAIN), tokenizer, config())
        assert caught.value.hint
    else:
        made = TextGeneration().tokenise(row(PLAIN), tokenizer, config())
        left_out = ["turns-are-read"] if name.startswith(WORDLESS) else []
        assert broken(row(PLAIN), made, tokenizer) == [*left_out, "answer-is-trained"]


@pytest.mark.parametrize("name", ["qwen3", "qwen3_training"])
def test_qwen3_is_trained_on_the_answer_alone(tokenizer: Any, name: str) -> None:
    with_template(tokenizer, name)

    made = TextGeneration().tokenise(row(PLAIN), tokenizer, config())

    assert tokenizer.decode(trained_ids(made)) == "Paris<|im_end|>"
    assert render_prompt(tokenizer, [USER]).endswith(f"<|im_start|>assistant\n{EMPTY_BLOCK}")
    talk = {"messages": [USER, PLAIN, USER, {**PLAIN, "content": "Still Paris"}]}
    last = TextGeneration().tokenise(talk, tokenizer, config())
    assert tokenizer.decode(trained_ids(last)) == "Still Paris<|im_end|>"


def test_the_last_token_of_the_empty_block_is_its_own_with_qwens_words() -> None:
    """Two line breaks at a prompt's end are one word in Qwen's rule, whatever follows: the ids stay the same."""
    from tokenizers import Regex, pre_tokenizers

    from modelforge.exporting.pretokenizers import PRE_TOKENIZERS

    (rule,) = next(one for one in PRE_TOKENIZERS if one.name == "qwen2").patterns
    split = pre_tokenizers.Split(Regex(rule), "isolated")
    words = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    assert [word for word, _ in words.pre_tokenize_str(f"{EMPTY_BLOCK}Paris")] == [
        *(word for word, _ in words.pre_tokenize_str(EMPTY_BLOCK)),
        "Paris",
    ]


@pytest.mark.parametrize("name", THINKING)
def test_reasoning_of_the_data_is_learned_behind_a_prompt_that_leaves_room_for_it(tokenizer: Any, name: str) -> None:
    task = TextGeneration()
    with_template(tokenizer, name)
    for answer in (BESIDE,) if name.startswith("qwen3_8") else (BESIDE, INLINE):
        made = task.tokenise(row(answer), tokenizer, config())
        prompt, trained = task.prompt_ids(row(answer), tokenizer, config()), trained_ids(made)
        assert prompt is not None
        assert made.input_ids[: len(prompt) + len(trained)] == prompt + trained
        assert written(tokenizer.decode(trained, skip_special_tokens=True)) == ("Hm.", "Paris")
        assert broken(row(answer), made, tokenizer) == []


@pytest.mark.parametrize("name", ["qwen3", "qwen2_5", "llama3_1"])
@pytest.mark.parametrize("before", [EMPTY_BLOCK, "<think></think>"])
def test_an_empty_block_in_the_data_is_no_reasoning(tokenizer: Any, name: str, before: str) -> None:
    answer = {**PLAIN, "content": f"{before}Paris"}
    with_template(tokenizer, name)

    made = TextGeneration().tokenise(row(answer), tokenizer, config())

    written_there = "Paris" if name == "qwen3" else f"{before}Paris"
    assert tokenizer.decode(trained_ids(made), skip_special_tokens=True) == written_there
    assert broken(row(answer), made, tokenizer) == []


@pytest.mark.parametrize(("name", "answer"), [("qwen2_5", BESIDE), ("gemma4_v5", BESIDE), ("qwen3_8", INLINE)])
def test_reasoning_that_the_template_drops_or_rewrites_is_refused(tokenizer: Any, name: str, answer: Any) -> None:
    with_template(tokenizer, name)

    made = TextGeneration().tokenise(row(answer), tokenizer, config())

    assert broken(row(answer), made, tokenizer) == ["answer-is-trained"]


@pytest.mark.parametrize("before", [EMPTY_BLOCK, "<|think|>", "Sure: "])
@pytest.mark.parametrize("every", [False, True])
def test_a_block_that_only_the_trained_turn_has_breaks_a_truth(tokenizer: Any, before: str, every: bool) -> None:
    """Else it would be learned as part of each answer, and no metric find the answer in what is written."""
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|think|>"]})
    tokenizer.chat_template = (
        "{% for m in messages %}<|user|>{{ m.role }}\n{{ '"
        + before.replace("\n", "\\n")
        + "' if m.role == 'assistant' }}"
        "{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
    )
    strategy = {"assistant_only_loss": every}

    made = TextGeneration().tokenise(row(PLAIN), tokenizer, config(strategy=strategy))

    assert broken(row(PLAIN), made, tokenizer, strategy=strategy) == ["answer-is-trained"]


@pytest.mark.parametrize(
    ("name", "day"), [("llama3_1", "26 Jul 2024"), ("llama3_2", "26 Jul 2024"), ("gptoss", "2024-07-26")]
)
def test_a_template_that_asks_for_the_day_is_always_told_the_same(tokenizer: Any, name: str, day: str) -> None:
    with_template(tokenizer, name)

    assert day in render_prompt(tokenizer, [USER])
    assert day in tokenizer.decode(TextGeneration().tokenise(row(PLAIN), tokenizer, config()).input_ids)


@pytest.mark.parametrize("name", names())
def test_no_template_reads_the_clock(tokenizer: Any, name: str) -> None:
    assert "strftime_now(" not in on_fixed_day(with_template(tokenizer, name).chat_template)


@pytest.mark.parametrize("name", ["qwen3", "qwen3_5_think", "qwen3_5_nothink", "llama3_2", "qwen2_5"])
@pytest.mark.parametrize("thinking", [False, True])
def test_a_saved_model_is_asked_as_it_was_trained_by_whoever_says_nothing(
    tokenizer: Any, name: str, thinking: bool, tmp_path: Path
) -> None:
    from transformers import AutoTokenizer

    with_template(tokenizer, name)
    prompt = render_prompt(tokenizer, [USER], thinking=thinking)
    original = tokenizer.chat_template
    for folder in (tmp_path / "once", tmp_path / "twice"):
        save_tokenizer(tokenizer, folder, enable_thinking=thinking if folder.name == "once" else None)
        tokenizer_there = AutoTokenizer.from_pretrained(folder)
        there = tokenizer_there.chat_template
        assert tokenizer.chat_template in (original, there)  # what is saved is a copy
        assert tokenizer_there.apply_chat_template([USER], tokenize=False, add_generation_prompt=True) == prompt
        assert render_prompt(tokenizer_there, [USER]) == prompt
        tokenizer = tokenizer_there
    # a later stage may learn the other way, and a program that says something by itself is not heeded
    again = as_trained(there, enable_thinking=not thinking)
    assert again == as_trained(original, enable_thinking=not thinking)
    tokenizer.chat_template = told_for_good(there)
    said = tokenizer.apply_chat_template(
        [USER], tokenize=False, add_generation_prompt=True, enable_thinking=not thinking
    )
    assert said == prompt


def test_templates_by_name_and_none_at_all_are_kept_too(tokenizer: Any) -> None:
    template = with_template(tokenizer, "qwen3").chat_template

    assert thinks(as_trained({"default": template}, enable_thinking=True)["default"])
    assert not thinks(template)
    assert as_trained(None) is None


def test_a_template_that_begins_answers_by_itself_is_refused_with_the_way_out(tokenizer: Any) -> None:
    with_template(tokenizer, "deepseek_r1_distill")

    with pytest.raises(StrategyError, match="begins an answer that is to come differently") as caught:
        TextGeneration().tokenise(row(PLAIN), tokenizer, config())
    assert "enable_thinking" in (caught.value.hint or "")
