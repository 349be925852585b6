"""How a model learns: one class per strategy, each with its own knobs; `name` tells them apart."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.config.strategy_knobs import ComparingKnobs, StrategyKnobs
from modelforge.schemas.named_faults import at_odds


class SftConfig(StrategyKnobs):
    """Supervised fine-tuning: imitate the answers."""

    name: Literal["sft"] = "sft"
    """Supervised fine-tuning: imitate the answers."""
    completion_only_loss: bool = True
    """Train on the answer alone. Off: the prompt is trained as well."""
    assistant_only_loss: bool = False
    """In a conversation of many turns, train every assistant turn; off: only the last one."""
    packing: bool = False
    """Put several short rows into one sequence of `max_length`, kept apart by position. Faster, same loss."""
    neftune_noise_alpha: float | None = Field(default=None, gt=0)
    """Noise on the embeddings in training (NEFTune, https://arxiv.org/abs/2310.05914)."""


class QloraConfig(SftConfig):
    """SFT on a frozen 4-bit base (QLoRA, https://arxiv.org/abs/2305.14314)."""

    name: Literal["qlora"] = "qlora"  # type: ignore[assignment]
    """SFT on a frozen 4-bit base: the least memory (QLoRA)."""


SMOOTHED_LOSSES = ("robust", "exo_pair", "aot", "aot_unpaired")
"""Losses of DPO that know `label_smoothing`."""


class DpoConfig(ComparingKnobs):
    """Direct preference optimisation on pairs of answers (DPO, https://arxiv.org/abs/2305.18290)."""

    sequences_per_row: ClassVar[int] = 2
    has_reference: ClassVar[bool] = True

    name: Literal["dpo"] = "dpo"
    """Prefer the chosen answer over the rejected one, relative to the frozen starting model."""
    beta: float = Field(default=0.1, gt=0)
    """How strongly the model is held to where it started: higher stays closer. For `ipo` it is that paper's τ."""
    loss_type: Literal[
        "sigmoid",
        "ipo",
        "hinge",
        "robust",
        "exo_pair",
        "nca_pair",
        "bco_pair",
        "sppo_hard",
        "aot",
        "aot_unpaired",
        "apo_zero",
        "apo_down",
        "discopop",
        "sigmoid_norm",
    ] = "sigmoid"
    """How a pair's margin becomes a loss. `sigmoid` is DPO's own; `ipo` and `sigmoid_norm` divide by answer length."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=0.5)
    """The share of pairs that may be labelled the wrong way round; for `robust`, `exo_pair`, `aot`, `aot_unpaired`."""

    @model_validator(mode="after")
    def _smoothing_is_known_to_the_loss(self) -> DpoConfig:
        if self.label_smoothing and self.loss_type not in SMOOTHED_LOSSES:
            raise at_odds(
                "loss-not-smoothed",
                "label_smoothing has no effect with loss_type: {loss}; set it to 0 or choose one of {smoothed}",
                loss=self.loss_type,
                smoothed=", ".join(SMOOTHED_LOSSES),
            )
        if self.loss_type in ("robust", "exo_pair") and not self.label_smoothing:
            raise at_odds(
                "loss-wants-smoothing",
                "{loss} needs label_smoothing above 0, the share of pairs that may be labelled the wrong way round: "
                "robust is sigmoid without it, and the paper of exo_pair uses 0.001",
                loss=self.loss_type,
            )
        return self

    @property
    def divides_by_length(self) -> bool:
        """Whether the loss compares likelihoods per token, and not of whole answers."""
        return self.loss_type in ("ipo", "sigmoid_norm")


class KtoConfig(ComparingKnobs):
    """Learn from single answers that are marked good or bad (KTO, https://arxiv.org/abs/2402.01306)."""

    has_reference: ClassVar[bool] = True

    name: Literal["kto"] = "kto"
    """Make answers marked good likelier and those marked bad less likely, relative to the frozen starting model."""
    beta: float = Field(default=0.1, gt=0)
    """How strongly the model is held to where it started: higher stays closer."""
    loss_type: Literal["kto", "apo_zero_unpaired"] = "kto"
    """`kto` measures gain and loss from the KL divergence of the batch; `apo_zero_unpaired` from zero."""
    desirable_weight: float = Field(default=1.0, ge=0)
    """What an answer marked good counts. With few good ones, raise it until both sides weigh about the same."""
    undesirable_weight: float = Field(default=1.0, ge=0)
    """What an answer marked bad counts."""

    @model_validator(mode="after")
    def _something_counts(self) -> KtoConfig:
        if not self.desirable_weight + self.undesirable_weight:
            raise at_odds("both-weights-zero", "both weights are 0, so nothing would be learned")
        return self


class RewardConfig(ComparingKnobs):
    """A model that scores answers, from pairs of them (Bradley-Terry, https://arxiv.org/abs/2203.02155)."""

    sequences_per_row: ClassVar[int] = 2
    scores_rows: ClassVar[bool] = True

    name: Literal["reward"] = "reward"
    """Train a reward model: it scores answers so that the chosen one of each pair scores higher. `rlhf` uses it."""
    center_rewards_coefficient: float | None = Field(default=None, gt=0)
    """Pull the scores of a pair towards a mean of 0, so that they can be compared across prompts; 0.01 is usual."""


StrategyConfig = Annotated[
    SftConfig | QloraConfig | DpoConfig | KtoConfig | RewardConfig | RlhfConfig, Field(discriminator="name")
]
