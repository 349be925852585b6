"""The preflight: each training truth can break, and is then refused by name and row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from modelforge.data.collator import PackedCollator, PaddingCollator
from modelforge.exceptions import ConfigurationError, StrategyError
from modelforge.schemas.config import parse_training_config
from modelforge.tasks.text_generation import TextGeneration
from tests.data.checked_rows import ASKS, BETWEEN, CALLING, CALLS, ROWS, TALKING, TURN, TWO_TURNS, checked, finding

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
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('No system turns.') }}{% endif %}"


class LearnsPadding(PaddingCollator):
    """A collator with the fault that users of other tools met: padding is trained."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        batch = super().__call__(rows)
        batch["labels"][batch["attention_mask"] == 0] = self.pad_token_id
        return batch


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


@pytest.mark.parametrize("place", ["earlier", "last"])
def test_so_is_every_answer_whose_first_line_break_is_one_token_with_the_prompt_s(tokenizer: Any, place: str) -> None:
    """The tokens of the answer spell it, but for the white space that the token before it holds."""
    from tokenizers import models, pre_tokenizers

    vocabulary = {**tokenizer.get_vocab(), "ĊĊ": 262}
    tokenizer.backend_tokenizer.model = models.BPE(vocab=vocabulary, merges=[("Ċ", "Ċ")])
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.chat_template = "{% for m in messages %}" + TURN + "{% endfor %}" + ASKS
    messages = [dict(turn) for turn in TWO_TURNS[0]["messages"]]
    strategy = {"assistant_only_loss": True}
    assert checked(tokenizer, [{"messages": messages}], vocabulary=263, strategy=strategy)[0].ok

    messages[1 if place == "earlier" else 3]["content"] = "\nHello"

    report, _ = checked(tokenizer, [{"messages": messages}], vocabulary=263, strategy=strategy)
    assert [found.truth for found in report.findings if found.severity == "error"] == ["same-ids"]


def test_a_tokenizer_of_another_model_is_refused(tokenizer: Any) -> None:
    report, _ = checked(tokenizer, ROWS, vocabulary=100)

    assert finding(report, "ids-in-vocabulary").severity == "error"


def test_a_batch_that_trains_padding_is_refused(tokenizer: Any) -> None:
    report, _ = checked(tokenizer, [*ROWS, *TWO_TURNS], LearnsPadding(tokenizer.pad_token_id))

    assert finding(report, "batch-keeps-rows").severity == "error"


def test_a_row_that_no_position_can_be_found_in_is_named_with_its_own_error(tokenizer: Any) -> None:
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}<|end|>{% endfor %}" + ASKS

    with pytest.raises(StrategyError, match=r"Row 1: The chat template begins an answer") as caught:
        checked(tokenizer, ROWS)
    assert caught.value.hint
