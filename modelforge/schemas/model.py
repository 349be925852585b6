"""A model of the library as users see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from modelforge.schemas.base import Schema
from modelforge.schemas.remark import Remark, remark

ModelKind = Literal["adapter", "full", "merged"]
ModelMode = Literal["chat", "text", "labels", "span"]
"""How a model is asked: in a conversation; with one text, to which it writes another; with a text, for its class; with
a question and a text, for the place of the answer in it."""
READING: tuple[ModelMode, ...] = ("labels", "span")
OF_TASK: dict[str, ModelMode | None] = {"summarization": "text", "text-classification": "labels", "reward": None}
MERGED = "-merged"
LONGEST_ID = 64


def id_when_merged(model_id: str) -> str:
    """The id under which the merged weights of an adapter are published beside it."""
    return model_id[-(LONGEST_ID - len(MERGED)) :].lstrip("-") + MERGED


class MergeCheck(Schema):
    """How closely merged weights answer as the adapter that they were made from."""

    dtype: str
    """The number type of the merged weights."""
    prompts: int
    same_answers: int
    """Prompts to which both give the same text, word by word."""
    largest_logit_difference: float
    tolerance: float
    """The difference up to which a merge is kept: the rounding of `dtype`, or what this model makes of fp32's own."""

    @property
    def remark(self) -> Remark:
        """The check in words."""
        return remark(
            "merge-checked",
            prompts=self.prompts,
            same=self.same_answers,
            difference=self.largest_logit_difference,
            tolerance=self.tolerance,
            dtype=self.dtype,
        )

    @property
    def sentence(self) -> str:
        """The same in English."""
        return self.remark.sentence


class ModelSummary(Schema):
    """What a model is and where it came from."""

    id: str
    name: str
    kind: ModelKind
    task: str
    base_model: str
    base_revision: str | None = None
    run_id: str | None = None
    created_at: datetime
    metrics: dict[str, Any] = Field(default_factory=dict)
    """The run's report, without its answers."""
    system_prompt: str | None = None
    """The system turn that every conversation began with in training, and so begins with in the playground."""
    classes: tuple[str, ...] = ()
    """Of a classifier: the names of its outputs, in their order."""
    source_prefix: str = ""
    """What stood before every text in training, and so stands before it when the model is asked."""
    plain_prompts: bool = False
    """Trained on bare text without the chat template, and so asked without it."""
    mode: ModelMode | None = None
    """How it is asked: `chat`, `text`, `labels` or `span`; nothing for one that only scores answers, a reward model."""
    merge_check: dict[str, Any] | None = None
    """Of merged weights: how they were compared with their adapter; the fields of `MergeCheck`."""
    bytes: int = 0
    owner: str | None = None
    """The account that made it; none where there are no accounts."""

    @property
    def reads(self) -> bool:
        """Whether it says something of a text and writes none."""
        return self.mode in READING

    @property
    def scores(self) -> bool:
        """Whether it scores answers and writes none: a reward model."""
        return self.mode is None

    @model_validator(mode="before")
    @classmethod
    def _with_mode(cls, values: Any) -> Any:
        """Manifests of earlier versions do not say how their model is asked; their task and measures do."""
        if not isinstance(values, dict) or values.get("mode") is not None:
            return values
        task = values.get("task", "")
        if task == "extractive-question-answering":  # a head that points was measured by the loss of whole rows
            mode: ModelMode | None = "span" if "log_loss" in values.get("metrics", {}).get("metrics", {}) else "chat"
        else:
            mode = OF_TASK.get(task, "chat")
        return {**values, "mode": mode}


class ModelManifest(ModelSummary):
    """`manifest.json` of a model folder."""

    max_length: int | None = None
    """The tokens of a row, or of a window of a text, in training, and so when it is measured; a model that reads is
    also asked so. Models of earlier versions that write say nothing, and are measured by the default."""
    max_target_length: int | None = None
    """Of an encoder-decoder: the tokens of an answer in training, and so when it is measured."""
    truncation_mode: Literal["keep_start", "keep_end", "drop"] | None = None
    """What was kept of a longer row in training, and so is kept when it is measured; a classifier is also asked so."""
    completion_only_loss: bool | None = None
    """Whether answers alone were in the loss in training, and so count when it is measured. Models of earlier versions
    say nothing here or below, and are measured by the default."""
    assistant_only_loss: bool | None = None
    """Whether every answer of a conversation was in the loss, and so counts when it is measured."""
    merged_from: str | None = None
    """Of merged weights: the id of the adapter that they were made from."""
    doc_stride: int | None = None
    """Of a model that points at answers: the tokens that neighbouring windows shared."""


class ModelView(ModelSummary):
    """A model of the library as users see it."""

    path: str

    @classmethod
    def of(cls, manifest: ModelManifest, path: str) -> ModelView:
        """What users see of a model whose folder is `path`."""
        return cls(**{name: getattr(manifest, name) for name in ModelSummary.model_fields}, path=path)
