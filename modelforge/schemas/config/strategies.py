"""How a model learns: one class per strategy, each with its own knobs; `name` tells them apart."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modelforge.schemas.base import Schema


class SftConfig(Schema):
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


StrategyConfig = Annotated[SftConfig | QloraConfig, Field(discriminator="name")]
