"""What of a row is trained: the training truths that tokenising decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelforge.data.collator import IGNORED
from modelforge.data.problem_phrases import words
from modelforge.exceptions import ConfigurationError, StrategyError
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.tasks.chat_rendering import encode_prompt, end_token_ids
from modelforge.tasks.task_factory import TaskFactory
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.tokenised_row import TokenisedRow

USER, ANSWER = {"role": "user", "content": "Where is my order?"}, {"role": "assistant", "content": "On its way."}
PAIR = {"prompt": [USER], "completion": [ANSWER]}
CHAT = {
    "messages": [
        USER,
        {"role": "assistant", "content": "Which one?"},
        {"role": "user", "content": "4711"},
        {"role": "assistant", "content": "Tomorrow."},
    ]
}
QWEN_LIKE = (
    "{% for m in messages %}<|user|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
)
NO_END = (
    "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
FORGETS = (
    "{% for m in messages %}<|user|>{{ m.role }}\n"
    "{{ m.content if loop.last or m.role != 'assistant' else '…' }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
)


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


def config(**written: Any) -> TrainingConfig:
    return parse_training_config({"model": "m", "dataset": "d", **written}).config


def tokenised(row: dict[str, Any], tokenizer: Any, **written: Any) -> TokenisedRow:
    return TextGeneration().tokenise(row, tokenizer, config(**written))


def trained_text(row: TokenisedRow, tokenizer: Any) -> str:
    return tokenizer.decode([token for token in row.kept_labels if token != IGNORED])


@pytest.mark.parametrize("template", [None, QWEN_LIKE], ids=["starter-like", "line break behind the end"])
def test_the_answer_and_its_end_are_trained_and_nothing_of_the_prompt(tokenizer: Any, template: str | None) -> None:
    tokenizer.chat_template = template or tokenizer.chat_template

    row = tokenised(PAIR, tokenizer)

    assert trained_text(row, tokenizer) == "On its way.<|end|>"
    assert row.labels[row.turn_ends[0]] == tokenizer.eos_token_id


def test_the_prompt_is_trained_only_where_asked(tokenizer: Any) -> None:
    row = tokenised(PAIR, tokenizer, strategy={"completion_only_loss": False})

    assert row.labels == row.input_ids
    assert row.kept_labels[0] == IGNORED  # nothing stands before the first token to predict it


def test_only_the_last_turn_or_every_assistant_turn_is_trained(tokenizer: Any) -> None:
    last = tokenised(CHAT, tokenizer)
    every = tokenised(CHAT, tokenizer, strategy={"assistant_only_loss": True})

    assert trained_text(last, tokenizer) == "Tomorrow.<|end|>"
    assert trained_text(every, tokenizer) == "Which one?<|end|>Tomorrow.<|end|>"
    assert [every.labels[end] for end in every.turn_ends] == [tokenizer.eos_token_id] * 2


def test_turns_are_those_that_the_templates_own_generation_markers_mark(tokenizer: Any) -> None:
    marked = tokenizer.apply_chat_template(
        CHAT["messages"], return_assistant_tokens_mask=True, return_dict=True, tokenize=True
    )

    row = tokenised(CHAT, tokenizer, strategy={"assistant_only_loss": True})

    assert row.input_ids == list(marked["input_ids"])
    assert [label != IGNORED for label in row.labels] == [bool(mark) for mark in marked["assistant_masks"]]


def test_training_and_playground_turn_a_prompt_into_the_same_ids(tokenizer: Any) -> None:
    task = TextGeneration()
    for row in (PAIR, CHAT, {"prompt": "1 + 1 =", "completion": " 2"}):
        prompt = task.prompt_ids(row, tokenizer, config())
        assert prompt is not None
        assert task.tokenise(row, tokenizer, config()).input_ids[: len(prompt)] == prompt
    assert task.prompt_ids(PAIR, tokenizer, config()) == encode_prompt(tokenizer, [USER])


@pytest.mark.parametrize("row", [PAIR, CHAT, {"prompt": "a", "completion": "b"}, {"text": "plain"}])
def test_there_is_one_bos_at_most(tokenizer: Any, row: dict[str, Any]) -> None:
    assert tokenised(row, tokenizer).input_ids.count(tokenizer.bos_token_id) <= 1


def test_the_end_is_trained_when_pad_and_end_are_one_token(tokenizer: Any) -> None:
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.chat_template = QWEN_LIKE

    row = tokenised(PAIR, tokenizer)

    assert row.kept_labels[-2:] == [tokenizer.eos_token_id, IGNORED]  # the line break behind it is never generated


def test_a_template_without_an_end_token_gets_one(tokenizer: Any) -> None:
    tokenizer.chat_template = NO_END

    assert trained_text(tokenised(PAIR, tokenizer), tokenizer) == "On its way.\n<|end|>"


@pytest.mark.parametrize("row", [PAIR, {"prompt": "1 + 1 =", "completion": " 2"}, {"text": "On its way."}])
def test_a_tokenizer_without_an_end_token_is_refused_with_the_way_out(tokenizer: Any, row: dict[str, Any]) -> None:
    tokenizer.chat_template = NO_END
    tokenizer.eos_token = None

    with pytest.raises(ConfigurationError, match="has no end token") as caught:
        tokenised(row, tokenizer)
    assert "tokenizer_config.json" in (caught.value.hint or "")


def test_a_template_that_rewrites_earlier_turns_is_refused_for_all_turns_and_used_for_the_last(tokenizer: Any) -> None:
    tokenizer.chat_template = FORGETS

    assert trained_text(tokenised(CHAT, tokenizer), tokenizer) == "Tomorrow.<|end|>"
    with pytest.raises(StrategyError, match="earlier part"):
        tokenised(CHAT, tokenizer, strategy={"assistant_only_loss": True})


def test_a_model_without_a_template_answers_behind_a_line_break(tokenizer: Any) -> None:
    tokenizer.chat_template = None

    row = tokenised(PAIR, tokenizer)

    assert tokenizer.decode(row.input_ids) == "Where is my order?\nOn its way.<|end|>"
    assert trained_text(row, tokenizer) == "On its way.<|end|>"


def test_a_plain_pair_and_plain_text_end_with_a_trained_end_token(tokenizer: Any) -> None:
    pair = tokenised({"prompt": "1 + 1 =", "completion": " 2"}, tokenizer)
    text = tokenised({"text": "one two"}, tokenizer)

    assert trained_text(pair, tokenizer) == " 2<|end|>"
    assert trained_text(text, tokenizer) == "ne two<|end|>"  # the first token has nothing before it


@pytest.mark.parametrize("letters", [3, 8, 9, 17, 100])
def test_a_long_plain_text_is_trained_whole_in_windows(tokenizer: Any, letters: int) -> None:
    text = "".join(chr(ord("a") + index % 26) for index in range(letters))
    config = parse_training_config({"model": "m", "dataset": "d", "data": {"max_length": 8}}).config
    task, row = TextGeneration(), {"text": text}

    made = task.features(row, tokenizer, config)

    windows = [list(window.columns["input_ids"]) for window in made]
    assert tokenizer.decode([token for window in windows for token in window]) == f"{text}<|end|>"
    assert all(2 <= len(window) <= 8 for window in windows)
    assert not any(window.is_cut or window.left_out for window in made)
    assert sum(window.trained_tokens for window in made) == letters + 1 - len(windows)  # a first token follows nothing
    assert list(task.broken_truths(row, made, tokenizer, config)) == []
    dropped = config.model_copy(update={"data": config.data.model_copy(update={"truncation_mode": "drop"})})
    assert [bool(one.left_out) for one in task.features(row, tokenizer, dropped)] == [letters > 7]


def test_a_system_prompt_is_put_before_conversations_that_have_none(tokenizer: Any) -> None:
    own = {"messages": [{"role": "system", "content": "own"}, USER, ANSWER]}

    given = tokenizer.decode(tokenised(PAIR, tokenizer, data={"system_prompt": "Be kind."}).input_ids)
    kept = tokenizer.decode(tokenised(own, tokenizer, data={"system_prompt": "Be kind."}).input_ids)

    assert "<|system|>\nBe kind.<|end|>" in given
    assert "own" in kept
    assert "Be kind." not in kept


@pytest.mark.parametrize(
    ("mode", "length", "kept", "left_out"),
    [
        ("keep_start", 30, "<|bos|><|user|>\nWhere is my order?", None),
        ("keep_end", 12, "On its way.<|end|>", None),
        ("drop", 30, "", "36 tokens"),
        ("keep_start", 20, "", "whole answer"),
        ("keep_end", 8, "ts way.<|end|>", None),
    ],
)
def test_long_rows_are_cut_by_the_stated_rule(
    tokenizer: Any, mode: str, length: int, kept: str, left_out: str | None
) -> None:
    row = tokenised(PAIR, tokenizer, data={"max_length": length, "truncation_mode": mode})

    if left_out:
        assert left_out in words(row.left_out or "")
    else:
        assert row.left_out is None
        assert len(row.kept_ids) == len(row.kept_labels) <= length
        assert row.is_cut
        assert kept in tokenizer.decode(row.kept_ids)


def test_a_row_whose_answer_is_cut_trains_nothing_of_it(tokenizer: Any) -> None:
    assert tokenised(PAIR, tokenizer, data={"max_length": 10}).trained_tokens == 0


def test_other_models_end_of_turn_tokens_are_known(tokenizer: Any) -> None:
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_end|>"]})

    assert end_token_ids(tokenizer) == {tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|im_end|>")}


def test_prompt_and_reference_are_read_from_every_shape() -> None:
    task = TextGeneration()
    rows = [PAIR, CHAT, {"prompt": "p", "completion": "c"}, {"text": "t"}]

    assert [task.prompt_text(row) for row in rows] == ["Where is my order?", "4711", "p", ""]
    assert [task.reference(row) for row in rows] == ["On its way.", "Tomorrow.", "c", "t"]


def test_an_unknown_task_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="text-generation"):
        TaskFactory.create_task("poetry")
