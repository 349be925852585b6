from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from modelforge.data.canonical_file import CanonicalWriter, encode_row
from modelforge.data.duplicates import find_duplicates, find_leakage
from modelforge.data.same_prompts import prompt_of
from modelforge.data.split import Split, split_rows
from tests.data.canonical_rows import to_canonical
from tests.data.test_duplicates import sentence

Rows = list[dict[str, Any]]


def words(seed: int, count: int = 15) -> str:
    return " ".join(sentence(seed, count))


def write(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    with CanonicalWriter(path) as writer:
        for number, row in enumerate(rows, start=1):
            writer.write(number, encode_row(row))
    return path


def asked(prompts: int, answers: int) -> Rows:
    """Every prompt with several answers that have nothing in common, the rows shuffled."""
    rows = [
        {"prompt": words(prompt), "completion": words(1000 + answers * prompt + answer)}
        for prompt in range(prompts)
        for answer in range(answers)
    ]
    random.Random(0).shuffle(rows)
    return rows


def across(rows: Rows, split: Split) -> list[int]:
    """The held-out rows whose prompt is trained on, by the plain definition."""
    apart = {*split.validation, *split.left_out}
    learned = {row["prompt"] for at, row in enumerate(rows) if at not in apart}
    return [at for at in split.validation if rows[at]["prompt"] in learned]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.5])
@pytest.mark.parametrize("answers", [2, 4, 5])
def test_the_rows_of_a_prompt_stay_on_one_side(tmp_path: Path, answers: int, share: float) -> None:
    rows = asked(60, answers)
    path = write(tmp_path / "a.parquet", rows)

    for seed in range(3):
        split = split_rows(path, share, seed=seed)
        assert across(rows, split) == list(split.prompts_on_both_sides) == []
        assert round(share * len(rows)) - answers < split.validation_rows <= round(share * len(rows))
        assert split == split_rows(path, share, seed=seed)


@pytest.mark.parametrize("prompts", [1, 2, 5])
def test_prompts_with_too_many_rows_are_split_and_counted(tmp_path: Path, prompts: int) -> None:
    rows = asked(prompts, 200 // prompts)

    split = split_rows(write(tmp_path / "a.parquet", rows), 0.1, seed=1)

    assert split.validation_rows == 20
    assert list(split.prompts_on_both_sides) == across(rows, split) == list(split.validation)


def test_one_prompt_too_large_leaves_the_others_whole(tmp_path: Path) -> None:
    rows = asked(50, 2) + [{"prompt": "Write a poem.", "completion": words(5000 + at)} for at in range(100)]

    split = split_rows(write(tmp_path / "a.parquet", rows), 0.1, seed=1)

    assert split.validation_rows == 20
    assert {rows[at]["prompt"] for at in split.prompts_on_both_sides} == {"Write a poem."}
    assert list(split.prompts_on_both_sides) == across(rows, split)


def test_prompts_are_held_out_however_many_answers_they_have(tmp_path: Path) -> None:
    rows = asked(100, 3) + [{"prompt": words(9000 + at), "completion": words(7000 + at)} for at in range(300)]

    split = split_rows(write(tmp_path / "a.parquet", rows), 0.1, seed=1)

    answers = Counter(rows[at]["prompt"] for at in split.validation)
    assert split.validation_rows == 60
    assert set(answers.values()) == {1, 3}


def test_likeness_and_prompts_together_make_no_group_that_is_too_large(tmp_path: Path) -> None:
    """Each row resembles the one before it or has its prompt: one chain through all rows."""
    rows: Rows = []
    for at in range(200):
        answer = words(at // 2, 60)
        rows.append({"prompt": f"Question {(at + 1) // 2}?", "completion": f"{answer} {'!' * (at % 2)}"})

    split = split_rows(write(tmp_path / "a.parquet", rows), 0.1, seed=1)

    assert 10 < split.validation_rows <= 20
    assert list(split.prompts_on_both_sides) == across(rows, split)


def test_copies_that_are_left_out_do_not_count(tmp_path: Path) -> None:
    rows = asked(30, 2)
    rows += rows[:20]

    split = split_rows(write(tmp_path / "a.parquet", rows), 0.1, seed=2, drop_duplicates=True)

    assert split.validation_rows == 6
    assert set(split.left_out) == set(range(60, 80))
    assert across(rows, split) == list(split.prompts_on_both_sides) == []


def test_two_rows_of_one_prompt_are_split_too(tmp_path: Path) -> None:
    split = split_rows(write(tmp_path / "a.parquet", asked(1, 2)), 0.5, seed=1)

    assert (split.train_rows, split.validation_rows, len(split.prompts_on_both_sides)) == (1, 1, 1)


def test_prompts_are_looked_for_between_two_datasets(tmp_path: Path) -> None:
    known = {"prompt": words(1), "completion": words(2)}
    train = write(tmp_path / "train.parquet", [known, {"prompt": words(3), "completion": words(4)}])
    held_out = write(
        tmp_path / "held-out.parquet",
        [
            {"prompt": words(5), "completion": words(6)},
            known,
            {"prompt": words(1), "completion": words(7)},
            {"prompt": words(5), "completion": words(8)},
        ],
    )

    leakage = find_leakage(train, held_out)

    assert (leakage.exact, leakage.near, leakage.prompts.tolist()) == (1, 0, [2])
    assert find_duplicates(held_out).repeats().prompts.tolist() == [2, 3]


TOLD = {"role": "user", "content": "Where is Rome?"}
TOOL = {"type": "function", "function": {"name": "find"}}


def answered(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


@pytest.mark.parametrize(
    ("shape", "one", "same", "other"),
    [
        ("input_output", {"input": "a", "output": "x"}, {"output": "y"}, {"input": "b"}),
        ("summary", {"document": "a", "summary": "x"}, {"summary": "y"}, {"document": "b"}),
        (
            "question_answering",
            {"context": "It is in Italy.", "question": "Where?", "answers": "Italy"},
            {"answers": "in Italy"},
            {"question": "Where is it?"},
        ),
        ("alpaca", {"instruction": "a", "input": "b", "output": "x"}, {"output": "y"}, {"input": "c"}),
        ("messages", {"messages": [TOLD, answered("x")]}, {"messages": [TOLD, answered("y")]},
         {"messages": [TOLD, answered("x"), TOLD, answered("x")]}),
        ("messages", {"messages": [TOLD, answered("x")], "tools": [TOOL]}, {"messages": [TOLD, answered("y")]},
         {"tools": [TOOL, TOOL]}),
        ("preference", {"prompt": "a", "chosen": "x", "rejected": "y"}, {"chosen": "z"}, {"prompt": "b"}),
        ("preference", {"chosen": "Ask: well", "rejected": "Ask: ill"}, {"chosen": "Ask: fine"},
         {"chosen": "Beg: well", "rejected": "Beg: ill"}),
        ("unpaired_preference", {"prompt": "a", "completion": "x", "label": True}, {"label": False}, {"prompt": "b"}),
        ("prompt_only", {"prompt": "a", "solution": "x"}, {"solution": "y"}, {"prompt": "b"}),
        ("classification", {"text": "a", "label": "x"}, {"label": "y"}, {"text": "b"}),
    ],
)  # fmt: skip
def test_the_prompt_is_all_that_is_read_before_the_answer(
    shape: Any, one: dict[str, Any], same: dict[str, Any], other: dict[str, Any]
) -> None:
    columns = {name: name for name in one}
    first, alike, apart = (prompt_of(to_canonical({**one, **more}, shape, columns)) for more in ({}, same, other))

    assert first is not None
    assert first == alike
    assert first != apart


def test_the_same_question_is_known_in_every_form() -> None:
    asked = [
        {"prompt": "Where is Rome?", "completion": "x"},
        {"prompt": [TOLD], "completion": [answered("x")]},
        {"messages": [{"content": "Where is Rome?", "role": "user"}, answered("x")]},
        {"chosen": [TOLD, answered("x")], "rejected": [TOLD, answered("y")]},
    ]
    assert len({prompt_of(row) for row in asked}) == 1


def test_plain_text_has_no_prompt() -> None:
    assert prompt_of({"text": "All of this is learned."}) is None
    assert prompt_of({"chosen": "Yes", "rejected": "No"}) is None
