"""Text classification: classes, features, the head that adapters carry, and decoders under padding."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from modelforge.data.classes import sorted_classes
from modelforge.data.problem_phrases import phrase
from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.head import fresh_parts
from modelforge.tasks.text_classification import TextClassification
from tests.tasks.tiny_encoders import DECODERS, ENCODERS, make_always, make_tiny

ROWS = [
    {"text": "Where is my parcel?", "label": "late"},
    {"text": "It broke.", "label": "fault"},
    {"text": "I want my money back, all of it and at once.", "label": "refund"},
]


def config(**written: Any) -> TrainingConfig:
    return TrainingConfig.model_validate(
        {"task": "text-classification", "model": "starter:encoder", "dataset": "sample:tickets", **written}
    )


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    provider = HuggingFaceProvider()
    return provider.load_tokenizer(provider.resolve("starter:encoder"))


def test_classes_are_those_of_the_rows_to_train_on_in_a_fixed_order() -> None:
    task = TextClassification().for_rows(ROWS)

    assert task.classes == ("fault", "late", "refund")
    assert task.head().arguments["id2label"] == {0: "fault", 1: "late", 2: "refund"}
    numbers = TextClassification().for_rows([{"text": "a", "label": label} for label in ("10", "9", "-1")])
    assert numbers.classes == ("-1", "9", "10")


@pytest.mark.parametrize("labels", [("--5", "10", "9"), ("-", "10", "9"), ("10", "5-", "9")])
def test_classes_that_only_look_like_numbers_are_names(labels: tuple[str, ...]) -> None:
    assert sorted_classes(labels) == tuple(sorted(labels))


def test_the_preflight_says_how_the_classes_are_spread() -> None:
    balanced = TextClassification().for_rows(ROWS).findings()[0]
    lopsided = TextClassification().for_rows([*ROWS[:1] * 9, ROWS[1]]).findings()[0]
    alone = TextClassification().for_rows(ROWS[:1]).findings()[0]

    assert balanced.severity == "ok"
    assert "3 classes" in balanced.message
    assert (lopsided.severity, "'late' is right in 90%" in lopsided.message) == ("warning", True)
    assert alone.severity == "error"


def test_a_row_is_the_text_with_special_tokens_and_the_number_of_its_class(tokenizer: Any) -> None:
    task = TextClassification().for_rows(ROWS)
    (made,) = task.features(ROWS[0], tokenizer, config())

    assert tokenizer.decode(made.columns["input_ids"]) == "<|bos|>Where is my parcel?<|end|>"
    assert made.columns["labels"] == [1]
    assert list(task.broken_truths(ROWS[0], [made], tokenizer, config())) == []
    (pair,) = task.features({"text": "a", "text_pair": "b", "label": "late"}, tokenizer, config())
    assert pair.columns["token_type_ids"] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("mode", ["keep_start", "keep_end"])
def test_long_texts_are_cut_by_the_stated_rule(tokenizer: Any, mode: str) -> None:
    row = ROWS[2]
    (made,) = (
        TextClassification()
        .for_rows(ROWS)
        .features(row, tokenizer, config(data={"max_length": 8, "truncation_mode": mode}))
    )
    ids = made.columns["input_ids"]

    assert (len(ids), ids[0], ids[-1]) == (8, tokenizer.cls_token_id, tokenizer.sep_token_id)
    kept = tokenizer.decode(ids, skip_special_tokens=True).strip()
    assert kept in row["text"]
    assert row["text"].startswith(kept) is (mode == "keep_start")
    assert made.is_cut
    assert sum(token.role == "cut" for token in next(made.marked())) == len(made.sequences[0]) - 8


def test_a_class_that_no_training_row_has_is_reported_and_not_scored(tokenizer: Any) -> None:
    task = TextClassification().for_rows(ROWS)
    (made,) = task.features({"text": "Hello", "label": "praise"}, tokenizer, config())

    assert made.left_out == phrase("class-not-trained", label="praise")
    assert [token.role for token in next(made.marked())] == ["cut"] * len(made.sequences[0])


@pytest.mark.parametrize("architecture", [*ENCODERS, *DECODERS])
def test_the_head_is_trained_in_full_and_comes_back_with_the_adapter(architecture: str, tmp_path: Path) -> None:
    import torch

    provider, task = HuggingFaceProvider(), TextClassification().for_rows(ROWS)
    source = ModelSource(str(make_tiny(architecture, tmp_path / "base")))
    options = LoadOptions("cpu", torch.float32, head_arguments=task.head().arguments)
    tokenizer = provider.load_tokenizer(source)

    def fresh(seed: int) -> Any:
        torch.manual_seed(seed)
        model = provider.load_model(source, task.head().model_class(), options)
        task.head().match(model, tokenizer)
        return model

    base = fresh(0)
    random = fresh_parts(base)
    model = provider.add_adapter(base, config(lora={"r": 4}), task.head())
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    adapters = {name.split("base_model.model.")[1].split(".lora_")[0] for name in trained if "lora_" in name}
    assert random
    for part in random:
        assert not any(name == part or name.startswith(f"{part}.") for name in adapters)
        assert any(re.search(rf"{re.escape(part)}(\.|$)", name) and "modules_to_save" in name for name in trained)
    assert len(adapters) >= 8
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in trained:
                parameter.normal_(std=0.3)
    made = [task.features(row, tokenizer, config()) for row in ROWS]

    def said_by(model: Any) -> tuple[list[str] | None, list[float]]:
        model.eval()
        nll = [row.nll for row in task.likelihood(model, made, config())]
        return task.answers(model, tokenizer, ROWS, config()), nll

    answers, nll = said_by(model)
    model.peft_config["default"].base_model_name_or_path = source.location
    model.save_pretrained(tmp_path / "adapter", save_embedding_layers=False)

    from peft import PeftModel

    again = PeftModel.from_pretrained(fresh(7), tmp_path / "adapter")
    assert said_by(again) == (answers, pytest.approx(nll, abs=1e-4))
    assert said_by(again.merge_and_unload()) == (answers, pytest.approx(nll, abs=1e-3))
    merged = provider.load_model(ModelSource(str(tmp_path / "adapter")), task.head().model_class(), options)
    assert fresh_parts(merged) == ()


@pytest.mark.parametrize("architecture", ["llama", "bert"])
def test_what_is_said_of_a_row_does_not_depend_on_its_batch(architecture: str, tmp_path: Path) -> None:
    import torch

    provider, task = HuggingFaceProvider(), TextClassification().for_rows(ROWS)
    source = ModelSource(str(make_tiny(architecture, tmp_path)))
    tokenizer = provider.load_tokenizer(source)
    options = LoadOptions("cpu", torch.float32, head_arguments=task.head().arguments)
    model = provider.load_model(source, task.head().model_class(), options)
    task.head().match(model, tokenizer)
    made = [task.features(row, tokenizer, config()) for row in ROWS]

    together = task.likelihood(model, made, config(evaluation={"per_device_eval_batch_size": 8}))
    alone = task.likelihood(model, made, config(evaluation={"per_device_eval_batch_size": 1}))

    assert [row.nll for row in together] == pytest.approx([row.nll for row in alone], abs=1e-5)
    assert [row.tokens for row in together] == [1, 1, 1]


def loaded(folder: Path) -> tuple[TextClassification, Any, Any]:
    """The task of `ROWS` for a checkpoint, the model and its tokenizer."""
    import torch

    provider, source = HuggingFaceProvider(), ModelSource(str(folder))
    task = TextClassification().for_model(ModelShape.read(source.location)).for_rows(ROWS)
    options = LoadOptions("cpu", torch.float32, head_arguments=task.head().arguments)
    model = provider.load_model(source, task.head().model_class(), options).eval()
    return task, model, provider.load_tokenizer(source)


@pytest.mark.parametrize("saved", ["single_label_classification", "multi_label_classification"])
def test_a_checkpoint_trained_on_the_same_classes_keeps_their_order(tmp_path: Path, saved: str) -> None:
    labels = ("refund", "fault", "late")
    task, model, tokenizer = loaded(make_always(tmp_path, "refund", labels, problem_type=saved))

    assert task.classes == labels
    assert model.config.id2label == dict(enumerate(labels))
    assert model.config.problem_type == "single_label_classification"
    assert task.answers(model, tokenizer, ROWS, config()) == ["refund"] * 3
    assert fresh_parts(model) == ()


@pytest.mark.parametrize("architecture", ENCODERS)
def test_a_checkpoint_trained_on_other_classes_gets_a_new_head(tmp_path: Path, architecture: str) -> None:
    labels = ("sadness", "joy", "late")
    task, model, _ = loaded(make_always(tmp_path, "joy", labels, architecture))

    assert task.classes == ("fault", "late", "refund")
    (fresh,) = fresh_parts(model)
    assert fresh.startswith("classifier")
    assert model.get_submodule(fresh).bias.abs().max() == 0
    assert model.get_submodule(fresh).weight.abs().max() > 0
    adapted = HuggingFaceProvider().add_adapter(model, config(lora={"r": 4}), task.head())
    trained = [name for name, parameter in adapted.named_parameters() if parameter.requires_grad]
    assert any(name.endswith(f"{fresh.rpartition('.')[2]}.bias") or "modules_to_save" in name for name in trained)


def test_a_checkpoint_whose_classes_have_no_names_keeps_its_head(tmp_path: Path) -> None:
    task, model, tokenizer = loaded(make_always(tmp_path, "LABEL_1", ("LABEL_0", "LABEL_1", "LABEL_2")))

    assert task.answers(model, tokenizer, ROWS, config()) == ["late"] * 3
    assert fresh_parts(model) == ()
