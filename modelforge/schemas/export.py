"""Exports: a model of the library as files for other programs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from modelforge.schemas.base import Schema
from modelforge.schemas.job import BackgroundJob
from modelforge.schemas.model_requests import Dtype
from modelforge.schemas.remark import Remark

ExportFormat = Literal["gguf", "safetensors"]
Quantization = Literal["f16", "q8_0", "q4_0"]
DEFAULT_QUANTIZATION: Quantization = "q8_0"
LONGEST_ID = 64


class ExportKind(Schema):
    """What kind of files."""

    format: ExportFormat = "gguf"
    """`gguf`: one file for llama.cpp, Ollama and their like. `safetensors`: a folder for everything that reads Hugging
    Face models."""
    quantization: Quantization | None = None
    """Of GGUF: 16, about 8.5 or about 4.5 bits for each weight. Default: q8_0."""
    dtype: Dtype | None = None
    """Of safetensors: the number type of the weights. Default: auto, the base's."""

    @model_validator(mode="after")
    def _fits_the_format(self) -> Self:
        if self.format == "gguf" and self.dtype is not None:
            raise ValueError("dtype is for safetensors; a GGUF file has a quantization: f16, q8_0 or q4_0")
        if self.format == "safetensors" and self.quantization is not None:
            raise ValueError("quantization is for GGUF; safetensors have a dtype: auto, float32, bfloat16 or float16")
        return self

    @property
    def numbers(self) -> str:
        """What the weights are held in, in one word."""
        if self.format == "gguf":
            return self.quantization or DEFAULT_QUANTIZATION
        return self.dtype or "auto"

    def id_for(self, model_id: str) -> str:
        """The id under which such an export of a model lies."""
        suffix = f"-{self.format}-{self.numbers}".replace("_", "-")
        return model_id[-(LONGEST_ID - len(suffix)) :].lstrip("-") + suffix


class ExportRequest(ExportKind):
    """A model of the library to be exported."""

    model_id: str = Field(max_length=64)


class ExportCheck(Schema):
    """How closely an export, read back from its files, answers as the model that it was made from."""

    verdict: Literal["same", "close"]
    """`same`: 16 bits or more for each weight, and every answer word for word the model's. `close`: the figures below
    say how close; what is further off is refused."""
    prompts: int
    """Each gave the same token ids on both sides."""
    same_answers: int
    """Prompts to which both give the same text, word by word."""
    same_tokens: float
    """Share of the tokens of the model's own answers that the export would choose too."""
    divergence: float
    """Mean Kullback-Leibler divergence of the export's next token from the model's, along the model's own answers, in
    nats."""
    training_divergence: float | None = None
    """The same, of the base from the tuned model: how far training moved it. Of adapters."""
    largest_logit_difference: float
    largest_weight_error: float
    """The worst tensor's relative error."""
    texts: int = 0
    """Of GGUF: texts of many kinds that were tokenised as llama.cpp does."""
    same_texts: int = 0
    """Those of them that have the same token ids as in training."""

    @property
    def sentence(self) -> str:
        """The check in words."""
        ids = f" {self.same_texts} of {self.texts} unusual texts have the same token ids." if self.texts else ""
        moved = "" if self.training_divergence is None else f" (training moved it by {self.training_divergence:.2g})"
        return (
            f"Read back and compared with the model on {self.prompts} prompts: the same token ids, "
            f"{self.same_answers} of {self.prompts} answers the same, {self.same_tokens:.1%} of the tokens the same, "
            f"divergence {self.divergence:.2g} nats per token{moved}, weights within "
            f"{self.largest_weight_error:.2g}.{ids}"
        )


class ExportFile(Schema):
    """One file of an export."""

    name: str
    bytes: int
    sha256: str


class ExportManifest(ExportKind):
    """`manifest.json` of an export: what it is, what it was made from, and how it was checked."""

    id: str
    model_id: str
    model_name: str
    created_at: datetime
    files: tuple[ExportFile, ...]
    bytes: int
    check: ExportCheck
    notes: tuple[str, ...] = ()
    """What differs from the model, or could not be made, in words."""
    remarks: dict[str, Remark] = Field(default_factory=dict)
    """Those of them that have a name, by the sentence: what other languages say them by. Empty in earlier versions."""
    owner: str | None = None


class ExportView(BackgroundJob, ExportKind):
    """An export that is being made, could not be made, or is there."""

    result: ExportManifest | None = None
    path: str | None = None
    """Its folder on the server."""
