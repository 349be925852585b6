"""The memory plan: how many bytes a run takes, and what fits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modelforge.exceptions import Params
from modelforge.schemas.base import Schema

AdviceCode = Literal[
    "smaller-batch",
    "smaller-evaluation",
    "gradient-checkpointing",
    "adapters",
    "four-bits",
    "shorter-rows",
    "too-large",
]


class MemoryParts(Schema):
    """Bytes per purpose at the fullest moment of the run, with the planned micro-batch and the longest row."""

    weights: int
    adapters: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    runtime: int
    """The interpreter and its libraries on a CPU; the driver's context and workspaces on a GPU."""

    @property
    def total(self) -> int:
        """Sum of all parts, in bytes."""
        return sum(getattr(self, name) for name in type(self).model_fields)


class Advice(Schema):
    """One thing to change so that a run fits."""

    code: AdviceCode
    """What it is about. Texts in other languages are kept by these names."""
    message: str
    params: Params = Field(default_factory=dict)
    """The values within it: `set`, what to set, and `gib`, what the run then takes."""


class MemoryPlan(Schema):
    """What a run needs against what the device has."""

    device: str
    """`cpu`, `cuda:0`, `mps`."""
    parts: MemoryParts
    total_bytes: int
    available_bytes: int
    """Free memory on the device when the plan was made."""
    fits: bool
    micro_batch: int
    """The micro-batch planned for: `per_device_train_batch_size`."""
    sequence_length: int
    """Tokens of the longest row after cutting."""
    largest_micro_batch: int
    """The largest micro-batch that fits, 0 if none does."""
    parameters: int
    is_exact: bool = True
    """Whether the model's layout is known; else it was taken for a Llama's, which its config resembles, and the figures
    are estimates."""
    trainable_parameters: int
    moment: str = "head"
    """The moment of the run that takes the most: `head`, `layer`, `gradients`, `reference`, `step`, `sampling`,
    `scoring`, `evaluation` or `generation`."""
    advice: tuple[Advice, ...] = ()
    """What to change when it does not fit, the cheapest change first."""


class MemoryMeasurement(Schema):
    """The plan against what the run then took; stored with the run as `memory.json`."""

    planned_bytes: int
    measured_bytes: int
    relative_error: float
    """`(planned − measured) / measured`."""
