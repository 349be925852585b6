"""What a finished run leaves in the model library."""

from __future__ import annotations

from typing import Literal

from modelforge.schemas.base import Schema


class OutputConfig(Schema):
    """What a finished run leaves in the model library."""

    merge: bool = False
    """Also publish the adapter merged into its base, checked to answer alike."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """The number type of published full or merged weights. `auto` keeps the base model's."""
