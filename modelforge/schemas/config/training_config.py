"""One run, completely described."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from modelforge.schemas.base import Schema
from modelforge.schemas.config.checkpointing import CheckpointConfig
from modelforge.schemas.config.compute import ComputeConfig
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.config.evaluation import EvaluationConfig
from modelforge.schemas.config.logging import LoggingConfig
from modelforge.schemas.config.lora import LoraConfig
from modelforge.schemas.config.optimization import OptimizationConfig
from modelforge.schemas.config.output import OutputConfig
from modelforge.schemas.config.plug_ins import PROVIDERS, TASKS, FurtherKnobs, NameIn
from modelforge.schemas.config.possible import impossible
from modelforge.schemas.config.quantization import QuantizationConfig
from modelforge.schemas.config.strategies import SftConfig, StrategyConfig
from modelforge.schemas.config.support import why_not


class TrainingConfig(Schema):
    """One run, completely described: what is trained, on what, how, and how it is measured."""

    name: str | None = Field(default=None, max_length=100)
    """A name for the run and the model it makes. Empty: made from model and dataset."""
    task: Annotated[str, NameIn(TASKS)] = "text-generation"
    """What the model is to do."""
    provider: Annotated[str, NameIn(PROVIDERS)] = "huggingface"
    """How weights are loaded and adapted. `unsloth` is faster on an NVIDIA GPU, in an environment of its own."""
    model: str = Field(min_length=1)
    """`starter:NAME`, a Hugging Face hub id such as `Qwen/Qwen3-0.6B`, a local folder, or a model of the library."""
    model_revision: str | None = None
    """The branch, tag or commit of a hub model."""
    dataset: str = Field(min_length=1)
    """`sample:NAME`, a file, a dataset of the library, or a Hugging Face hub id as `hub:OWNER/NAME`."""
    dataset_revision: str | None = None
    """The branch, tag or commit of a hub dataset."""
    finetuning_type: Literal["lora", "full"] = "lora"
    """Train low-rank adapters beside the frozen model, or all of its weights."""
    seed: int = Field(default=42, ge=0, le=2**32 - 1)
    """Decides the split, the order of rows, dropout and the start of the adapters."""
    strategy: Annotated[StrategyConfig, FurtherKnobs()] = Field(default_factory=SftConfig)
    """How the model learns. A bare name, `strategy: sft`, means its defaults."""
    data: DataConfig = Field(default_factory=DataConfig)
    lora: LoraConfig = Field(default_factory=LoraConfig)
    quantization: QuantizationConfig = Field(default_factory=QuantizationConfig)
    optimization: OptimizationConfig = Field(default_factory=OptimizationConfig)
    compute: ComputeConfig = Field(default_factory=ComputeConfig)
    checkpointing: CheckpointConfig = Field(default_factory=CheckpointConfig)
    evaluation: EvaluationConfig = Field(default_factory=EvaluationConfig)
    logging: LoggingConfig = Field(default_factory=LoggingConfig)
    output: OutputConfig = Field(default_factory=OutputConfig)

    @field_validator("strategy", mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        return {"name": "sft", **value} if isinstance(value, dict) else value

    @model_validator(mode="before")
    @classmethod
    def _qlora_means_four_bits_and_a_paged_optimizer(cls, values: Any) -> Any:
        if not isinstance(values, dict) or _strategy_name(values.get("strategy")) != "qlora":
            return values
        values = _with_default(values, "quantization", "bits", 4)
        if sys.platform == "darwin" or _of(values.get("compute"), "device") == "mps":
            return values  # bitsandbytes has no optimizers for Apple GPUs, which `auto` takes
        return _with_default(values, "optimization", "optim", "paged_adamw_8bit")

    @model_validator(mode="after")
    def _possible_together(self) -> TrainingConfig:
        if refusal := why_not(self):
            raise PydanticCustomError(refusal.code, refusal.reason)
        for fault in impossible(self):
            raise PydanticCustomError(fault.code, fault.reason, dict(fault.params))
        return self


def _with_default(values: dict[str, Any], group: str, key: str, default: Any) -> dict[str, Any]:
    """The same with a key set, where nothing is written under it; what is no group at all is left to be refused."""
    written = values.get(group) or {}
    if isinstance(written, Schema):
        written = written.model_dump(exclude_unset=True)
    if isinstance(written, dict) and written.get(key) is None:
        return {**values, group: {**written, key: default}}
    return values


def _strategy_name(strategy: Any) -> Any:
    return strategy if isinstance(strategy, str) else _of(strategy, "name")


def _of(group: Any, key: str) -> Any:
    """A value of a group, written or made; nothing where it has none."""
    return group.get(key) if isinstance(group, dict) else getattr(group, key, None)
