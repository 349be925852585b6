from __future__ import annotations

from typing import Any

import pytest

from modelforge.data.shapes import ALL_SHAPES, SHAPES, columns_of, detect_shape, map_columns, nearest_columns
from modelforge.tasks.text_generation import TextGeneration

TURNS = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
SHARED = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]

CERTAIN: list[tuple[dict[str, Any], str, dict[str, str]]] = [
    ({"input": "a", "output": "b"}, "input_output", {"input": "input", "output": "output"}),
    ({"document": "a", "summary": "b"}, "summary", {"document": "document", "summary": "summary"}),
    ({"article": "a", "summary": "b"}, "summary", {"document": "article", "summary": "summary"}),
    ({"context": "a", "question": "b", "answer": "c"}, "question_answering",
     {"context": "context", "question": "question", "answers": "answer"}),
    ({"id": "1", "title": "t", "context": "a", "question": "b", "answers": {"text": ["a"], "answer_start": [0]}},
     "question_answering", {"context": "context", "question": "question", "answers": "answers"}),
    ({"instruction": "a", "output": "b"}, "alpaca", {"instruction": "instruction", "output": "output"}),
    ({"instruction": "a", "input": "", "output": "b", "system": "s", "history": []}, "alpaca",
     {name: name for name in ("instruction", "input", "output", "system", "history")}),
    ({"conversations": SHARED, "system": "s"}, "sharegpt", {"conversations": "conversations", "system": "system"}),
    ({"messages": SHARED}, "sharegpt", {"conversations": "messages"}),
    ({"messages": TURNS, "tools": []}, "messages", {"messages": "messages", "tools": "tools"}),
    ({"conversations": TURNS}, "messages", {"messages": "conversations"}),
    ({"messages": '[{"role": "user", "content": "a"}]'}, "messages", {"messages": "messages"}),
    ({"prompt": "a", "completion": "b"}, "prompt_completion", {"prompt": "prompt", "completion": "completion"}),
    ({"prompt": TURNS[:1], "completion": TURNS[1:]}, "prompt_completion",
     {"prompt": "prompt", "completion": "completion"}),
    ({"text": "a", "source": "web"}, "text", {"text": "text"}),
    ({"text": "a", "label": 3}, "classification", {"text": "text", "label": "label"}),
    ({"premise": "a", "hypothesis": "b", "label": 0}, "classification",
     {"text": "premise", "text_pair": "hypothesis", "label": "label"}),
    ({"prompt": "a", "chosen": "b", "rejected": "c"}, "preference",
     {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"}),
    ({"chosen": TURNS, "rejected": TURNS}, "preference", {"chosen": "chosen", "rejected": "rejected"}),
    ({"prompt": "a", "completion": "b", "label": True}, "unpaired_preference",
     {"prompt": "prompt", "completion": "completion", "label": "label"}),
    ({"prompt": "a", "answer_length": 3}, "prompt_only", {"prompt": "prompt"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "shape", "columns"), CERTAIN, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_shape_is_detected(row: dict[str, Any], shape: str, columns: dict[str, str]) -> None:
    detected = detect_shape([row])

    assert (detected.shape, detected.columns, detected.certain) == (shape, columns, True)


def test_the_cases_cover_every_shape() -> None:
    assert {shape for _, shape, _ in CERTAIN} == set(ALL_SHAPES) == set(SHAPES)


@pytest.mark.parametrize(
    ("row", "shape", "columns"),
    [
        ({"question": "a", "answer": "b"}, "input_output", {"input": "question", "output": "answer"}),
        ({"text": "a", "highlights": "b"}, None, {}),
        ({"dialogue": "a", "summary": "b"}, "summary", {"document": "dialogue", "summary": "summary"}),
        ({"prompt": "a", "response": "b"}, "prompt_completion", {"prompt": "prompt", "completion": "response"}),
        ({"content": "a"}, "text", {"text": "content"}),
    ],
)
def test_guesses_are_proposed_and_never_taken(row: dict[str, Any], shape: str | None, columns: dict[str, str]) -> None:
    detected = detect_shape([row], TextGeneration.shapes)

    if shape is None:
        assert detected.shape == "text"
        return
    assert not detected.certain
    assert (detected.shape, detected.columns) == (shape, columns)
    assert detected.alternatives[0].shape == shape


@pytest.mark.parametrize(
    ("row", "shape", "columns"),
    [
        ({"tweet": "a", "sentiment": "b"}, "classification", {"text": "tweet", "label": "sentiment"}),
        ({"text": "a", "category": "b"}, "classification", {"text": "text", "label": "category"}),
        ({"question": "a", "preferred": "b", "loser": "c"}, "preference",
         {"prompt": "question", "chosen": "preferred", "rejected": "loser"}),
        ({"instruction": "a", "response": "b", "thumbs_up": True}, "unpaired_preference",
         {"prompt": "instruction", "completion": "response", "label": "thumbs_up"}),
        ({"passage": "a", "query": "b", "answer": "c"}, "question_answering",
         {"context": "passage", "question": "query", "answers": "answer"}),
        ({"task": "a", "response": "b"}, "alpaca", {"instruction": "task", "output": "response"}),
        ({"chat": TURNS}, "messages", {"messages": "chat"}),
        ({"dialogue": SHARED}, "sharegpt", {"conversations": "dialogue"}),
        ({"problem": "a"}, "prompt_only", {"prompt": "problem"}),
    ],
)  # fmt: skip
def test_columns_of_other_datasets_are_proposed_for_what_a_task_wants(
    row: dict[str, Any], shape: Any, columns: dict[str, str]
) -> None:
    detected = detect_shape([row], (shape,))

    assert (detected.shape, detected.columns, detected.certain) == (shape, columns, False)


@pytest.mark.parametrize(
    ("row", "guessed"),
    [
        ({"system": "s", "question": "a", "chosen": "b", "rejected": "c"}, {"prompt": "question"}),
        ({"instruction": "a", "input": "", "chosen": "b", "rejected": "c"}, {"prompt": "instruction"}),
        ({"question1": "a", "question2": "b", "label": 0}, {"text": "question1", "text_pair": "question2"}),
        ({"text": "a", "question2": "b", "label": 0}, {"text_pair": "question2"}),
        ({"instruction": "a", "context": "b", "response": "c"}, {"input": "context", "output": "response"}),
        ({"instruction": "a", "context": "b", "output": "c"}, {"input": "context"}),
    ],
)
def test_a_column_that_may_be_an_optional_one_is_asked_about(row: dict[str, Any], guessed: dict[str, str]) -> None:
    """Pairs beside a `question` that nobody calls `prompt` would else be learned as answers to nothing."""
    detected = detect_shape([row])

    assert not detected.certain
    renamed = {expected: name for expected, name in detected.columns.items() if expected != name}
    assert renamed == guessed


def test_a_column_that_may_be_an_optional_one_can_be_left_out_by_naming_the_shape() -> None:
    detected = detect_shape([{"question": "a", "chosen": "b", "rejected": "c"}])

    assert [guess.columns for guess in detected.alternatives][1:] == [{"chosen": "chosen", "rejected": "rejected"}]
    assert map_columns("preference", detected.found, {}) == {"chosen": "chosen", "rejected": "rejected"}


def test_two_readings_that_both_use_columns_of_their_own_need_a_choice() -> None:
    detected = detect_shape([{"messages": TURNS, "text": "a"}])

    assert not detected.certain
    assert [guess.shape for guess in detected.alternatives] == ["messages", "text"]


def test_a_reading_that_the_task_does_not_accept_is_no_rival() -> None:
    detected = detect_shape([{"messages": TURNS, "prompt": "a"}], TextGeneration.shapes)

    assert (detected.shape, detected.certain) == ("messages", True)


def test_a_shape_that_is_not_accepted_is_named() -> None:
    detected = detect_shape([{"chosen": "a", "rejected": "b"}], TextGeneration.shapes)

    assert (detected.shape, detected.refused) == (None, "preference")


def test_a_labelled_text_is_text_to_a_task_that_learns_no_classes() -> None:
    detected = detect_shape([{"text": "a", "label": "b"}], TextGeneration.shapes)

    assert (detected.shape, detected.certain) == ("text", True)


def test_the_users_columns_come_first() -> None:
    row = {"question": "a", "answer": "b", "text": "c"}

    detected = detect_shape([row], TextGeneration.shapes, {"input": "question", "output": "answer"})

    assert (detected.shape, detected.columns) == ("input_output", {"input": "question", "output": "answer"})


def test_an_accepted_name_may_be_mapped_too() -> None:
    detected = detect_shape([{"body": "a", "summary": "b"}], TextGeneration.shapes, {"article": "body"})

    assert (detected.shape, detected.certain) == ("summary", True)
    assert detected.columns == {"document": "body", "summary": "summary"}


def test_columns_are_those_of_most_rows() -> None:
    rows = [{"input": "a", "output": "b"}] * 9 + [{"messages": TURNS}]

    assert columns_of(rows) == ("input", "output")
    assert detect_shape(rows).shape == "input_output"
    assert set(columns_of([{"a": 1}, {"b": 1}, {"c": 1}])) == {"a", "b", "c"}


def test_map_columns_leaves_out_what_is_not_there() -> None:
    assert map_columns("alpaca", ("instruction", "reply"), {"output": "reply"}) == {
        "instruction": "instruction",
        "output": "reply",
    }
    assert map_columns("messages", ("chat",), {"messages": "chat"}, [{"chat": TURNS}]) == {"messages": "chat"}


def test_misspelt_columns_find_their_nearest_name() -> None:
    assert nearest_columns(("Input", "ouput", "zebra"), ("input_output",)) == [("Input", "input"), ("ouput", "output")]
