"""How an answer is chosen among the likely ones."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modelforge.schemas.base import Schema

StopText = Annotated[str, Field(min_length=1, max_length=200)]


class Sampling(Schema):
    """How an answer is chosen among the likely ones. The default writes the single most likely answer."""

    temperature: float = Field(default=0.0, ge=0, le=5)
    """0 always takes the likeliest token, as the report does; higher values vary more."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Sample among the likeliest tokens that together reach this probability. 1 leaves all in."""
    top_k: int = Field(default=0, ge=0)
    """Sample among this many likeliest tokens. 0 leaves all in."""
    repetition_penalty: float = Field(default=1.0, gt=0, le=5)
    """Above 1, tokens that occurred already become less likely (CTRL, https://arxiv.org/abs/1909.05858)."""
    max_new_tokens: int = Field(default=256, ge=1)
    """The longest answer, in tokens."""
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1)
    """Makes a sampled answer repeatable."""
    stop: tuple[StopText, ...] = Field(default=(), max_length=4)
    """The answer ends before any of these texts."""
