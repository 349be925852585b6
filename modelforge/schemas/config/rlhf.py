"""Reinforcement learning: sample answers, score them, make the better ones likelier."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from modelforge.schemas.config.rewards import PythonReward, RewardRule
from modelforge.schemas.config.strategy_knobs import ComparingKnobs
from modelforge.schemas.named_faults import at_odds


class RlhfConfig(ComparingKnobs):
    """Reinforcement learning from rewards: sample answers, score them, make the better ones likelier."""

    name: Literal["rlhf"] = "rlhf"
    """Sample answers, score them by rules or by a reward model, and make the better ones likelier (GRPO, RLOO)."""
    algorithm: Literal["grpo", "rloo"] = "grpo"
    """How scores become a gradient: against the group's mean and spread (`grpo`), or against the others' mean."""
    rewards: tuple[RewardRule, ...] = Field(default=(), max_length=20)
    """What answers are rewarded for: a list of rules, each with its `kind` and `weight`; their sum is the reward."""
    reward_model: str | None = Field(default=None, min_length=1)
    """A reward model of the library, by its id; its score is added to the rules with weight 1."""
    num_generations: int = Field(default=8, ge=2, le=256)
    """Answers that are sampled to each prompt, and compared with one another."""
    max_completion_length: int = Field(default=256, ge=1)
    """The longest answer that is sampled, in tokens."""
    temperature: float = Field(default=1.0, gt=0, le=10)
    """How freely answers are sampled: higher tries more."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Sample from the likeliest tokens that make up this share; 1 takes all."""
    beta: float = Field(default=0.05, ge=0)
    """The leash: how strongly the model is held to where it started, by KL divergence. 0 lets it go."""
    epsilon: float = Field(default=0.2, gt=0, lt=1)
    """How far the probability of an answer may move before the gradient is clipped; matters from the second pass on."""
    num_iterations: int = Field(default=1, ge=1, le=16)
    """Passes over the same sampled answers before new ones are sampled."""
    loss_type: Literal["dapo", "grpo", "dr_grpo", "bnpo"] = "dapo"
    """How tokens are averaged, with `grpo`: over all tokens (`dapo`), or first within each answer (`grpo`)."""
    scale_rewards: Literal["group", "batch", "none"] = "group"
    """With `grpo`: divide an answer's advantage by the spread of rewards in its group, in the batch, or not at all."""
    mask_truncated_completions: bool = False
    """With `grpo`: leave answers that did not end in time out of the loss."""

    @model_validator(mode="after")
    def _knobs_of_the_algorithm(self) -> RlhfConfig:
        for knob in ("loss_type", "scale_rewards", "mask_truncated_completions"):
            if self.algorithm == "rloo" and getattr(self, knob) != type(self).model_fields[knob].default:
                raise at_odds("knob-of-grpo", "{knob} belongs to algorithm: grpo; leave it out with rloo", knob=knob)
        return self

    @property
    def has_reference(self) -> bool:  # type: ignore[override]
        """Whether the frozen model is asked about the same answers: only while the leash is on."""
        return self.beta > 0

    @property
    def needs_python_file(self) -> bool:
        """Whether a function of the user's is among the rewards."""
        return any(isinstance(rule, PythonReward) for rule in self.rewards)

    @property
    def has_rewards(self) -> bool:
        """Whether it is said what answers are rewarded for; otherwise a reward model is trained first."""
        return bool(self.rewards) or self.reward_model is not None
