"""How the run is measured, before, during and after training."""

from __future__ import annotations

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.config.moment import Moment


class EvaluationConfig(Schema):
    """How the run is measured, before, during and after training."""

    eval_strategy: Moment = "epoch"
    """When the loss on `max_rows` held-out rows is measured during training."""
    eval_steps: int = Field(default=100, ge=1)
    """Optimizer steps between two measurements, with `eval_strategy: steps`."""
    per_device_eval_batch_size: int = Field(default=8, ge=1)
    """Rows in one evaluation pass on one device."""
    generate: bool = True
    """Write answers to the held-out rows with the base and with the tuned model, and score both."""
    max_rows: int | None = Field(default=200, ge=1)
    """Held-out rows that are measured before, during and after training, drawn by the seed. Empty measures all of
    them."""
    max_new_tokens: int = Field(default=256, ge=1)
    """The longest answer that is written, in tokens."""
    sample_rows: int = Field(default=3, ge=0, le=20)
    """Held-out rows that are answered at each evaluation, in at most 64 tokens, to read along; 0 asks none."""
    bootstrap_resamples: int = Field(default=2000, ge=100, le=100_000)
    """Resamples behind each confidence interval."""
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    """The share of resamples that the interval covers."""
