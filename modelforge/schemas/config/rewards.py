"""What an answer is rewarded for: one class per rule, `kind` tells them apart."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from modelforge.schemas.base import Schema
from modelforge.schemas.config.json_schema import fault_in_schema
from modelforge.schemas.named_faults import at_odds, unfit

TAKEN = ("accuracy", "chosen", "margin", "model", "rejected", "std")
"""Names that would be mistaken for other measures of a reward."""


class _Rule(Schema):
    name: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """What it is called in charts and in the report. Empty: its kind."""
    weight: float = Field(default=1.0, ge=-100, le=100)
    """What it counts beside the others; below 0 it is a penalty."""

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str | None) -> str | None:
        if name in TAKEN:
            others = ", ".join(TAKEN)
            expected = "a name that is none of those of other charts: {others}"
            raise unfit("name-of-another-chart", expected, others=others)
        return name


class ExactMatchReward(_Rule):
    """1 where the answer is the row's expected one, apart from the white space around it."""

    kind: Literal["exact_match"] = "exact_match"
    """1 where the answer is the row's expected one, apart from the white space around it; else 0."""


class RegexReward(_Rule):
    """1 where a pattern is found in the answer."""

    kind: Literal["regex"] = "regex"
    """1 where a pattern is found in the answer; else 0."""
    pattern: str = Field(min_length=1, max_length=1000)
    """A regular expression as Python's `re` reads it, found anywhere unless it says otherwise with `^` and `$`."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            found = str(error)
            raise unfit("no-pattern", "a regular expression; Python reads none here: {reason}", reason=found) from error
        return pattern


class JsonSchemaReward(_Rule):
    """1 where the whole answer is JSON that fits a schema."""

    kind: Literal["json_schema"] = "json_schema"
    """1 where the whole answer is JSON that fits a schema; else 0, or `partial`."""
    json_schema: dict[str, Any] = Field(default_factory=dict)
    """The schema; empty takes any JSON. `docs/guides/reinforcement-learning.md` names the keywords that it may use."""
    partial: float = Field(default=0.0, ge=0, le=1)
    """What JSON is worth that does not fit: a step on the way for a model that writes none yet."""

    @field_validator("json_schema")
    @classmethod
    def _is_understood(cls, schema: dict[str, Any]) -> dict[str, Any]:
        if fault := fault_in_schema(schema):
            raise fault
        return schema


class LengthReward(_Rule):
    """1 where the answer's length lies in a range."""

    kind: Literal["length"] = "length"
    """1 where the answer's length lies in a range, falling to 0 at `tolerance` outside of it."""
    unit: Literal["tokens", "words", "characters"] = "tokens"
    """What is counted."""
    at_least: int = Field(default=0, ge=0)
    """The shortest length that is worth 1."""
    at_most: int | None = Field(default=None, ge=1)
    """The longest length that is worth 1; the same as `at_least` to aim at one length."""
    tolerance: int = Field(default=0, ge=0)
    """How far outside of the range the reward reaches 0, in a straight line; 0 drops at once."""

    @model_validator(mode="after")
    def _has_a_range(self) -> LengthReward:
        if self.at_most is None and self.at_least == 0:
            raise at_odds("every-length-fits", "every length would do; set at_most, at_least or both")
        if self.at_most is not None and self.at_most < self.at_least:
            raise at_odds("no-length-fits", "at_most is below at_least")
        return self


class PythonReward(_Rule):
    """What a function of yours says, from the file that `modelforge train --reward-file` names."""

    kind: Literal["python"] = "python"
    """What a function of yours says, from the file that `modelforge train --reward-file` names."""
    function: str = Field(default="score", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")
    """The function in that file: `score(prompt, answer, reference, row)`, which returns a number."""


RewardRule = Annotated[
    ExactMatchReward | RegexReward | JsonSchemaReward | LengthReward | PythonReward, Field(discriminator="kind")
]


def reward_names(rules: tuple[RewardRule, ...]) -> tuple[str, ...]:
    """The name of each rule: its own, else its kind, numbered from the second on."""
    names: list[str] = []
    for rule in rules:
        name = rule.name or rule.kind
        number = 2
        while name in names:
            name, number = f"{rule.name or rule.kind}_{number}", number + 1
        names.append(name)
    return tuple(names)
