"""Rewards by rule: pure functions of an answer, behind its reasoning where it has some; a length is that of both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from modelforge.evaluation.metrics import exact_match
from modelforge.evaluation.rewards.reward import Answer
from modelforge.schemas.config.json_schema import fits
from modelforge.schemas.config.rewards import (
    ExactMatchReward,
    JsonSchemaReward,
    LengthReward,
    RegexReward,
    RewardRule,
)
from modelforge.tasks.reasoning import answer_of

Rule = Callable[[Answer], float]


def exact(_rule: ExactMatchReward, answer: Answer) -> float:
    """1 where the answer is the expected one."""
    return exact_match(answer_of(answer.text), answer_of(answer.reference)) if answer.reference is not None else 0.0


def regex(rule: RegexReward, answer: Answer) -> float:
    """1 where the pattern is found."""
    return float(re.search(rule.pattern, answer_of(answer.text)) is not None)


def json_validity(rule: JsonSchemaReward, answer: Answer) -> float:
    """1 for JSON that fits the schema, `partial` for other JSON, 0 for what is none.

    What strict JSON does not know is none: `NaN`, text behind the document, two keys of one name.
    """
    try:
        document = json.loads(answer_of(answer.text), parse_constant=_refuse, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        return 0.0
    return 1.0 if fits(document, rule.json_schema) else rule.partial


def length(rule: LengthReward, answer: Answer) -> float:
    """1 inside the range, and less the further outside."""
    size = {"tokens": len(answer.ids), "words": len(answer.text.split()), "characters": len(answer.text)}[rule.unit]
    outside = max(rule.at_least - size, size - rule.at_most if rule.at_most is not None else 0, 0)
    if outside == 0:
        return 1.0
    return max(0.0, 1.0 - outside / rule.tolerance) if rule.tolerance else 0.0


RULES: dict[str, Callable[[Any, Answer], float]] = {
    "exact_match": exact,
    "regex": regex,
    "json_schema": json_validity,
    "length": length,
}
"""One line per rule, by the `kind` of its configuration."""


def rule_of(config: RewardRule) -> Rule:
    """The function of a configured rule."""
    return partial(RULES[config.kind], config)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return made
