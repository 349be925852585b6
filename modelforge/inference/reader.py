"""Models that read and do not write: a text in, a class out; a question and a text in, the answer's place out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from modelforge.exceptions import ConflictError
from modelforge.inference.loading import LoadedModel, find_model, inference_options, load_model
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.generation import context_length, evaluating
from modelforge.tasks.windows import best_span, windows

STRIDE = 64
LONGEST = 512
"""Tokens of a text, where neither model nor tokenizer says what they can take."""


class ClassScore(NamedTuple):
    """A class, and how sure the model is of it."""

    label: str
    probability: float


class FoundAnswer(NamedTuple):
    """An answer in a text."""

    text: str
    """As it stands there; empty where the text has none."""
    start: int | None
    """Characters from the beginning of the text."""
    score: float
    """How much likelier than no answer, in logits; negative where no answer is likelier."""


def load_reader(reference: str, files: FileManager) -> LoadedModel:
    """A model of the library that reads. Raises ConflictError for one that writes, ProviderError as loading does."""
    loaded = load_model(find_model(reference, files), inference_options())
    if not loaded.head.is_by_row:
        raise ConflictError(f"{reference} writes its answers.", hint=f"Ask it with `modelforge chat {reference}`.")
    return loaded


def classify(loaded: LoadedModel, *texts: str) -> tuple[ClassScore, ...]:
    """Every class with its probability for a text, or a pair of texts, the likeliest first; a long text is cut."""
    logits = head_outputs(loaded, *texts)["logits"][0]
    names = loaded.model.config.id2label
    ranked = sorted(enumerate(logits.softmax(dim=-1).tolist()), key=lambda item: -item[1])
    return tuple(ClassScore(str(names[number]), probability) for number, probability in ranked)


def find_answer(loaded: LoadedModel, question: str, context: str) -> FoundAnswer:
    """The answer to a question in a text, read in windows where it is long; empty where none is likelier."""
    made = windows(question, context, loaded.tokenizer, max_length=longest(loaded), stride=STRIDE)
    logits = []
    with evaluating(loaded.model):
        for window in made:
            columns = {"input_ids": window.input_ids, "token_type_ids": window.token_type_ids}
            said = loaded.model(**{name: _row(loaded, ids) for name, ids in columns.items() if ids})
            logits.append((said.start_logits[0].float().cpu(), said.end_logits[0].float().cpu()))
    span = best_span(made, logits, 0)
    if span is None or span.score <= 0:
        return FoundAnswer("", None, 0.0 if span is None else span.score)
    return FoundAnswer(context[span.start : span.stop], span.start, span.score)


def _row(loaded: LoadedModel, ids: Sequence[int]) -> Any:
    import torch

    return torch.tensor([ids], device=loaded.model.device)


def head_outputs(loaded: LoadedModel, *texts: str) -> dict[str, Any]:
    """What the head says of one text or pair: name → fp32 on the CPU, [1, …]."""
    encoded = loaded.tokenizer(*texts, truncation=True, max_length=longest(loaded), return_tensors="pt")
    with evaluating(loaded.model):
        said = loaded.model(**encoded.to(loaded.model.device))
    return {name: value.float().cpu() for name, value in said.items() if name.endswith("logits")}


def longest(loaded: LoadedModel) -> int:
    """The most tokens that model and tokenizer both take, and no more than an ordinary encoder's."""
    limits: Sequence[int | None] = (context_length(loaded.model), loaded.tokenizer.model_max_length, LONGEST)
    return min(limit for limit in limits if limit)
