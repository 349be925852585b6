"""What of a text is reasoning, and what answer."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.data.answers import NO_ANSWER
from modelforge.data.reasoned_answers import mostly_reason
from modelforge.schemas.config import parse_training_config
from modelforge.tasks.reasoning import answer_of, reasons, thinking_for, written
from modelforge.tasks.written_question_answering import WrittenQuestionAnswering

PLAIN, REASONED = "Paris", "<think>\nHm.\n</think>\n\nParis"


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        (PLAIN, "", "Paris"),
        (REASONED, "Hm.", "Paris"),
        ("Hm.\n</think>\n\nParis", "Hm.", "Paris"),
        ("<think></think>Paris", "", "Paris"),
        ("<think>\nHm", "", "<think>\nHm"),
        ("<think>a</think>b</think>c", "a", "b</think>c"),
    ],
)
def test_a_text_is_parted_behind_its_reasoning(text: str, reasoning: str, answer: str) -> None:
    assert written(text) == (reasoning, answer)
    assert answer_of(text) == answer


def test_an_answer_without_reasoning_is_kept_to_the_letter() -> None:
    assert answer_of(" Paris\n") == " Paris\n"


def test_a_turn_says_whether_the_template_is_to_leave_room_for_reasoning() -> None:
    assert reasons({"content": REASONED})
    assert reasons({"content": PLAIN, "reasoning_content": "Hm."})
    assert not reasons({"content": "<think>\n\n</think>\n\nParis"})
    assert not reasons({"content": "Write </think> behind it."})
    assert thinking_for({"content": PLAIN}) is False
    assert thinking_for({"content": ""}) is None  # yet to be written


def test_a_model_is_asked_as_most_of_its_answers_were_learned() -> None:
    def row(text: str) -> dict[str, Any]:
        return {"prompt": [{"role": "user", "content": "?"}], "completion": [{"role": "assistant", "content": text}]}

    pair = {"chosen": [{"role": "assistant", "content": REASONED}], "rejected": [{"role": "assistant", "content": "x"}]}

    assert mostly_reason([row(REASONED), row(REASONED), row(PLAIN)]) is True
    assert mostly_reason([row(REASONED), row(PLAIN)]) is False
    assert mostly_reason([{"prompt": [], **pair}]) is True
    assert mostly_reason([{"text": REASONED}, {"prompt": [{"role": "user", "content": "?"}]}]) is None


def test_no_answer_is_none_behind_reasoning_too(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"<think>Nothing there.</think>\n\n{NO_ANSWER}", "<think>Hm.</think>Paris"]
    monkeypatch.setattr("modelforge.tasks.causal_task.generate_answers", lambda *_, **__: texts)
    config = parse_training_config({"model": "m", "dataset": "d", "task": "extractive-question-answering"}).config
    task = WrittenQuestionAnswering()
    monkeypatch.setattr(task, "prompt_ids", lambda *_: [1])

    assert task.answers(None, None, [{}, {}], config) == ["", texts[1]]
