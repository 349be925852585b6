"""When a run is saved, so that a crash costs little."""

from __future__ import annotations

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.config.moment import Moment


class CheckpointConfig(Schema):
    """When a run is saved, so that a crash costs little."""

    save_strategy: Moment = "steps"
    """Save every `save_steps` steps, at the end of every epoch, or only when the run is stopped."""
    save_steps: int = Field(default=100, ge=1)
    """Optimizer steps between two checkpoints: what a crash may cost at most."""
    save_total_limit: int = Field(default=3, ge=1)
    """How many recent checkpoints are kept, the best one beside them."""
    load_best_model_at_end: bool = False
    """Publish the checkpoint with the lowest evaluation loss instead of the last one."""
    early_stopping_patience: int | None = Field(default=None, ge=1)
    """Stop after this many evaluations in a row without improvement. Empty never stops early."""
    early_stopping_threshold: float = Field(default=0.0, ge=0)
    """How much lower the evaluation loss must be to count as an improvement."""
