"""Rewards by rule and by a function of the user's, as pure functions of an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from modelforge.evaluation.rewards.python_function import load_function, read_source, sha256_of
from modelforge.evaluation.rewards.reward import Answer, weighted
from modelforge.evaluation.rewards.reward_factory import rule_rewards
from modelforge.exceptions import ConfigurationError, TrainingError
from modelforge.schemas.config.json_schema import fault_in_schema, fits
from modelforge.schemas.config.rewards import RewardRule, reward_names

RULE: TypeAdapter[Any] = TypeAdapter(RewardRule)
HEAD = "def score(prompt, answer, reference, row):\n    "
RECORD = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "pattern": "^[0-9]{5}$"},
        "urgency": {"enum": ["low", "high"]},
        "items": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 2},
    },
    "required": ["order"],
    "additionalProperties": False,
}


def score(rule: dict[str, Any], text: str, **answer: Any) -> float:
    [reward] = rule_rewards([RULE.validate_python(rule)])
    return reward.score([Answer("Which?", text, **answer)])[0]


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ({"kind": "exact_match"}, " red \n", 1.0),
        ({"kind": "exact_match"}, "Red", 0.0),
        ({"kind": "exact_match"}, "<think>\nRed or blue?\n</think>\n\nred", 1.0),
        ({"kind": "exact_match"}, "<think>red</think>blue", 0.0),
        ({"kind": "regex", "pattern": "^Hello,"}, "<think>Hm.</think>\n\nHello, Ada", 1.0),
        ({"kind": "regex", "pattern": "red"}, "<think>red</think>blue", 0.0),
        ({"kind": "regex", "pattern": "red"}, "<think>red", 1.0),  # cut before it came to an answer: read as it stands
        ({"kind": "json_schema"}, "A list, then.\n</think>\n\n[1, 2]", 1.0),
        ({"kind": "regex", "pattern": "^Hello,"}, "Hello, Ada", 1.0),
        ({"kind": "regex", "pattern": "^Hello,"}, "Oh. Hello, Ada", 0.0),
        ({"kind": "json_schema"}, "[1, 2]", 1.0),
        ({"kind": "json_schema"}, "[1, 2] and more", 0.0),
        ({"kind": "json_schema"}, "NaN", 0.0),
        ({"kind": "json_schema"}, '{"a": 1, "a": 2}', 0.0),
        ({"kind": "json_schema"}, "[" * 100_000, 0.0),
        ({"kind": "json_schema", "json_schema": RECORD}, '{"order": "12345"}', 1.0),
        ({"kind": "json_schema", "json_schema": RECORD, "partial": 0.25}, '{"order": 12345}', 0.25),
        ({"kind": "length", "unit": "words", "at_least": 2, "at_most": 3}, "one two three", 1.0),
        ({"kind": "length", "unit": "words", "at_most": 2}, "one two three", 0.0),
        ({"kind": "length", "unit": "words", "at_most": 2, "tolerance": 4}, "one two three", 0.75),
        ({"kind": "length", "unit": "characters", "at_least": 4, "tolerance": 2}, "one", 0.5),
        ({"kind": "length", "at_least": 4, "at_most": 4, "tolerance": 3}, "counted in tokens", 1.0),
    ],
)
def test_a_rule_scores_an_answer(rule: dict[str, Any], text: str, expected: float) -> None:
    assert score(rule, text, reference="red", ids=[5, 6, 7, 8]) == expected


def test_without_an_expected_answer_nothing_matches_it() -> None:
    assert score({"kind": "exact_match"}, "") == 0.0


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "regex", "pattern": "("},
        {"kind": "regex", "pattern": ""},
        {"kind": "length"},
        {"kind": "length", "at_least": 5, "at_most": 4},
        {"kind": "json_schema", "json_schema": {"$ref": "#/x"}},
        {"kind": "json_schema", "json_schema": {"properties": {"a": {"type": "text"}}}},
        {"kind": "json_schema", "json_schema": {"pattern": "("}},
        {"kind": "python", "function": "os.system"},
        {"kind": "python", "path": "/etc/passwd"},
        {"kind": "wish"},
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RULE.validate_python(rule)


@pytest.mark.parametrize(
    ("schema", "fitting", "other"),
    [
        (RECORD, {"order": "12345", "items": [1]}, {"order": "12345", "items": [0]}),
        (RECORD, {"order": "12345", "urgency": "low"}, {"order": "12345", "more": 1}),
        ({"type": "integer"}, 2.0, True),
        ({"type": ["null", "number"]}, None, "1"),
        ({"const": 1}, 1.0, True),
        ({"enum": [{"a": [1]}]}, {"a": [1.0]}, {"a": [True]}),
        ({"additionalProperties": {"type": "string"}}, {"a": "b"}, {"a": 1}),
        ({"anyOf": [{"minLength": 3}, {"const": "ab"}]}, "ab", "ac"),
        ({"minimum": 2, "maximum": 3, "maxLength": 1, "minItems": 1}, 2, 4),
    ],
)
def test_a_schema_lets_through_what_fits(schema: dict[str, Any], fitting: Any, other: Any) -> None:
    assert fault_in_schema(schema) is None
    assert fits(fitting, schema)
    assert not fits(other, schema)


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
SCHEMAS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["null", "boolean", "string", "array", "object", "number", "integer"]),
            "enum": st.lists(DOCUMENTS, min_size=1, max_size=3),
            "const": DOCUMENTS,
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            "minLength": st.integers(0, 3),
            "maxItems": st.integers(0, 3),
            "minimum": st.integers(-2, 2),
            "pattern": st.sampled_from(["^a", "b$"]),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
        },
    ),
    max_leaves=5,
)


@given(SCHEMAS, DOCUMENTS)
def test_a_schema_means_what_another_validator_says(schema: dict[str, Any], document: Any) -> None:
    import jsonschema_rs

    assert fault_in_schema(schema) is None
    assert fits(document, schema) == jsonschema_rs.is_valid(schema, document)


def test_rewards_are_weighed_and_named() -> None:
    rules = [{"kind": "regex", "pattern": "a", "weight": 2}, {"kind": "regex", "pattern": "b", "weight": -1}]
    rewards = rule_rewards([RULE.validate_python(rule) for rule in rules])
    answers = [Answer("", text) for text in ("a", "b", "ab")]

    scores = {reward.name: reward.score(answers) for reward in rewards}

    assert list(scores) == ["regex", "regex_2"]
    assert weighted(rewards, scores) == [2, -1, 1]
    named = [{"kind": "regex", "pattern": "a", "name": name} for name in ("polite", "polite", None)]
    assert reward_names(tuple(RULE.validate_python(rule) for rule in named)) == ("polite", "polite_2", "regex")


def written(folder: Path, code: str) -> Path:
    path = folder / "reward.py"
    path.write_text(code, encoding="utf-8")
    return path


def test_a_function_is_given_the_answer_and_its_row(tmp_path: Path) -> None:
    path = written(tmp_path, "def mine(prompt, answer, reference, row):\n    return len(answer) + row['bonus']\n")
    [reward] = rule_rewards([RULE.validate_python({"kind": "python", "function": "mine"})], path)

    assert reward.score([Answer("p", "four", "r", row={"bonus": 2})]) == [6.0]


@pytest.mark.parametrize(
    ("code", "said", "params"),
    [
        (
            "import nothing_of_this_name\n",
            "ModuleNotFoundError in line 1",
            {"where": "reward.py:1", "reason": "ModuleNotFoundError: No module named 'nothing_of_this_name'"},
        ),
        ("def score(:\n", "SyntaxError: ", {"where": "reward.py"}),
        ("def other(): pass\n", "no function 'score'", {"name": "score"}),
        (f"{HEAD}return row['missing']\n", "KeyError in line 2", {"where": "reward.py:2", "answer": "a"}),
        (f"{HEAD}return float('nan')\n", "returned nan", {"value": "nan", "answer": "a"}),
        (f"{HEAD}return 'high'\n", "returned 'high'", {"value": "'high'", "answer": "a"}),
    ],
)
def test_a_fault_in_the_users_function_is_told_with_its_line(
    tmp_path: Path, code: str, said: str, params: dict[str, str]
) -> None:
    path = written(tmp_path, code)

    with pytest.raises(TrainingError, match=said) as caught:
        load_function(path, "score")(Answer("p", "a"))

    assert caught.value.hint
    assert caught.value.code
    assert caught.value.params.items() >= params.items()


def test_a_file_that_was_changed_since_the_run_began_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "def score(*_):\n    return 1\n")
    digest = sha256_of(read_source(path))
    assert load_function(path, "score", digest)(Answer("p", "a")) == 1.0
    path.write_text("def score(*_):\n    return 2\n")

    with pytest.raises(TrainingError, match="changed after the run began"):
        load_function(path, "score", digest)


@pytest.mark.parametrize("content", [None, b"def score(:\n", b"\0"])
def test_a_file_that_is_no_python_is_refused_before_the_run(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "reward.py"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"reward\.py"):
        read_source(path)


def test_without_a_file_a_function_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="only the command line"):
        rule_rewards([RULE.validate_python({"kind": "python"})])


def test_reasoning_is_compared_on_neither_side() -> None:
    assert score({"kind": "exact_match"}, "<think>a</think>red", reference="<think>\nb\n</think>\n\nred") == 1.0
