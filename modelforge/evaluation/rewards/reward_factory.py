"""Configured rewards → functions that score answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from modelforge.evaluation.rewards.python_function import load_function
from modelforge.evaluation.rewards.reward import Answer, Reward, Score
from modelforge.evaluation.rewards.rules import Rule, rule_of
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config.rewards import PythonReward, RewardRule, reward_names


def rule_rewards(
    rules: Sequence[RewardRule], python_file: Path | None = None, sha256: str | None = None
) -> list[Reward]:
    """The rewards of a recipe in its order.

    Args:
        rules: `strategy.rewards`.
        python_file: the run's own copy of the file that `--reward-file` named.
        sha256: what that file must be.

    Raises:
        ConfigurationError: a Python function is asked for and no file was given.
        TrainingError: the file cannot be used.
    """
    names = reward_names(tuple(rules))
    return [
        Reward(name, rule.weight, _each(_rule(rule, python_file, sha256)))
        for name, rule in zip(names, rules, strict=True)
    ]


def _rule(config: RewardRule, python_file: Path | None, sha256: str | None) -> Rule:
    if not isinstance(config, PythonReward):
        return rule_of(config)
    if python_file is None:
        raise ConfigurationError(
            "A Python reward needs its file, which only the command line can name.",
            hint="Start the run with `modelforge train -c recipe.yaml --reward-file my_reward.py`.",
            code="reward-needs-file",
        )
    return load_function(python_file, config.function, sha256)


def _each(rule: Rule) -> Score:
    def score(answers: Sequence[Answer]) -> list[float]:
        return [rule(answer) for answer in answers]

    return score
