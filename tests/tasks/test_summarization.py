"""Summaries: what an encoder-decoder is fed and taught, and what a causal model is asked."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from modelforge.data.problem_phrases import phrase, words
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.starter import sample_path, starter_path
from modelforge.strategies.sft_strategy import SftStrategy
from modelforge.tasks.seq2seq_generation import answer_texts
from modelforge.tasks.seq2seq_truths import broken_truths
from modelforge.tasks.source_and_target import SourceAndTarget
from modelforge.tasks.summarization import EncoderDecoderSummarization, Summarization
from modelforge.tasks.watch import GenerationStopped, Watch
from tests.data.canonical_rows import to_canonical
from tests.tasks.tiny_bart import make_bart

COLUMNS = {"document": "document", "summary": "summary"}
ROW = to_canonical({"document": "Ada: hi.\nBen: the kettle broke.", "summary": "A kettle broke."}, "summary", COLUMNS)
TASK = EncoderDecoderSummarization()


@pytest.fixture(scope="module")
def starter() -> tuple[Any, Any]:
    return load(starter_path("seq2seq"))


@pytest.fixture(scope="module")
def bart(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    return load(make_bart(tmp_path_factory.mktemp("bart")))


def load(folder: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def config(**data: Any) -> TrainingConfig:
    written = {"task": "summarization", "model": "m", "dataset": "d"}
    return parse_training_config({**written, "data": data, "evaluation": {"max_new_tokens": 12}}).config


def sample(rows: int) -> list[dict[str, Any]]:
    with sample_path("conversations").open(encoding="utf-8") as lines:
        return [to_canonical(json.loads(line), "summary", COLUMNS) for line in islice(lines, rows)]


def test_the_kind_of_model_decides_how_it_is_trained() -> None:
    heads = {}
    for name in ("chat", "seq2seq"):
        heads[name] = Summarization().for_model(ModelShape.read(str(starter_path(name)))).head().peft_task_type
    assert heads == {"chat": "CAUSAL_LM", "seq2seq": "SEQ_2_SEQ_LM"}
    with pytest.raises(ConfigurationError, match="cannot write"):
        Summarization().for_model(ModelShape.read(str(starter_path("encoder"))))


@pytest.mark.parametrize("kind", ["starter", "bart"])
def test_the_labels_are_the_summary_and_its_end_alone(kind: str, request: pytest.FixtureRequest) -> None:
    _, tokenizer = request.getfixturevalue(kind)
    made = TASK.encode(ROW, tokenizer, config())

    bos = "<|bos|>" if kind == "bart" else ""
    assert tokenizer.decode(made.columns["labels"]) == f"{bos}A kettle broke.<|end|>"
    assert tokenizer.decode(made.columns["input_ids"]) == f"{bos}summarize: Ada: hi.\nBen: the kettle broke.<|end|>"
    assert made.trained_tokens == len(made.target)
    assert not made.is_cut
    assert list(TASK.broken_truths(ROW, (made,), tokenizer, config())) == []


def test_no_row_of_the_sample_breaks_a_truth(starter: tuple[Any, Any]) -> None:
    _, tokenizer = starter
    for row in sample(50):
        made = TASK.features(row, tokenizer, config())
        assert list(TASK.broken_truths(row, made, tokenizer, config())) == []


def test_planted_faults_are_noticed(bart: tuple[Any, Any]) -> None:
    _, tokenizer = bart
    good = TASK.encode(ROW, tokenizer, config())

    def broken(source: list[int], target: list[int]) -> set[str]:
        made = SourceAndTarget(source, target, source, target, slice(0, 0))
        return set(broken_truths(made, TASK.reference(ROW), tokenizer))

    assert broken(good.source, good.target) == set()
    assert broken(good.source, [*good.source, *good.target]) == {"prompt-not-trained"}
    assert broken(good.source, good.source) == {"answer-is-trained"}
    assert broken(good.source, good.target[:-1]) == {"end-token-trained"}
    assert broken([1, *good.source], good.target) == {"one-bos"}


@pytest.mark.parametrize(
    ("mode", "read"),
    [
        ("keep_start", "<|bos|>summarize: Ada: hi.<|end|>"),
        ("keep_end", "<|bos|>summarize:  kettle broke.<|end|>"),
    ],
)
def test_the_cut_keeps_prefix_and_end_token(bart: tuple[Any, Any], mode: str, read: str) -> None:
    _, tokenizer = bart
    whole = TASK.encode(ROW, tokenizer, config())
    longest = len(tokenizer(read, add_special_tokens=False)["input_ids"])
    made = TASK.encode(ROW, tokenizer, config(max_length=longest, max_target_length=3, truncation_mode=mode))

    assert tokenizer.decode(made.kept_source) == read
    assert made.kept_target == whole.target[:3]
    assert made.is_cut
    assert made.left_out is None
    assert list(TASK.broken_truths(ROW, (made,), tokenizer, config())) == []
    shown = [[token.role for token in side] for side in made.marked()]
    assert shown[0].count("cut") == len(whole.source) - longest
    assert shown[1] == ["trained"] * 3 + ["cut"] * (len(whole.target) - 3)


def test_with_drop_a_long_side_leaves_the_row_out_and_says_which(starter: tuple[Any, Any]) -> None:
    _, tokenizer = starter
    made = {key: TASK.encode(ROW, tokenizer, config(truncation_mode="drop", **{key: 8})) for key in LIMITS}
    long = made["max_length"]
    assert long.left_out is not None
    assert words(long.left_out) == f"it has {len(long.source)} tokens, more than max_length 8"
    assert TASK.encode(ROW, tokenizer, config(truncation_mode="drop")).left_out is None
    short = TASK.encode(ROW, tokenizer, config(truncation_mode="drop", max_target_length=2))
    assert short.left_out == phrase("too-many-tokens", length=len(short.target), key="max_target_length", most=2)


LIMITS = ("max_length",)


@pytest.mark.parametrize("kind", ["starter", "bart"])
def test_loss_does_not_depend_on_the_batch_and_is_the_models_own(kind: str, request: pytest.FixtureRequest) -> None:
    import torch

    model, tokenizer = request.getfixturevalue(kind)
    settings = config(max_length=60, max_target_length=40)
    made = [TASK.encode(row, tokenizer, settings) for row in [ROW, *sample(3)]]
    together = TASK.likelihood(model, [(one,) for one in made], settings)
    alone = [TASK.likelihood(model, [(one,)], settings)[0] for one in made]

    collator = TASK.collator(tokenizer, settings)
    batch = collator([one.columns for one in made])
    with torch.no_grad():
        own = float(model(**batch).loss)
    assert [row.nll for row in together] == pytest.approx([row.nll for row in alone], rel=1e-4)
    assert sum(row.nll for row in together) / sum(row.tokens for row in together) == pytest.approx(own, rel=1e-4)
    assert collator.rows_of(batch) == [one.columns for one in made]
    assert batch["labels"].shape[1] < batch["input_ids"].shape[1]


@pytest.mark.parametrize("kind", ["starter", "bart"])
def test_an_answer_does_not_depend_on_its_batch(kind: str, request: pytest.FixtureRequest) -> None:
    model, tokenizer = request.getfixturevalue(kind)
    settings = config(max_length=60)
    rows = [ROW, *sample(3)]
    together = TASK.answers(model, tokenizer, rows, settings)
    assert together == [(TASK.answers(model, tokenizer, [row], settings) or [""])[0] for row in rows]
    assert any(together or [])
    with pytest.raises(GenerationStopped):
        answer_texts(model, tokenizer, [[5, 2]], max_new_tokens=4, batch_size=1, watch=Watch(should_stop=lambda: True))


def test_a_causal_model_is_asked_for_the_summary_of_the_text() -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(starter_path("chat"))
    task, settings = Summarization(), config(source_prefix="TL;DR ")
    (made,) = task.features(ROW, tokenizer, settings)
    prompt = "<|bos|><|user|>TL;DR Ada: hi.\nBen: the kettle broke.<|end|><|assistant|>"
    assert tokenizer.decode(made.sequences[0]) == f"{prompt}A kettle broke.<|end|>"
    assert tokenizer.decode(task.prompt_ids(ROW, tokenizer, settings)) == prompt
    assert made.trained_tokens == len(tokenizer("A kettle broke.<|end|>", add_special_tokens=False)["input_ids"])
    assert (task.prompt_text(ROW), task.reference(ROW)) == ("Ada: hi.\nBen: the kettle broke.", "A kettle broke.")
    assert list(task.broken_truths(ROW, (made,), tokenizer, settings)) == []


def test_what_an_encoder_decoder_cannot_do_is_refused(starter: tuple[Any, Any]) -> None:
    _, tokenizer = starter
    for written in ({"data": {"system_prompt": "Be brief."}}, {"strategy": {"completion_only_loss": False}}, PACKED):
        settings = parse_training_config({"task": "summarization", "model": "m", "dataset": "d", **written}).config
        with pytest.raises(ConfigurationError):
            SftStrategy().collator(TASK, tokenizer, settings)


PACKED = {"strategy": {"packing": True}}
