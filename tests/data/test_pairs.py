"""Preferences as two sides of one row: how they are told apart, checked, stored and put into a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from modelforge.data.collator import IGNORED
from modelforge.data.pairs import SIDES, Pair, PairCollator, PairEncoder, labels_of
from modelforge.data.preferences import sides_of
from modelforge.data.preflight import Preflight
from modelforge.data.scored_pairs import ScoredPairEncoder
from modelforge.data.token_store import read_tokens, write_tokens
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.preflight import PreflightReport
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.tokenised_row import TokenisedRow


def turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def pair(question: str, chosen: str, rejected: str) -> dict[str, Any]:
    return {
        "prompt": [turn("user", question)],
        "chosen": [turn("assistant", chosen)],
        "rejected": [turn("assistant", rejected)],
    }


ROWS = [pair(f"Question {n}?", f"Yes, {n}.", "No" + "!" * n) for n in range(6)]


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


def checked(
    tokenizer: Any, rows: list[dict[str, Any]], collator: Any = None, **data: Any
) -> tuple[PreflightReport, list[tuple[int, Pair]]]:
    config = parse_training_config({"model": "m", "dataset": "d", "strategy": "dpo", "data": data}).config
    collator = collator or PairCollator(tokenizer.pad_token_id, config.data.max_length)
    preflight = Preflight(PairEncoder(TextGeneration(), tokenizer, config), collator, 262)
    used = list(preflight.usable(iter(enumerate(rows, start=1)), "train"))
    return preflight.report(), [(number, pair) for number, pair in used if isinstance(pair, Pair)]


def sides(used: list[tuple[int, Pair]]) -> list[TokenisedRow]:
    return [side for _, pair in used for side in pair.sides if isinstance(side, TokenisedRow)]


def test_a_preference_has_two_sides_and_every_other_row_one() -> None:
    chosen, rejected = sides_of(ROWS[2] | {"tools": ["t"]})

    assert chosen == {"prompt": ROWS[2]["prompt"], "completion": ROWS[2]["chosen"], "tools": ["t"]}
    assert rejected["completion"] == ROWS[2]["rejected"]
    assert sides_of({"text": "t"}) == ({"text": "t"},)


@pytest.mark.parametrize(
    ("row", "prompt"),
    [
        ({"chosen": "Q: why? A: because", "rejected": "Q: why? A: before"}, "Q: why? A: "),
        ({"chosen": "one", "rejected": "other"}, ""),
        (
            {
                "chosen": [turn("user", "a"), turn("assistant", "b"), turn("user", "c"), turn("assistant", "d")],
                "rejected": [turn("user", "a"), turn("assistant", "b"), turn("user", "c"), turn("assistant", "e")],
            },
            [turn("user", "a"), turn("assistant", "b"), turn("user", "c")],
        ),
    ],
)
def test_a_prompt_that_is_not_named_is_what_both_answers_begin_with(row: dict[str, Any], prompt: Any) -> None:
    sides = sides_of(row)

    assert [side["prompt"] for side in sides] == [prompt, prompt]
    assert [side["prompt"] + side["completion"] for side in sides] == [row["chosen"], row["rejected"]]


def test_both_sides_end_with_a_trained_end_token_and_train_no_prompt(tokenizer: Any) -> None:
    report, used = checked(tokenizer, ROWS)

    assert report.ok
    assert (report.rows, len(used)) == (6, 6)
    assert [number for number, _ in used] == [*range(1, 7)]
    answers = [turns for row in ROWS for turns in (row["chosen"], row["rejected"])]
    for made, answer in zip(sides(used), answers, strict=True):
        trained = [label for label in made.kept_labels if label != IGNORED]
        assert tokenizer.decode(trained[:-1]) == answer[0]["content"]
        assert trained[-1] == tokenizer.eos_token_id


def test_a_pair_goes_with_both_of_its_sides_or_not_at_all(tokenizer: Any) -> None:
    endless = pair("y" * 90, "Yes.", "No.")
    alike = pair("Question?", "Yes " + "z" * 60 + "1", "Yes " + "z" * 60 + "2")

    report, used = checked(tokenizer, [*ROWS, endless, alike, pair("Q?", "Yes.", "N" * 60)], max_length=40)

    assert (report.rows_left_out, report.rows_cut, len(used)) == (2, 1, 7)
    left = next(found for found in report.findings if found.truth == "answers-kept")
    assert left.rows == (7, 8)


@pytest.mark.parametrize(
    ("longer", "reason"), [("", "same-answers"), ("z" * 60, "same-answers-after-cutting")], ids=["as written", "cut"]
)
def test_two_answers_that_are_the_same_say_whether_the_cut_made_them_so(
    tokenizer: Any, longer: str, reason: str
) -> None:
    ends = ("1", "2") if longer else ("", "")
    config = parse_training_config({"model": "m", "dataset": "d", "strategy": "dpo", "data": {"max_length": 40}}).config
    row = pair("Q?", *(f"Yes {longer}{end}" for end in ends))
    (made,) = PairEncoder(TextGeneration(), tokenizer, config).features(row)

    assert made.left_out is not None
    assert made.left_out.code == reason


def test_a_reward_model_reads_each_side_up_to_the_end_of_its_answer(tokenizer: Any) -> None:
    config = parse_training_config({"model": "m", "dataset": "d", "strategy": "reward"}).config
    tokenizer.chat_template = "{% for m in messages %}{{ m.content + '<|end|>\n' }}{% endfor %}"
    task = TextGeneration()
    (whole,) = PairEncoder(task, tokenizer, config).features(ROWS[3])
    (read,) = ScoredPairEncoder(task, tokenizer, config).features(ROWS[3])

    for side, answer in (("chosen", "Yes, 3."), ("rejected", "No!!!")):
        ids = read.columns[f"{side}_input_ids"]
        assert tokenizer.decode(ids).endswith(f"{answer}<|end|>")
        assert whole.columns[f"{side}_input_ids"] == [*ids, *tokenizer("\n")["input_ids"]]  # the template's, not read


def test_pairs_come_back_from_disk_and_lie_in_a_batch_side_by_side(tokenizer: Any, tmp_path: Path) -> None:
    _, used = checked(tokenizer, ROWS)
    write_tokens(tmp_path / "tokens.arrow", PairEncoder.names, used)

    dataset = read_tokens(tmp_path / "tokens.arrow")
    batch = PairCollator(tokenizer.pad_token_id)([dataset[1], dataset[5]])

    assert len(dataset) == 6
    expected = [sides(used)[index] for index in (2, 10, 3, 11)]
    for at, row in enumerate(expected):
        length = len(row.kept_ids)
        assert batch["input_ids"][at][:length].tolist() == row.kept_ids
        assert int(batch["attention_mask"][at].sum()) == length
        assert labels_of(batch)[at][:length].tolist() == row.kept_labels
        assert int(batch["completion_mask"][at].sum()) == row.trained_tokens


class Swapped(PairCollator):
    """A collator that takes each answer for the other."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        swap = dict(zip(SIDES, reversed(SIDES), strict=True))
        return super().__call__(
            [
                {f"{swap[side]}_{name}": row[f"{side}_{name}"] for side in SIDES for name in ("input_ids", "labels")}
                for row in rows
            ]
        )


def test_a_collator_that_mixes_up_the_sides_is_refused(tokenizer: Any) -> None:
    report, _ = checked(tokenizer, ROWS, Swapped(tokenizer.pad_token_id))

    assert [found.truth for found in report.findings if found.severity == "error"] == ["batch-keeps-rows"]
