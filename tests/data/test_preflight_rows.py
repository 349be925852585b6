"""The preflight: rows that are cut, left out, read as context or not held out are counted and named."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.data.collator import PaddingCollator
from modelforge.data.pairs import PairCollator, PairEncoder
from modelforge.data.preflight import Preflight, summarise
from modelforge.data.problem_phrases import phrase
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.preflight import Finding, PreflightReport
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.text_generation import TextGeneration
from tests.data.checked_rows import ASKS, BETWEEN, CALLS, ROWS, TWO_TURNS, checked, finding


def test_rows_that_are_cut_or_left_out_are_named(tokenizer: Any) -> None:
    long = [{"prompt": ROWS[0]["prompt"], "completion": [{"role": "assistant", "content": "Only " + "x" * 50}]}]
    no_room = [{"prompt": [{"role": "user", "content": "y" * 90}], "completion": ROWS[0]["completion"]}]

    report, used = checked(tokenizer, [*ROWS, *long, *no_room], data={"max_length": 40})

    assert report.ok
    assert (report.rows_cut, report.rows_left_out, used) == (1, 1, 7)
    assert finding(report, "answers-kept").rows == (8,)
    assert "whole answer" in finding(report, "answers-kept").message
    assert finding(report, "answers-kept").reason == phrase("answer-cut-away")
    assert "data.max_length to" in (finding(report, "rows-whole").fix or "")


def test_rows_of_a_dataset_that_is_held_out_are_named_apart(tokenizer: Any) -> None:
    """They have numbers of their own: 100 and 101 here."""
    long = [{"prompt": ROWS[0]["prompt"], "completion": [{"role": "assistant", "content": "Only " + "x" * 50}]}]
    rows = [*long, *ROWS]

    whole = finding(checked(tokenizer, rows, data={"max_length": 40})[0], "rows-whole")
    apart, _ = checked(tokenizer, rows, data={"max_length": 40, "validation_dataset": "d"})

    assert (whole.rows, whole.held_out_rows, whole.total) == ((1, 100), (), 2)
    found = finding(apart, "rows-whole")
    assert (found.rows, found.held_out_rows, found.total) == ((1,), (100,), 2)
    tokenizer.chat_template = "{% if messages[0].content == 'no' %}{{ raise_exception('No.') }}{% endif %}" + (
        tokenizer.chat_template
    )
    refused = [{**ROWS[0], "prompt": [{"role": "user", "content": "no"}]}]
    config = parse_training_config({"model": "m", "dataset": "d", "data": {"validation_dataset": "d"}}).config
    preflight = Preflight(RowEncoder(TextGeneration(), tokenizer, config), PaddingCollator(0), 262)
    with pytest.raises(ConfigurationError, match=r"^Row 7 of data\.validation_dataset: .*No\.") as caught:
        list(preflight.usable(iter([(7, refused[0])]), "validation"))
    assert caught.value.params["in_held_out_row"] == 7


def test_rows_that_get_no_system_prompt_are_named(tokenizer: Any) -> None:
    rows = [ROWS[0], {"prompt": "1 + 1 =", "completion": " 2"}, {"text": "Plain."}]

    (found,) = [
        finding
        for finding in checked(tokenizer, rows, data={"system_prompt": "Be kind."})[0].findings
        if finding.truth == "system-prompt-is-read"
    ]

    assert (found.severity, found.rows[:2], found.total) == ("warning", (2, 3), len(found.rows))
    assert all(finding.truth != found.truth for finding in checked(tokenizer, rows)[0].findings)


def test_a_string_preference_gets_no_system_prompt_and_is_named(tokenizer: Any) -> None:
    config = parse_training_config({"model": "m", "dataset": "d", "data": {"system_prompt": "Be kind."}}).config
    preflight = Preflight(
        PairEncoder(TextGeneration(), tokenizer, config), PairCollator(tokenizer.pad_token_id, most=64), 262
    )
    row = {"prompt": "1 + 1 =", "chosen": " 2", "rejected": " 3"}

    assert list(preflight.usable(iter([(1, row)]), "train"))
    assert preflight.unprompted.rows == [1]


def test_a_run_without_any_row_to_train_on_is_refused(tokenizer: Any) -> None:
    report, _ = checked(tokenizer, ROWS, data={"max_length": 8})

    assert finding(report, "answers-kept").severity == "error"


def test_a_run_without_held_out_rows_is_warned(tokenizer: Any) -> None:
    config = parse_training_config({"model": "m", "dataset": "d"}).config
    preflight = Preflight(RowEncoder(TextGeneration(), tokenizer, config), PaddingCollator(0), 262)
    list(preflight.usable(iter(enumerate(ROWS, start=1)), "train"))

    assert finding(preflight.report(), "held-out-rows").severity == "warning"


def context(report: PreflightReport) -> list[Finding]:
    return [found for found in report.findings if found.truth == "every-answer-is-learned"]


def test_answers_before_the_last_are_counted_as_context(tokenizer: Any) -> None:
    tokenizer.chat_template = CALLS

    (found,) = context(checked(tokenizer, [*ROWS, *TWO_TURNS, *BETWEEN])[0])

    assert (found.severity, found.code, found.rows, found.total) == ("warning", "answers-as-context", (7, 8), 2)
    assert found.params == {"answers": 3, "count": 2, "calls": 1}
    assert "3 answer(s) in 2 row(s), 1 tool call(s) among them," in found.message
    assert "strategy.assistant_only_loss: true" in (found.fix or "")


@pytest.mark.parametrize("strategy", [{"assistant_only_loss": True}, "dpo"])
def test_nothing_is_said_of_context_where_it_is_learned_or_never_is(tokenizer: Any, strategy: Any) -> None:
    assert context(checked(tokenizer, TWO_TURNS, strategy=strategy)[0]) == []
    assert context(checked(tokenizer, ROWS)[0]) == []


def test_a_template_that_cannot_have_every_answer_learned_is_said_so(tokenizer: Any) -> None:
    tokenizer.chat_template = (
        "{% for m in messages %}<|user|>{{ m.role }}\n"
        "{{ m.content if loop.last or m.role != 'assistant' else '…' }}<|end|>{% endfor %}" + ASKS
    )

    (found,) = context(checked(tokenizer, TWO_TURNS)[0])

    assert found.code == "answers-as-context-only"
    assert "a row of its own" in (found.fix or "")
    tokenizer.chat_template = None
    assert context(checked(tokenizer, TWO_TURNS)[0])[0].code == "answers-as-context-only"


def test_lengths_are_summed_up() -> None:
    summary = summarise([1, 2, 3, 4, 100])

    assert (summary.minimum, summary.median, summary.maximum) == (1, 3, 100)
    assert sum(count for _, count in summary.histogram) == 5
    assert sum(count for _, count in summarise([7, 7]).histogram) == 2
    assert summarise([]).maximum == 0
