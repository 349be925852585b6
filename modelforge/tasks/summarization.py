"""Summarization: a text is read and a shorter one written, by an encoder-decoder or by a causal model that is asked."""

from __future__ import annotations

from typing import Any, ClassVar

from modelforge.data.canonical import SUMMARY_PROMPT
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.dataset import Shape
from modelforge.schemas.model import ModelMode
from modelforge.tasks.seq2seq_task import Seq2SeqTask
from modelforge.tasks.task import CanonicalRow, Task, measured_like
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.tokenised_row import TokenisedRow


class Summarization(TextGeneration):
    """By prompt: the text behind `data.source_prefix` as a user's turn, the summary as the answer."""

    name: ClassVar[str] = "summarization"
    shapes: ClassVar[tuple[Shape, ...]] = ("summary", "input_output", "prompt_completion")
    metrics: ClassVar[tuple[str, ...]] = ("rougeL", "rouge1", "rouge2", "exact_match")
    primary_metric: ClassVar[str] = "rougeL"
    mode: ClassVar[ModelMode] = "text"

    def for_model(self, shape: ModelShape) -> Task:
        """Encoder-decoders are trained as such.

        Raises:
            ConfigurationError: the model is an encoder, which writes nothing.
        """
        if shape.layout == "encoder":
            raise ConfigurationError(
                f"A model of type {shape.model_type} reads and cannot write: it makes no summaries.",
                hint="Choose an encoder-decoder such as starter:seq2seq, or a causal model such as starter:chat.",
                code="encoder-makes-no-summaries",
                params={"type": shape.model_type},
            )
        return measured_like(EncoderDecoderSummarization(), self) if shape.layout == "encoder-decoder" else self

    def source_prefix(self, config: TrainingConfig) -> str:
        """What says that a summary is wanted."""
        return config.data.source_prefix

    def tokenise(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> TokenisedRow:
        """The conversation in which the text is asked about, cut to `data.max_length`."""
        return super().tokenise(_asked(row, config), tokenizer, config)

    def prompt_ids(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> list[int] | None:
        """The ids that a summary is generated from."""
        return super().prompt_ids(_asked(row, config), tokenizer, config)

    def prompt_text(self, row: CanonicalRow) -> str:
        """The text to sum up."""
        return super().prompt_text(row).removeprefix(SUMMARY_PROMPT)


class EncoderDecoderSummarization(Seq2SeqTask):
    """The encoder reads the text behind `data.source_prefix`; the labels are the summary alone."""

    name: ClassVar[str] = Summarization.name
    shapes: ClassVar[tuple[Shape, ...]] = Summarization.shapes
    metrics: ClassVar[tuple[str, ...]] = Summarization.metrics
    primary_metric: ClassVar[str] = Summarization.primary_metric
    mode: ClassVar[ModelMode] = Summarization.mode

    def source_prefix(self, config: TrainingConfig) -> str:
        """What T5 was taught to sum a text up by."""
        return config.data.source_prefix

    def prompt_text(self, row: CanonicalRow) -> str:
        """The text to sum up: all turns of a prompt, a line each."""
        prompt = row["prompt"]
        text = prompt if isinstance(prompt, str) else "\n".join(str(turn["content"]) for turn in prompt)
        return text.removeprefix(SUMMARY_PROMPT)

    def reference(self, row: CanonicalRow) -> str:
        """The summary."""
        completion = row["completion"]
        return completion if isinstance(completion, str) else str(completion[-1].get("content") or "")


def _asked(row: CanonicalRow, config: TrainingConfig) -> CanonicalRow:
    """The row with `data.source_prefix` before its text, in place of the instruction that the reader put there."""
    prefix, prompt = config.data.source_prefix, row["prompt"]
    if isinstance(prompt, str):
        return {**row, "prompt": prefix + prompt}
    text = prefix + str(prompt[-1]["content"]).removeprefix(SUMMARY_PROMPT)
    return {**row, "prompt": [*prompt[:-1], {**prompt[-1], "content": text}]}
