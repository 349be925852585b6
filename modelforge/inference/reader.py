"""Models that read and do not write: a text in, a class out; a question and a text in, the answer's place out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from modelforge.exceptions import ConfigurationError
from modelforge.hardware.model_shape import ModelShape
from modelforge.inference.loading import LoadedModel, find_model, inference_options, load_model
from modelforge.inference.refusals import scores_not_numbers, writes_only
from modelforge.schemas.prediction import LabelPrediction, PredictionInput, SpanPrediction
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.generation import context_length, evaluating
from modelforge.tasks.text_classification import cut_texts
from modelforge.tasks.windows import weigh, windows

STRIDE = 64
"""Tokens that neighbouring windows share, where the model does not say which it was trained and measured with."""
LONGEST = 512
"""Tokens of a text, where the model does not say which it was trained and measured with: an ordinary encoder's."""


class ClassScore(NamedTuple):
    """A class, and how sure the model is of it."""

    label: str
    probability: float


def load_reader(reference: str, files: FileManager) -> LoadedModel:
    """A model of the library that reads. Raises ConflictError for one that writes, ProviderError as loading does."""
    loaded = load_model(find_model(reference, files), inference_options())
    if not loaded.head.is_by_row:
        raise writes_only(reference)
    return loaded


def read(loaded: LoadedModel, one: PredictionInput) -> LabelPrediction | SpanPrediction:
    """What a model that reads says of one text.

    Raises:
        ConfigurationError: a question has no context, or a classifier was given one; or the question is too long.
        ConflictError: its scores are not numbers.
    """
    if loaded.head.peft_task_type == "QUESTION_ANS":
        if one.context is None or one.pair is not None:
            raise ConfigurationError(
                "This model answers questions about a text.",
                hint='Give the question and its text: --context "…", or `text` and `context`.',
                code="context-wanted",
            )
        return find_answer(loaded, one.text, one.context)
    if one.context is not None:
        raise ConfigurationError(
            "This model classifies texts and answers no questions.",
            hint='Leave the context out; the second text of a pair is --pair "…", or `pair`.',
            code="context-not-wanted",
        )
    scores = classify(loaded, *([one.text] if one.pair is None else [one.text, one.pair]))
    return LabelPrediction(
        label=scores[0].label,
        probability=scores[0].probability,
        scores={score.label: score.probability for score in scores},
    )


def classify(loaded: LoadedModel, *texts: str) -> tuple[ClassScore, ...]:
    """Every class with its probability for a text, or a pair of texts, the likeliest first; a long text is cut."""
    logits = head_outputs(loaded, *texts)["logits"][0]
    names = loaded.model.config.id2label
    _check_numbers(logits)
    ranked = sorted(enumerate(logits.softmax(dim=-1).tolist()), key=lambda item: -item[1])
    return tuple(ClassScore(str(names[number]), probability) for number, probability in ranked)


def find_answer(loaded: LoadedModel, question: str, context: str) -> SpanPrediction:
    """The answer to a question in a text, read in windows where it is long; empty where none is likelier."""
    manifest = loaded.manifest
    stride = STRIDE if manifest is None or manifest.doc_stride is None else manifest.doc_stride
    made = windows(question, context, loaded.tokenizer, max_length=longest(loaded), stride=stride)
    logits = []
    with evaluating(loaded.model):
        for window in made:
            columns = {"input_ids": window.input_ids, "token_type_ids": window.token_type_ids}
            said = loaded.model(**{name: _row(loaded, ids) for name, ids in columns.items() if ids})
            logits.append((said.start_logits[0].float().cpu(), said.end_logits[0].float().cpu()))
            _check_numbers(*logits[-1])
    weighed = weigh(made, logits, 0)
    span = weighed.best()
    answer = span if span is not None and span.score > 0 else None
    return SpanPrediction(
        answer=context[answer.start : answer.stop] if answer else "",
        answer_start=answer.start if answer else None,
        answer_end=answer.stop if answer else None,
        score=span.score if span else 0.0,
        probability=weighed.probability(answer),
    )


def _check_numbers(*logits: Any) -> None:
    if not all(bool(one.isfinite().all()) for one in logits):
        raise scores_not_numbers()


def _row(loaded: LoadedModel, ids: Sequence[int]) -> Any:
    import torch

    return torch.tensor([ids], device=loaded.model.device)


def head_outputs(loaded: LoadedModel, *texts: str) -> dict[str, Any]:
    """What the head says of one text or pair: name → fp32 on the CPU, [1, …]."""
    encoded = read_ids(loaded, *texts)
    with evaluating(loaded.model):
        said = loaded.model(**{name: _row(loaded, ids) for name, ids in encoded.items()})
    return {name: value.float().cpu() for name, value in said.items() if name.endswith("logits")}


def read_ids(loaded: LoadedModel, *texts: str) -> Any:
    """What the tokenizer makes of one text or pair: `input_ids` and more, a long one cut as in training."""
    mode = loaded.manifest.truncation_mode if loaded.manifest else None
    return cut_texts(texts, loaded.tokenizer, longest(loaded), mode)


def longest(loaded: LoadedModel) -> int:
    """The tokens of a text, or of a window of it: as many as in training, and no more than there are positions for."""
    wanted, reach = loaded.manifest and loaded.manifest.max_length, context_length(loaded.model)
    if wanted:  # it may have been trained beyond what it was made for, but not beyond positions that are learned
        reach = ModelShape.from_config(loaded.model.config.to_dict()).position_limit
    limits = (wanted or LONGEST, reach, loaded.tokenizer.model_max_length)
    return min(limit for limit in limits if limit)
