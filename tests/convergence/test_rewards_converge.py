"""A reward model and GRPO on the bundled model: each held-out measure moves as it was taught to."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_reward_model_learns_which_reply_is_better(learn: Any) -> None:
    learned = learn("text-generation/reward.yaml", "optimization.max_steps=20")

    assert (learned.report["primary_metric"], learned.report["verdict"]) == ("preference_accuracy", "better")
    assert learned.report["metrics"]["preference_accuracy"]["tuned"] > 0.9
    assert learned.report["metrics"]["pair_loss"]["tuned"] < 0.4


SHORT = (
    "strategy.rewards=[{kind: length, at_most: 16, tolerance: 24}]",
    "strategy.temperature=1",
    "optimization.learning_rate=3e-3",
    "optimization.lr_scheduler_type=constant",
    "optimization.warmup_steps=0",
    "optimization.max_steps=8",
    "evaluation.max_rows=24",
)
"""The quickest thing to be rewarded for: answers of 35 tokens become short ones."""


@pytest.mark.minutes
def test_the_reward_rises_and_answers_change_as_it_asks(learn: Any) -> None:
    learned = learn("text-generation/rlhf.yaml", *SHORT)

    reward = learned.report["metrics"]["reward"]
    assert (learned.report["primary_metric"], learned.report["verdict"]) == ("reward", "better")
    assert reward["ci95"][0] > 0.2
    assert learned.progress[-1]["completion_length"] < 0.8 * learned.progress[0]["completion_length"]
    assert learned.progress[-1]["kl"] > 0 == learned.report["metrics"]["kl"]["base"]
