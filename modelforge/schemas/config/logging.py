"""What a run writes down while it trains."""

from __future__ import annotations

from pydantic import Field

from modelforge.schemas.base import Schema


class LoggingConfig(Schema):
    """What a run writes down while it trains."""

    logging_steps: int = Field(default=1, ge=1)
    """Optimizer steps between two progress events."""
    tensorboard: bool = True
    """Write TensorBoard logs into the run's folder, unless `MODELFORGE_DISABLE_TENSORBOARD` is set."""
