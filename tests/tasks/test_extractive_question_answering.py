"""Extractive question answering: windows, spans mapped to the text and back, no answer, and heads per architecture."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from modelforge.data.answers import NO_ANSWER
from modelforge.data.problem_phrases import phrase, words
from modelforge.evaluation.metrics import score_answers
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.starter import starter_path
from modelforge.tasks.extractive_question_answering import ExtractiveQuestionAnswering
from modelforge.tasks.head import fresh_parts
from modelforge.tasks.windows import Span, best_span, weigh, windows
from modelforge.tasks.written_question_answering import WrittenQuestionAnswering
from tests.tasks.tiny_encoders import ENCODERS, make_tiny

LONG = " ".join(f"Person {number} lives in Größe{number}." for number in range(30))


def config(**data: Any) -> TrainingConfig:
    written = {"task": "extractive-question-answering", "model": "starter:encoder", "dataset": "sample:questions"}
    return TrainingConfig.model_validate({**written, "data": {"max_length": 64, "doc_stride": 16, **data}})


def row(answer: str | None, context: str = LONG) -> dict[str, Any]:
    answers: dict[str, Any] = {"text": [], "answer_start": []}
    if answer is not None:
        answers = {"text": [answer], "answer_start": [context.find(answer)]}
    return {"context": context, "question": "Where?", "answers": answers}


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    provider = HuggingFaceProvider()
    return provider.load_tokenizer(provider.resolve("starter:encoder"))


def test_windows_overlap_by_the_stride_and_hold_the_whole_text(tokenizer: Any) -> None:
    made = windows("Where?", LONG, tokenizer, max_length=64, stride=16)

    assert len(made) > 3
    assert all(len(window.input_ids) <= 64 for window in made)
    places = [[place for place in window.places if place] for window in made]
    for before, behind in pairwise(places):
        shared = [place for place in before if place in behind]
        assert 8 <= len(shared) <= 20  # white space is a token of its own, a letter may be two
        assert (before[-1] in behind, behind[0] in before) == (True, True)
    covered = {letter for window in places for start, stop in window for letter in range(start, stop)}
    assert covered >= {at for at, letter in enumerate(LONG) if not letter.isspace()}


@pytest.mark.parametrize("answer", ["Größe0", "Größe17", "Person 29", "Größe29"])
def test_a_span_of_the_text_is_found_as_tokens_and_comes_back_letter_by_letter(tokenizer: Any, answer: str) -> None:
    task, wanted = ExtractiveQuestionAnswering(), row(answer)
    made = task.features(wanted, tokenizer, config())
    found = windows("Where?", LONG, tokenizer, max_length=64, stride=16)

    pointed = [(f.columns["start_positions"][0], f.columns["end_positions"][0]) for f in made]
    held = [(window, target) for window, target in zip(found, pointed, strict=True) if target != (0, 0)]
    assert 1 <= len(held) < len(made)
    for window, (first, last) in held:
        begins, ends = window.places[first], window.places[last]
        assert begins is not None
        assert ends is not None
        assert LONG[begins[0] : ends[1]].rstrip(".") == answer
    assert list(task.broken_truths(wanted, made, tokenizer, config())) == []


def test_a_question_without_an_answer_points_at_the_first_token_of_every_window(tokenizer: Any) -> None:
    task = ExtractiveQuestionAnswering()
    made = task.features(row(None), tokenizer, config())

    assert {f.columns[name][0] for f in made for name in ("start_positions", "end_positions")} == {0}
    assert task.accepted(row(None)) == ("",)
    assert task.kind(row(None)) == "squad_f1_unanswerable"
    assert "1 of 2 questions (50%)" in task.for_rows([row(None), row("Größe1")]).findings()[0].message


def test_the_preflight_finds_spans_that_miss_their_answer(tokenizer: Any) -> None:
    task = ExtractiveQuestionAnswering()
    made = task.features(row("Größe17"), tokenizer, config())

    assert list(task.broken_truths(row("Größe3"), made, tokenizer, config())) == ["span-is-answer"]
    assert list(task.broken_truths(row(None), made, tokenizer, config())) == ["span-is-answer"]


def test_rows_that_cannot_be_learned_are_left_out_with_the_reason(tokenizer: Any) -> None:
    task = ExtractiveQuestionAnswering()
    (elsewhere,) = task.features(row("Rome", "Ada lives in Oslo."), tokenizer, config())
    long = task.features(row(LONG[:300]), tokenizer, config())

    assert elsewhere.left_out == phrase("answer-not-in-text")
    assert {features.left_out.code for features in long if features.left_out} == {"no-window-holds-answer"}
    assert all(features.left_out for features in long)


def test_windows_that_fill_all_positions_of_a_model_are_padded_to_no_more(tokenizer: Any) -> None:
    from transformers import BertConfig, BertForQuestionAnswering

    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    model = BertForQuestionAnswering(BertConfig(**sizes, vocab_size=len(tokenizer), max_position_embeddings=40))
    settings = config(max_length=40, doc_stride=8)
    (first, *_) = windows("Where?", LONG, tokenizer, max_length=40, stride=8)

    assert len(first.input_ids) == 40  # no multiple of what batches are rounded up to
    answers = ExtractiveQuestionAnswering().answers(model, tokenizer, [row("Größe1")], settings)
    assert answers is not None
    assert answers[0] in LONG


def test_a_row_whose_question_leaves_no_room_for_its_text_is_left_out_and_answered_with_nothing(
    tokenizer: Any, tmp_path: Path
) -> None:
    from transformers import AutoModelForQuestionAnswering

    task, settings = ExtractiveQuestionAnswering(), config()
    rows = [row("Größe1"), row("Größe1") | {"question": "Where? " * 200}]
    made = [task.features(one, tokenizer, settings) for one in rows]
    model = AutoModelForQuestionAnswering.from_pretrained(make_tiny("bert", tmp_path))

    assert not any(features.left_out for features in made[0])
    (unreadable,) = made[1]
    assert unreadable.left_out is not None
    assert words(unreadable.left_out).startswith("its question of")
    assert "leaves 0 of max_length 64 for the text, with an overlap of 16" in words(unreadable.left_out)
    assert [found.tokens for found in task.likelihood(model, made, settings)] == [1, 0]
    answers = task.answers(model, tokenizer, rows, settings)
    assert answers is not None
    assert answers[1] == ""
    with pytest.raises(ConfigurationError, match="leaves"):
        windows(rows[1]["question"], LONG, tokenizer, max_length=64, stride=16)


def test_the_best_span_is_the_likeliest_pair_inside_the_text_over_all_windows(tokenizer: Any) -> None:
    import torch

    made = windows("Where?", LONG, tokenizer, max_length=64, stride=16)
    logits = [(torch.zeros(64), torch.zeros(64)) for _ in made]
    inside = [at for at, place in enumerate(made[2].places) if place]
    logits[2][0][inside[5]], logits[2][1][inside[7]] = 4.0, 3.0
    logits[2][0][1] = 50.0  # the question is no answer
    logits[1][1][inside[2]] = 6.0
    logits[0][0][0] = logits[0][1][0] = 2.0

    span = best_span(made, logits, 0)

    assert span is not None
    first, last = made[2].places[inside[5]], made[2].places[inside[7]]
    assert (first and first[0], last and last[1]) == (span.start, span.stop)
    assert span.score == pytest.approx(7.0 - 0.0)
    for starts, ends in logits:
        starts[0] = ends[0] = 4.0
    weaker = best_span(made, logits, 0)
    assert weaker is not None
    assert weaker.score < 0  # no answer is likelier


def test_the_probabilities_of_all_places_and_of_no_answer_are_one(tokenizer: Any) -> None:
    import torch

    made = windows(
        "Where?", LONG, tokenizer, max_length=64, stride=16
    )  # overlapping: places that come twice count once
    torch.manual_seed(0)
    weighed = weigh(made, [(torch.randn(64), torch.randn(64)) for _ in made], 0)
    span = weighed.best()

    places = [Span(*place, score - weighed.nothing) for place, score in weighed.places.items()]
    assert sum(map(weighed.probability, [*places, None])) == pytest.approx(1)
    assert span is not None
    assert (span.score > 0) == (weighed.probability(span) > weighed.probability(None))


@pytest.mark.parametrize("architecture", ENCODERS)
def test_the_span_head_is_trained_in_full_and_comes_back_with_the_adapter(architecture: str, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel

    provider, task = HuggingFaceProvider(), ExtractiveQuestionAnswering()
    source = ModelSource(str(make_tiny(architecture, tmp_path / "base")))
    tokenizer = provider.load_tokenizer(source)
    rows = [row("Größe17"), row(None), row("Oslo", "Ada lives in Oslo.")]

    def fresh(seed: int) -> Any:
        torch.manual_seed(seed)
        return provider.load_model(source, task.head().model_class(), LoadOptions("cpu", torch.float32))

    assert task.for_model(ModelShape.read(source.location)) is task
    base = fresh(0)
    (head,) = fresh_parts(base)
    model = provider.add_adapter(base, config(), task.head())
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert any(f"{head}.modules_to_save" in name for name in trained)
    assert not any(head in name and "lora_" in name for name in trained)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in trained:
                parameter.normal_(std=0.3)
    made = [task.features(one, tokenizer, config()) for one in rows]

    def said_by(model: Any) -> tuple[list[str] | None, list[float]]:
        model.eval()
        nll = [found.nll for found in task.likelihood(model, made, config())]
        return task.answers(model, tokenizer, rows, config()), nll

    answers, nll = said_by(model)
    assert answers is not None
    assert all(answer in one["context"] for answer, one in zip(answers, rows, strict=True))
    model.peft_config["default"].base_model_name_or_path = source.location
    model.save_pretrained(tmp_path / "adapter", save_embedding_layers=False)
    again = PeftModel.from_pretrained(fresh(7), tmp_path / "adapter")
    assert said_by(again) == (answers, pytest.approx(nll, abs=1e-4))
    assert said_by(again.merge_and_unload()) == (answers, pytest.approx(nll, abs=1e-3))


def test_a_decoder_writes_its_answers_and_may_say_that_there_is_none(lively: tuple[Any, Any]) -> None:
    task = ExtractiveQuestionAnswering().for_model(ModelShape.read(str(starter_path("chat"))))
    assert isinstance(task, WrittenQuestionAnswering)
    with pytest.raises(ConfigurationError, match="encoder-decoder"):
        ExtractiveQuestionAnswering().for_model(ModelShape.read(str(starter_path("seq2seq"))))
    counted = task.for_rows([row(None), row("Größe1")])
    assert NO_ANSWER in counted.findings()[0].message
    assert counted.findings()[0].params == {"count": 1, "questions": 2, "percent": 50, "answer": NO_ANSWER}
    assert score_answers([""], [counted.accepted(row(None))], counted.metrics) == {
        "squad_f1": (1.0,),
        "squad_em": (1.0,),
    }
    model, tokenizer = lively
    asked = {
        **row("Oslo", "Ada lives in Oslo."),
        "prompt": [{"role": "user", "content": "Ada lives in Oslo.\n\nWhere?"}],
    }
    answered = asked | {"completion": [{"role": "assistant", "content": "Oslo"}]}
    written = counted.answers(model, tokenizer, [answered], config(max_length=128))
    assert written is not None
    assert len(written) == 1
