"""The preflight: each training truth can break, and is then refused by name and row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from modelforge.data.collator import PackedCollator, PaddingCollator
from modelforge.data.pairs import PairCollator, PairEncoder
from modelforge.data.preflight import Preflight, summarise
from modelforge.data.problem_phrases import phrase
from modelforge.exceptions import ConfigurationError, StrategyError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.preflight import Finding, PreflightReport
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.text_generation import TextGeneration

ROWS = [
    {
        "prompt": [{"role": "user", "content": f"Question {n}?"}],
        "completion": [{"role": "assistant", "content": f"Only {n}."}],
    }
    for n in range(6)
]
TWO_TURNS = [
    {
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Bye"},
            {"role": "assistant", "content": "See you"},
        ]
    }
]
TURN = "<|user|>{{ m.role }}\n{{ m.content }}<|end|>"
ASKS = "{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
SHOUTS = "{% for m in messages %}<|user|>{{ m.role }}\n{{ m.content | upper }}<|end|>{% endfor %}" + ASKS
REPEATS = (
    "{% for m in messages %}<|user|>{{ m.role }}\n"
    "{% if m.role == 'assistant' %}{{ messages[loop.index0 - 1].content }} {% endif %}"
    "{{ m.content }}<|end|>{% endfor %}"
) + ASKS
ENDLESS = (
    "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
GLUED = (
    "{% for m in messages %}<|user|>{{ m.role }}{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|user|>assistant{% endif %}"
)
TWO_BOS = "{{ bos_token }}{{ bos_token }}{% for m in messages %}" + TURN + "{% endfor %}" + ASKS


CALLS = (
    "{% if tools %}<|system|>{{ tools | tojson }}<|end|>{% endif %}{% for m in messages %}<|user|>{{ m.role }}\n"
    "{% for c in m.tool_calls or [] %}call {{ c.function.name }} {{ c.function.arguments | tojson }}{% endfor %}"
    "{{ m.content or '' }}<|end|>{% endfor %}"
) + ASKS
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = {"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": {"town": "Mainz"}}}]}
CALLING = [{"messages": [{"role": "user", "content": "Rain?"}, CALL], "tools": [WEATHER]}]
TALKING = [{"messages": TWO_TURNS[0]["messages"], "tools": [WEATHER]}]
BETWEEN = [{"messages": [*CALLING[0]["messages"], {"role": "tool", "content": "no"}, *TWO_TURNS[0]["messages"]]}]


NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('No system turns.') }}{% endif %}"


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


class LearnsPadding(PaddingCollator):
    """A collator with the fault that users of other tools met: padding is trained."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        batch = super().__call__(rows)
        batch["labels"][batch["attention_mask"] == 0] = self.pad_token_id
        return batch


def checked(
    tokenizer: Any, rows: list[dict[str, Any]], collator: Any = None, vocabulary: int = 262, **written: Any
) -> tuple[PreflightReport, int]:
    config = parse_training_config({"model": "m", "dataset": "d", **written}).config
    encoder = RowEncoder(TextGeneration(), tokenizer, config)
    preflight = Preflight(encoder, collator or PaddingCollator(tokenizer.pad_token_id), vocabulary)
    used = list(preflight.usable(iter(enumerate(rows, start=1)), "train"))
    list(preflight.usable(iter(enumerate(rows[:2], start=100)), "validation"))
    return preflight.report(), len(used)


def finding(report: PreflightReport, truth: str) -> Finding:
    return next(found for found in report.findings if found.truth == truth)


def test_every_truth_holds_for_good_rows(tokenizer: Any) -> None:
    report, used = checked(tokenizer, ROWS)

    assert report.ok
    assert [found.severity for found in report.findings] == ["ok"] * (len(TextGeneration.truths) + 2)
    assert (report.rows, report.validation_rows, used) == (6, 2, 6)
    assert report.trained_tokens == 6 * (len("Only 0.") + 1)
    assert report.lengths.minimum == report.lengths.maximum == report.tokens // 6


@pytest.mark.parametrize("collator", [None, PackedCollator()], ids=["padded", "packed"])
def test_rows_of_unequal_length_go_through_both_collators(tokenizer: Any, collator: Any) -> None:
    report, _ = checked(tokenizer, [*ROWS, *TWO_TURNS], collator)

    assert report.ok


@pytest.mark.parametrize(
    ("truth", "template", "rows", "written"),
    [
        ("answer-is-trained", SHOUTS, ROWS, {}),
        ("prompt-not-trained", REPEATS, ROWS, {}),
        ("end-token-trained", ENDLESS, TWO_TURNS, {"strategy": {"assistant_only_loss": True}}),
        ("one-bos", TWO_BOS, ROWS, {}),
    ],
)
def test_a_template_that_breaks_a_truth_is_refused(
    tokenizer: Any, truth: str, template: str, rows: list[dict[str, Any]], written: dict[str, Any]
) -> None:
    tokenizer.chat_template = template

    report, _ = checked(tokenizer, rows, **written)

    assert not report.ok
    found = finding(report, truth)
    assert (found.severity, found.total, found.rows[0]) == ("error", len(rows) + min(len(rows), 2), 1)
    assert found.fix
    assert [other.truth for other in report.findings if other.severity == "error"] == [truth]


@pytest.mark.parametrize("rows", [CALLING, TALKING, BETWEEN], ids=["call", "tools alone", "call in an earlier turn"])
@pytest.mark.parametrize("assistant_only_loss", [True, False])
def test_a_template_that_leaves_tools_out_is_refused(
    tokenizer: Any, rows: list[dict[str, Any]], assistant_only_loss: bool
) -> None:
    """Else a call would be learned as silence."""
    strategy = {"assistant_only_loss": assistant_only_loss}
    tokenizer.chat_template = (
        "{% for m in messages %}" + TURN.replace("m.content", "m.content or ''") + "{% endfor %}" + ASKS
    )
    report, _ = checked(tokenizer, rows, strategy=strategy)
    assert [found.truth for found in report.findings if found.severity == "error"] == ["tools-are-written"]

    tokenizer.chat_template = CALLS
    report, _ = checked(tokenizer, rows, strategy=strategy)
    assert report.ok


def test_a_call_is_judged_as_the_template_writes_it(tokenizer: Any) -> None:
    tokenizer.chat_template = CALLS
    config = parse_training_config({"model": "m", "dataset": "d"}).config

    written = TextGeneration().expected(CALLING[0], tokenizer, config)

    assert written == 'call weather {"town": "Mainz"}'
    row = TextGeneration().tokenise(CALLING[0], tokenizer, config)
    trained = [token for token in row.labels if token >= 0]
    assert tokenizer.decode(trained, skip_special_tokens=True) == written
    assert TextGeneration().expected(TWO_TURNS[0], tokenizer, config) == "See you"


def test_tools_that_a_template_refuses_because_it_knows_none_are_not_taken_for_system_turns(tokenizer: Any) -> None:
    raises = "{{ raise_exception('No such role.') }}"
    known = "{% if m.role in ('user', 'assistant') %}" + TURN + "{% else %}" + raises + "{% endif %}"
    tokenizer.chat_template = "{% for m in messages %}" + known + "{% endfor %}" + ASKS
    tool = [{"role": "user", "content": "Rain?"}, {"role": "tool", "content": "no"}, *TWO_TURNS[0]["messages"]]
    system = [{"role": "system", "content": "Be brief."}, *TWO_TURNS[0]["messages"]]

    with pytest.raises(ConfigurationError) as of_tool:
        checked(tokenizer, [{"messages": tool}])
    with pytest.raises(ConfigurationError) as of_system:
        checked(tokenizer, [{"messages": system}])

    assert (of_tool.value.code, of_system.value.code) == ("template-writes-no-tools", "template-refuses")
    assert "system" not in (of_tool.value.hint or "")
    assert "whose chat template writes tools" in (of_tool.value.hint or "")


def test_a_conversation_that_the_template_refuses_is_named_by_row(tokenizer: Any) -> None:
    tokenizer.chat_template = NO_SYSTEM + "{% for m in messages %}" + TURN + "{% endfor %}" + ASKS
    rows = [*ROWS, {"messages": [{"role": "system", "content": "Be brief."}, *TWO_TURNS[0]["messages"]]}]

    with pytest.raises(ConfigurationError, match=r"Row 7: .* refuses this conversation: No system turns\.") as caught:
        checked(tokenizer, rows)
    assert "data.system_prompt" in (caught.value.hint or "")
    assert (caught.value.code, caught.value.params) == ("template-refuses", {"reason": "No system turns.", "in_row": 7})
    with pytest.raises(ConfigurationError, match=r"Row 1: .*No system turns"):
        checked(tokenizer, ROWS, data={"system_prompt": "Be brief."})


def test_an_answer_that_begins_inside_a_token_is_refused(tokenizer: Any) -> None:
    from tokenizers import models

    vocabulary = {**tokenizer.get_vocab(), "tO": 262}
    tokenizer.backend_tokenizer.model = models.BPE(vocab=vocabulary, merges=[("t", "O")])
    tokenizer.chat_template = GLUED

    report, _ = checked(tokenizer, ROWS, vocabulary=263)

    assert [found.truth for found in report.findings if found.severity == "error"] == ["answer-is-trained", "same-ids"]


def test_a_tokenizer_of_another_model_is_refused(tokenizer: Any) -> None:
    report, _ = checked(tokenizer, ROWS, vocabulary=100)

    assert finding(report, "ids-in-vocabulary").severity == "error"


def test_a_batch_that_trains_padding_is_refused(tokenizer: Any) -> None:
    report, _ = checked(tokenizer, [*ROWS, *TWO_TURNS], LearnsPadding(tokenizer.pad_token_id))

    assert finding(report, "batch-keeps-rows").severity == "error"


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
    assert preflight.unprompted == [1]


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


def test_a_row_that_no_position_can_be_found_in_is_named_with_its_own_error(tokenizer: Any) -> None:
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}<|end|>{% endfor %}" + ASKS

    with pytest.raises(StrategyError, match=r"Row 1: The chat template begins an answer") as caught:
        checked(tokenizer, ROWS)
    assert caught.value.hint


def test_lengths_are_summed_up() -> None:
    summary = summarise([1, 2, 3, 4, 100])

    assert (summary.minimum, summary.median, summary.maximum) == (1, 3, 100)
    assert sum(count for _, count in summary.histogram) == 5
    assert sum(count for _, count in summarise([7, 7]).histogram) == 2
    assert summarise([]).maximum == 0
