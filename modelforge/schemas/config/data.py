"""Which rows are trained on, and how a row becomes tokens."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.dataset import Shape


class DataConfig(Schema):
    """Which rows are trained on, and how a row becomes tokens."""

    shape: Literal["auto", Shape] = "auto"
    """The shape of a row. `auto` detects it and says what it found."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Where the file's columns have other names: expected name → name in the file, e.g. `{input: question}`."""
    validation_dataset: str | None = None
    """A dataset of its own to evaluate on. Without it, `validation_split` is held out."""
    validation_split: float = Field(default=0.1, ge=0, le=0.5)
    """The share of the rows used that is held out for evaluation, duplicates and the rows of one prompt kept on one
    side. 0 holds out none."""
    max_samples: int | None = Field(default=None, ge=1)
    """Train on at most this many rows, chosen by the seed; `validation_split` is then the share of these and the rows
    held out."""
    drop_duplicates: bool = False
    """Leave out rows that repeat an earlier one exactly."""
    system_prompt: str | None = None
    """A system turn put before every conversation that has none."""
    source_prefix: str = Field(default="summarize: ", max_length=1000)
    """Summarization: put before every text, in training and when the model is asked. BART needs none: `""`."""
    max_length: int = Field(default=1024, ge=8)
    """The longest row, in tokens; of an encoder-decoder, the longest input. Longer ones are treated by
    `truncation_mode`."""
    max_target_length: int = Field(default=256, ge=2)
    """Encoder-decoders: the longest answer, in tokens. A longer one keeps its start and is not taught where to end;
    with `truncation_mode: drop` its row is left out."""
    doc_stride: int = Field(default=64, ge=0)
    """How many tokens of a long text neighbouring windows share, for extractive question answering with encoders. An
    answer that no window holds whole cannot be learned."""
    truncation_mode: Literal["keep_start", "keep_end", "drop"] = "keep_start"
    """What is kept of a row longer than `max_length`. Rows whose whole answer would be cut are never trained on. Plain
    text is trained whole, in windows, unless this is `drop`."""
