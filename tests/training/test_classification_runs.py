"""Runs of classifiers: measured, stopped and resumed, published, merged and asked, and the same all the way."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import carry_out, make_run, tiny_config

from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import ConfigurationError, ConflictError, ProviderError
from modelforge.hardware.model_shape import ModelShape
from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.reader import classify, load_reader, longest
from modelforge.schemas.evaluation import EvaluationRequest
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.text_classification import TextClassification
from modelforge.training.measuring import evaluate
from modelforge.training.merge import merge
from tests.tasks.tiny_encoders import make_tiny

LABELS = ("cold", "hot", "wet")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "weather.jsonl"
    rows = [{"text": f"Day {n} was {LABELS[n % 3]}{' indeed' * (n % 4)}.", "label": LABELS[n % 3]} for n in range(60)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def recipe(model: Path, data: Path, /, **written: Any) -> Any:
    optimization = {"max_steps": 8, "per_device_train_batch_size": 6, "learning_rate": 1e-2}
    return tiny_config(
        model,
        data,
        task="text-classification",
        **{
            "evaluation": {"max_rows": 15},
            **written,
            "optimization": {**optimization, **written.get("optimization", {})},
        },
    )


def test_a_tokenizer_that_can_pad_nothing_is_refused_with_the_way_out(
    tiny_model: Path, tmp_path: Path, data: Path, files: FileManager
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, bare = AutoTokenizer.from_pretrained(tiny_model), tmp_path / "bare"
    AutoModelForCausalLM.from_pretrained(tiny_model).save_pretrained(bare)
    tokenizer.pad_token = tokenizer.eos_token = None
    tokenizer.save_pretrained(bare)
    rlhf = {"name": "rlhf", "rewards": [{"kind": "exact_match"}], "num_generations": 2, "max_completion_length": 4}
    for asked in (recipe(bare, data), tiny_config(bare, data, strategy=rlhf)):
        with pytest.raises(ConfigurationError, match="neither a pad token nor an end token") as caught:
            make_run(asked, files)
        assert caught.value.code == "no-pad-token"

    tokenizer.pad_token = "<|pad|>"  # the hint's way out
    tokenizer.save_pretrained(bare)

    assert carry_out(make_run(recipe(bare, data, optimization={"max_steps": 1}), files)).status == "succeeded"


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_a_classifier_answers_alike_wherever_it_is_asked(
    tmp_path: Path, data: Path, files: FileManager, kind: str
) -> None:
    model = make_tiny("bert", tmp_path / "bert")
    run = carry_out(make_run(recipe(model, data, finetuning_type=kind), files))

    report = run.said("report")[0]
    assert list(report["metrics"]) == ["accuracy", "macro_f1", "log_loss"]
    assert "classifier" in report["note"]
    assert run.said("progress")[-1]["tokens"] > 0
    assert all("perplexity" not in said for said in run.said("evaluation"))
    assert [sum(map(sum, report["confusion"][side])) for side in ("base", "tuned")] == [15, 15]
    manifest = files.model(run.model_id or "").read_manifest()
    assert manifest.classes == LABELS
    measured = RowScores.model_validate_json(run.folder.scores("tuned").read_bytes())
    tuned = load_reader(manifest.id, files)
    said = [classify(tuned, text) for text in measured.prompts]
    assert tuple(scores[0].label for scores in said) == measured.answers
    assert [-math.log(dict(scores)[right]) for scores, right in zip(said, measured.references, strict=True)] == (
        pytest.approx(list(measured.nll), abs=1e-3)
    )
    with pytest.raises(ConflictError, match="writes no answers"):
        ChatEngine.load(manifest.id, files)
    again = evaluate(EvaluationRequest(model=manifest.id), files, evaluation_id=f"eval-{kind}")
    assert set(again.scores) == set(report["metrics"])
    for name in report["metrics"]:
        assert again.scores[name].value == pytest.approx(report["metrics"][name]["tuned"], abs=1e-3), name
    if kind == "lora":
        merged = merge(manifest.id, files=files)
        assert merged.merge_check is not None
        assert merged.merge_check["same_answers"] == merged.merge_check["prompts"]
        again = [classify(load_reader(merged.id, files), text) for text in measured.prompts[:3]]
        assert [dict(scores) for scores in again] == [pytest.approx(dict(scores), abs=1e-3) for scores in said[:3]]


@pytest.mark.parametrize("truncation_mode", ["keep_start", "keep_end", "drop"])
@pytest.mark.parametrize(("max_length", "sentences"), [(16, 4), (700, 200)])
def test_a_classifier_reads_as_much_of_a_long_text_as_it_was_trained_and_measured_on(
    tmp_path: Path, files: FileManager, max_length: int, sentences: int, truncation_mode: str
) -> None:
    model = make_tiny("llama", tmp_path / "llama")
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 2048}))
    data = tmp_path / "weather.jsonl"
    rows = [
        {"text": f"{LABELS[n % 3]} {n}. " + f"Day {n} went by. " * (sentences * (n % 2)), "label": LABELS[n % 3]}
        for n in range(24)
    ]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    written = {"data": {"max_length": max_length, "truncation_mode": truncation_mode}, "evaluation": {"max_rows": 6}}
    run = carry_out(make_run(recipe(model, data, optimization={"max_steps": 3}, **written), files))

    tuned = load_reader(run.model_id or "", files)
    measured = RowScores.model_validate_json(run.folder.scores("tuned").read_bytes())
    sizes = [len(tuned.tokenizer(text)["input_ids"]) for text in measured.prompts]
    assert max(sizes) > max_length
    assert longest(tuned) == max_length
    served = [-math.log(dict(classify(tuned, text))[right]) for text, right in _pairs(measured)]
    assert served == pytest.approx(list(measured.nll), abs=1e-3)
    merged = merge(run.model_id or "", files=files)
    assert longest(load_reader(merged.id, files)) == max_length


def test_no_more_is_read_than_there_are_positions_for(tmp_path: Path, data: Path, files: FileManager) -> None:
    model = make_tiny("bert", tmp_path / "bert")  # 320 learned positions; the rows are short, and so train all the same
    run = carry_out(make_run(recipe(model, data, data={"max_length": 1000}, optimization={"max_steps": 1}), files))
    tuned = load_reader(run.model_id or "", files)

    assert longest(tuned) == 320
    assert len(classify(tuned, "Day after day was hot. " * 300)) == len(LABELS)


def _pairs(measured: RowScores) -> Any:
    return zip(measured.prompts, measured.references, strict=True)


def test_a_stopped_classifier_goes_on_to_the_same_weights(tmp_path: Path, data: Path, files: FileManager) -> None:
    model = make_tiny("distilbert", tmp_path / "distilbert")
    config = recipe(
        model, data, checkpointing={"save_strategy": "steps", "save_steps": 2}, optimization={"max_steps": 6}
    )
    whole = carry_out(make_run(config, files, "whole"))
    stopped = carry_out(make_run(config, files, "stopped"), stop_after=3)
    assert stopped.status == "stopped"
    resumed = carry_out(stopped)

    weights = [
        (files.model(run.model_id or "").root / "adapter_model.safetensors").read_bytes() for run in (whole, resumed)
    ]
    assert weights[0] == weights[1]


@pytest.mark.parametrize("architecture", ["bert", "llama"])
def test_accumulated_batches_train_as_one_big_batch(
    tmp_path: Path, data: Path, files: FileManager, architecture: str
) -> None:
    model = make_tiny(architecture, tmp_path / architecture)

    def losses(batch: int, accumulation: int) -> list[float]:
        config = recipe(
            model,
            data,
            evaluation={"eval_strategy": "no", "max_rows": 1},
            optimization={
                "max_steps": 4,
                "per_device_train_batch_size": batch,
                "gradient_accumulation_steps": accumulation,
                "learning_rate": 0.5,
                "optim": "sgd",
            },
        )
        run = carry_out(make_run(config, files, f"{architecture}-{batch}"))
        return [data["grad_norm"] for data in run.said("progress")] + run.losses

    assert losses(8, 1) == pytest.approx(losses(2, 4), rel=1e-3)


def test_a_base_measured_alone_is_said_to_guess(tmp_path: Path, data: Path, files: FileManager) -> None:
    base = make_tiny("bert", tmp_path / "bert")
    asked = {"model": str(base), "dataset": str(data), "task": "text-classification", "config": {"max_length": 96}}

    found = evaluate(EvaluationRequest.model_validate(asked), files, evaluation_id="eval-base")

    assert "accuracy" in found.scores
    assert any("begin at random" in notice and "classifier" in notice for notice in found.notices)


def test_an_adapter_of_other_classes_says_that_its_head_does_not_fit(
    tmp_path: Path, data: Path, files: FileManager
) -> None:
    run = carry_out(make_run(recipe(make_tiny("bert", tmp_path / "bert"), data), files, "three"))
    two = tmp_path / "two.jsonl"
    rows = [{"text": f"Day {n}.", "label": "odd" if n % 2 else "even"} for n in range(24)]
    two.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ProviderError, match=r"trained head of another size.*begin from its base"):
        carry_out(make_run(recipe(Path(run.model_id or ""), two), files, "two"))


def test_an_adapter_as_base_is_judged_by_its_own_classes(tmp_path: Path, data: Path, files: FileManager) -> None:
    """The innermost base knows the classes of the data, in an order of its own; the adapter on it has others."""
    base = make_tiny("bert", tmp_path / "bert")
    inner = carry_out(make_run(recipe(base, data, finetuning_type="full"), files, "inner")).model_id or ""
    config = read_json(files.model(inner).root / "config.json")
    names = {"0": "wet", "1": "cold", "2": "hot"}
    write_json(files.model(inner).root / "config.json", {**config, "id2label": names})
    others = tmp_path / "others.jsonl"
    rows = [{"text": f"Day {n}.", "label": "xyz"[n % 3]} for n in range(36)]
    others.write_text("".join(json.dumps(row) + "\n" for row in rows))
    adapter = carry_out(make_run(recipe(Path(inner), others), files, "adapter"))
    folder = files.model(adapter.model_id or "").root

    same = carry_out(make_run(recipe(Path(folder.name), others), files, "same"))
    other = carry_out(make_run(recipe(Path(folder.name), data), files, "other"))

    assert ModelShape.read(str(folder)).labels == ("x", "y", "z")
    assert files.model("same").read_manifest().classes == ("x", "y", "z")
    [tuned, again] = [run.said("report")[0]["metrics"] for run in (adapter, same)]
    assert again["accuracy"]["base"] == tuned["accuracy"]["tuned"]
    assert again["log_loss"]["base"] == pytest.approx(tuned["log_loss"]["tuned"], abs=1e-4)
    assert same.said("report")[0]["note"] is None
    assert files.model("other").read_manifest().classes == LABELS
    assert "classifier" in other.said("report")[0]["note"]


def test_numbers_of_classes_do_not_change_between_attempts() -> None:
    rows = [{"text": "a", "label": label} for label in ("b", "a", "c", "a")]

    assert TextClassification().for_rows(rows).classes == TextClassification().for_rows(rows[::-1]).classes
