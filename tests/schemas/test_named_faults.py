"""What validators refuse has a name and values, so that other languages can say it."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter, ValidationError, model_validator

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.strategy_knobs import StrategyKnobs
from modelforge.schemas.problem import limits_of
from modelforge.schemas.tools import Tools
from modelforge.strategies.sft_strategy import SftStrategy
from modelforge.strategies.strategy_factory import StrategyFactory


def fault(strategy: dict[str, Any]) -> dict[str, Any]:
    """The one fault of a recipe with this strategy."""
    with pytest.raises(ConfigurationError) as refused:
        parse_training_config({"model": "m", "dataset": "d", "strategy": strategy})
    [found] = refused.value.details["errors"]
    return dict(found)


def of_rule(**rule: Any) -> dict[str, Any]:
    return fault({"name": "rlhf", "rewards": [rule]})


@pytest.mark.parametrize(
    ("strategy", "kind", "params"),
    [
        ({"name": "rlhf", "algorithm": "rloo", "loss_type": "grpo"}, "knob-of-grpo", {"knob": "loss_type"}),
        ({"name": "dpo", "label_smoothing": 0.1}, "loss-not-smoothed", {"loss": "sigmoid"}),
        ({"name": "dpo", "loss_type": "exo_pair"}, "loss-wants-smoothing", {"loss": "exo_pair"}),
        ({"name": "dpo", "loss_type": "robust"}, "loss-wants-smoothing", {"loss": "robust"}),
        ({"name": "kto", "desirable_weight": 0, "undesirable_weight": 0}, "both-weights-zero", {}),
    ],
)
def test_knobs_that_do_not_go_together_are_named(strategy: dict[str, Any], kind: str, params: dict[str, str]) -> None:
    found = fault(strategy)

    assert (found["key"], found["found"], found["kind"]) == ("strategy", "this combination", kind)
    assert found["params"].items() >= params.items()


@pytest.mark.parametrize(
    ("rule", "kind", "params"),
    [
        ({"kind": "length"}, "every-length-fits", {}),
        ({"kind": "length", "at_least": 5, "at_most": 4}, "no-length-fits", {}),
        (
            {"kind": "json_schema", "json_schema": {"properties": {"age": 3}}},
            "schema-no-object",
            {"place": "json_schema.age"},
        ),
        (
            {"kind": "json_schema", "json_schema": {"items": {"oneOf": []}}},
            "schema-keyword-unknown",
            {"place": "json_schema.items", "keyword": "'oneOf'"},
        ),
        (
            {"kind": "json_schema", "json_schema": {"type": "text"}},
            "schema-value-wrong",
            {"place": "json_schema", "keyword": "'type'", "value": "'text'"},
        ),
    ],
)
def test_a_rule_that_cannot_be_says_why_by_name(rule: dict[str, Any], kind: str, params: dict[str, str]) -> None:
    found = of_rule(**rule)

    assert (found["key"], found["found"], found["kind"]) == ("strategy.rewards", "this combination", kind)
    assert found["params"].items() >= params.items()
    assert not re.search(r"{\w+}", found["expected"])  # every value has found its place


def test_a_schema_that_is_too_deep_is_refused_by_name() -> None:
    schema: dict[str, Any] = {}
    for _ in range(21):
        schema = {"items": schema}

    found = of_rule(kind="json_schema", json_schema=schema)

    assert (found["kind"], found["params"]["most"]) == ("schema-too-deep", 20)


def test_one_value_that_cannot_be_is_shown_with_what_could() -> None:
    taken, pattern = of_rule(kind="exact_match", name="std"), of_rule(kind="regex", pattern="[")

    assert (taken["found"], taken["kind"]) == ("'std'", "name-of-another-chart")
    assert "std" in taken["params"]["others"]
    assert "std" in taken["expected"]
    assert (pattern["found"], pattern["kind"]) == ("'['", "no-pattern")
    assert "unterminated character set" in pattern["params"]["reason"]


def test_what_pydantic_refuses_in_a_whole_rule_is_no_combination() -> None:
    found, missing = of_rule(kind="unheard-of"), of_rule(weight=1)

    assert (found["kind"], found["found"]) == ("union_tag_invalid", "{'kind': 'unheard-of'}")
    assert found["expected"] == "one of 'exact_match', 'regex', 'json_schema', 'length', 'python' under 'kind'"
    assert (missing["kind"], missing["params"]) == ("union_tag_not_found", {"discriminator": "'kind'"})
    assert missing["expected"] == "the key 'kind', which says what it is"


class Balanced(StrategyKnobs):
    """The knobs of a plug-in that says in plain words what cannot be."""

    name: Literal["balanced"] = "balanced"
    """As it is registered."""
    left: int = 1
    """One side."""

    @model_validator(mode="after")
    def _is_even(self) -> Balanced:
        if self.left % 2:
            raise ValueError("both sides would differ")
        return self


class BalancedStrategy(SftStrategy):
    """As `sft`, with other knobs."""

    name = "balanced"
    knobs = Balanced


def test_the_words_of_a_plug_in_have_no_name_and_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(StrategyFactory.strategies, "balanced", BalancedStrategy)

    found = fault({"name": "balanced", "left": 3})

    assert (found["key"], found["kind"], found["params"]) == ("strategy", "combination", {})
    assert (found["found"], found["expected"]) == ("this combination", "both sides would differ")


@pytest.mark.parametrize(
    ("function", "kind", "params"),
    [
        (None, "tool-of-other-form", {}),
        ({"name": " "}, "function-without-name", {}),
        ({"name": "f", "more": 1}, "function-with-other-keys", {"name": "f", "keys": "more"}),
        ({"name": "f", "parameters": []}, "function-parameters-wrong", {"name": "f"}),
        ({"name": "f", "description": 1}, "function-description-wrong", {"name": "f"}),
        ({"name": "f", "strict": True}, "function-not-strict", {"name": "f"}),
    ],
)
def test_a_function_that_cannot_be_called_is_refused_by_name(
    function: object, kind: str, params: dict[str, str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Tools).validate_python([{"type": "function", "function": function}])
    [found] = refused.value.errors()

    assert (found["type"], limits_of(found)) == (kind, params)
    assert not re.search(r"{\w+}", found["msg"])
