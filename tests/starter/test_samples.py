"""The sample datasets: made by the committed script, without duplicates, described by a card."""

import json
import platform
import subprocess
import sys
from typing import Any

import pytest

from modelforge import starter
from modelforge.exceptions import ConfigurationError
from modelforge.starter import make_samples

MADE_WITH = "3.11.7"


TEXTS = ("docstrings", "support")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in starter.sample_path(name).read_text(encoding="utf-8").splitlines()]


def test_support_is_made_again_byte_for_byte() -> None:
    made = make_samples.as_jsonl(make_samples.support_rows())
    assert made.encode() == starter.sample_path("support").read_bytes()


def test_replies_are_made_again_byte_for_byte() -> None:
    made = make_samples.as_jsonl(make_samples.reply_rows())
    assert made.encode() == starter.sample_path("replies").read_bytes()
    assert len(made) <= 150_000


def test_ratings_are_made_again_byte_for_byte() -> None:
    made = make_samples.as_jsonl(make_samples.rating_rows())
    assert made.encode() == starter.sample_path("ratings").read_bytes()
    good = sum(bool(row["label"]) for row in rows("ratings"))
    assert (len(rows("ratings")), good) == (400, 178)


def test_conversations_are_made_again_byte_for_byte() -> None:
    made = make_samples.as_jsonl(make_samples.conversation_rows())
    assert made.encode() == starter.sample_path("conversations").read_bytes()
    assert len(made) <= 400_000


def test_notes_name_what_the_conversation_says_and_no_two_are_alike() -> None:
    found = rows("conversations")
    assert len(found) == len({row["document"] for row in found}) == len({row["summary"] for row in found}) == 800
    for row in found:
        order = row["summary"].partition("(order ")[2].partition(")")[0]
        assert order.isdigit()
        assert order in row["document"]
        assert " ".join(row["summary"].split()[:2]) in row["document"]
        assert "{" not in row["document"] + row["summary"]


def test_tickets_and_questions_are_made_again_byte_for_byte() -> None:
    tickets, questions = (
        make_samples.as_jsonl(made()) for made in (make_samples.ticket_rows, make_samples.question_rows)
    )
    assert tickets.encode() == starter.sample_path("tickets").read_bytes()
    assert questions.encode() == starter.sample_path("questions").read_bytes()


def test_answers_stand_where_they_are_said_to_stand_and_some_questions_have_none() -> None:
    found = rows("questions")
    for row in found:
        for text, start in zip(row["answers"]["text"], row["answers"]["answer_start"], strict=True):
            assert row["context"][start : start + len(text)] == text
    unanswerable = sum(not row["answers"]["text"] for row in found)
    assert 0.15 < unanswerable / len(found) < 0.2
    assert len({row["context"] for row in found}) == len(found) == 900


def test_replies_are_pairs_that_differ_on_messages_of_their_own() -> None:
    found = rows("replies")
    messages = {row["prompt"][0]["content"] for row in found}
    assert len(found) == len(messages) == 300
    assert not messages & {row["input"] for row in rows("support")}
    assert all([turn["role"] for turn in row["chosen"] + row["rejected"]] == ["assistant"] * 2 for row in found)
    assert all(row["chosen"] != row["rejected"] and "{" not in str(row["rejected"][0]["content"]) for row in found)


@pytest.mark.skipif(platform.python_version() != MADE_WITH, reason=f"docstrings differ outside CPython {MADE_WITH}")
def test_docstrings_are_made_again_byte_for_byte() -> None:
    made = make_samples.as_jsonl(make_samples.docstring_rows())
    assert made.encode() == starter.sample_path("docstrings").read_bytes()


@pytest.mark.parametrize("name", TEXTS)
def test_rows_are_whole_and_occur_once(name: str) -> None:
    found = rows(name)
    assert len(found) == 1000
    assert len({row["input"] for row in found}) == len(found)
    assert all(set(row) == {"input", "output"} and row["input"].strip() and row["output"].strip() for row in found)


def test_support_answers_are_records_of_five_fields_found_in_the_message() -> None:
    for row in rows("support"):
        record = json.loads(row["output"])
        assert tuple(record) == ("customer", "order", "product", "issue", "urgency")
        assert all(record[key] in row["input"] for key in ("customer", "order", "product"))
        assert record["issue"] in make_samples.ISSUES
        assert record["urgency"] in make_samples.URGENCIES
        assert "{" not in row["input"]


@pytest.mark.parametrize("name", starter.list_samples())
def test_card_states_licence_script_columns_and_count(name: str) -> None:
    card = starter.sample_path(name).with_suffix(".md").read_text(encoding="utf-8")
    found = rows(name)
    for word in ("license:", "modelforge.starter.make_samples", *(f"`{column}`" for column in found[0])):
        assert word in card
    assert f"{len(found):,}" in card


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="chatt") as model:
        starter.starter_path("chatt")
    with pytest.raises(ConfigurationError, match="suport") as sample:
        starter.sample_path("suport")
    assert "starter:chat" in str(model.value.hint)
    assert "sample:support" in str(sample.value.hint)


def test_import_loads_no_heavy_library() -> None:
    heavy = "{'torch', 'transformers', 'tokenizers', 'numpy'}"
    code = f"import sys, modelforge.starter; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
