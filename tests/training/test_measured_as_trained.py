"""A model is measured on rows cut as in training, and on none that training would leave out or that it cannot take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_evaluations import ALL, dump, measured
from tiny_runs import TinyRun, carry_out, make_run, tiny_config, write_rows

from modelforge.evaluation.report_text import markdown
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.report import EvaluationReport
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.file_manager import FileManager
from tests.tasks.tiny_bart import make_bart
from tests.tasks.tiny_encoders import make_tiny


def questions(*tails: int) -> list[dict[str, Any]]:
    """Questions that are as many words longer."""
    return [{"input": f"What of {n}?{' And so on' * tail}", "output": f"It is {n}."} for n, tail in enumerate(tails)]


def balls(*lengths: int) -> list[dict[str, Any]]:
    rows = []
    for n, length in enumerate(lengths):
        context = f"Ball {n} lies here.{' It is big.' * length} It is {('red', 'blue')[n % 2]}."
        start = context.rindex(" ") + 1
        answers = {"text": [context[start:-1]], "answer_start": [start]}
        rows.append({"context": context, "question": f"Which colour has ball {n}?", "answers": answers})
    return rows


def weather(*lengths: int) -> list[dict[str, Any]]:
    return [
        {"text": f"Day {n}:{' it went by' * length} {('sun', 'rain')[n % 2]}", "label": ("sun", "rain")[n % 2]}
        for n, length in enumerate(lengths)
    ]


def notes(*lengths: int) -> list[dict[str, Any]]:
    return [
        {"document": f"Note {n}." + " More of it." * n, "summary": "Short." * (length + 1)}
        for n, length in enumerate(lengths)
    ]


Case = tuple[str, Callable[[Path], Path], Callable[..., list[dict[str, Any]]], tuple[int, ...], dict[str, Any]]
CUT: dict[str, Case] = {
    "language model": (
        "text-generation",
        lambda folder: make_tiny("llama", folder),
        questions,
        (0, 2, 40, 60, 3, 80),
        {"max_length": 48, "truncation_mode": "keep_end"},
    ),
    "classifier": (
        "text-classification",
        lambda folder: make_tiny("bert", folder),
        weather,
        (1, 30, 2, 40, 3, 50, 60, 4),
        {"max_length": 16, "truncation_mode": "keep_end"},
    ),
    "span head": (
        "extractive-question-answering",
        lambda folder: make_tiny("bert", folder),
        balls,
        (0, 9, 14, 20, 2, 11),
        {"max_length": 40, "doc_stride": 4},
    ),
    "encoder-decoder": (
        "summarization",
        make_bart,
        notes,
        (1, 9, 5, 14),
        {"max_length": 20, "max_target_length": 6, "source_prefix": "Sum: "},
    ),
}


@pytest.mark.parametrize("name", list(CUT))
def test_on_a_dataset_a_model_has_the_figures_of_its_run_s_report(
    name: str, tmp_path: Path, files: FileManager
) -> None:
    task, make, rows, lengths, cutting = CUT[name]
    held_out = dump(tmp_path / "held-out.jsonl", rows(*lengths))
    config = tiny_config(
        make(tmp_path / "model"),
        dump(tmp_path / "rows.jsonl", rows(*range(12))),
        task=task,
        data={**cutting, "validation_dataset": str(held_out)},
        optimization={"max_steps": 3},
        evaluation={"max_rows": None},
    )
    run = carry_out(make_run(config, files))
    (report,) = run.said("report")
    assert report["metrics"]

    found = measured(run.model_id or "", held_out, files)

    assert found.rows == len(lengths)
    for metric, theirs in report["metrics"].items():
        assert found.scores[metric].value == pytest.approx(theirs["tuned"], rel=1e-3), metric
        assert found.scores[metric].n == theirs["n"], metric
    manifest = files.model(run.model_id or "").root / "manifest.json"
    keys = ("max_length", "max_target_length", "truncation_mode", "doc_stride")
    write_json(manifest, {key: value for key, value in read_json(manifest).items() if key not in keys})
    of_an_earlier_version = measured(run.model_id or "", held_out, files).scores
    likelihood = "log_loss" if "log_loss" in report["metrics"] else "perplexity"
    assert of_an_earlier_version[likelihood].value != pytest.approx(report["metrics"][likelihood]["tuned"], rel=1e-3)


def left_out_run(model: Path, task: str, mode: str, rows: list[dict[str, Any]], folder: Path) -> TinyRun:
    held_out = dump(folder / "held-out.jsonl", rows)
    train = write_rows(folder / "rows.jsonl", rows=12)
    data = {"max_length": 96, "truncation_mode": mode, "validation_dataset": str(held_out), "source_prefix": ""}
    evaluation = {"max_rows": None, "eval_strategy": "no"}
    config = tiny_config(model, train, task=task, data=data, optimization={"max_steps": 1}, evaluation=evaluation)
    return carry_out(make_run(config, FileManager(folder / "home")))


@pytest.mark.parametrize(
    ("kind", "mode"), [("decoder", "keep_start"), ("decoder", "drop"), ("encoder-decoder", "drop")]
)
def test_held_out_rows_that_training_leaves_out_are_not_measured_and_this_is_said(
    kind: str, mode: str, tiny_model: Path, tmp_path: Path
) -> None:
    seq2seq = kind == "encoder-decoder"
    model = make_bart(tmp_path / "bart") if seq2seq else tiny_model
    rows = questions(0, 200, 1, 200, 2)

    run = left_out_run(model, "summarization" if seq2seq else "text-generation", mode, rows, tmp_path)

    assert run.status == "succeeded"
    (finding,) = [one for one in run.preparation.preflight.findings if one.code == "rows-not-measured"]
    assert (finding.total, finding.rows, finding.severity) == (2, (), "warning")
    assert finding.held_out_rows == (2, 4)
    assert finding.message.startswith("2 held-out row(s) are not measured; row 2 of data.validation_dataset: ")
    assert run.preparation.preflight.rows_left_out == 2
    report = EvaluationReport.model_validate(run.said("report")[0])
    assert {metric.n for metric in report.metrics.values()} == {3}
    assert report.unmeasured == 2
    assert "2 held-out rows are not compared" in markdown(report)
    found = measured(run.model_id or "", tmp_path / "held-out.jsonl", FileManager(run.folder.home))
    assert found.rows == 3
    assert "2 of 5 rows are not measured" in found.notices[0]


@pytest.mark.parametrize("mode", ["keep_start", "drop"])
def test_where_all_held_out_rows_are_left_out_nothing_is_measured(tiny_model: Path, tmp_path: Path, mode: str) -> None:
    run = left_out_run(tiny_model, "text-generation", mode, questions(200, 300), tmp_path)

    assert run.status == "succeeded"
    assert (run.said("report"), run.folder.report_json.exists()) == ([], False)
    told = [one for one in run.preparation.preflight.findings if one.truth == "held-out-rows"]
    assert [one.code for one in told] == ["no-row-measured"]
    assert "nothing will show whether the model got better" in told[0].message
    files = FileManager(run.folder.home)
    for request in ({}, {"dataset": None}):
        with pytest.raises(ConfigurationError, match=r"None of 2 row\(s\) can be measured") as caught:
            measured(run.model_id or "", tmp_path / "held-out.jsonl", files, **request)
        assert caught.value.code == "no-row-measurable"


def make_gpt2(folder: Path, tokens_of: Path) -> Path:
    """A GPT-2 with 128 learned positions."""
    import torch
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    tokenizer = AutoTokenizer.from_pretrained(tokens_of)
    torch.manual_seed(0)
    sizes = {"vocab_size": len(tokenizer), "n_positions": 128, "n_embd": 32, "n_layer": 1, "n_head": 2}
    GPT2LMHeadModel(GPT2Config(**sizes, bos_token_id=1, eos_token_id=2)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_rows_beyond_learned_positions_are_cut_and_this_is_said(
    tiny_model: Path, tmp_path: Path, files: FileManager
) -> None:
    model = make_gpt2(tmp_path / "gpt2", tiny_model)
    rows = [*questions(0, 200), {"input": "Tell all.", "output": "Many words of it. " * 60}]
    data = dump(tmp_path / "rows.jsonl", rows)

    found = measured(model, data, files, against=str(tiny_model))

    assert found.rows == 2
    assert found.notices[:2] == (
        f"Rows are cut to 128 tokens: {model} has positions for no more.",
        "1 of 3 rows are not measured: in training they would be left out, being longer than 128 tokens or without any "
        "of their answer within them (data.max_length, data.truncation_mode).",
    )
    assert found.scores["perplexity"].n == 2
    within = measured(model, dump(tmp_path / "short.jsonl", questions(0, 1)), files)
    assert (within.rows, within.notices) == (2, ())
    with pytest.raises(ConfigurationError, match=r"None of 1 row\(s\) can be measured") as caught:
        measured(model, dump(tmp_path / "long.jsonl", questions(200)), files)
    assert "data.max_length" in (caught.value.hint or "")


@pytest.mark.parametrize("turned", [False, True])
def test_a_row_that_one_of_two_models_would_not_have_learned_is_not_measured(
    tiny_model: Path, tmp_path: Path, files: FileManager, turned: bool
) -> None:
    """To one each letter is a token, so that it would have lost the answer; the other has words of several."""
    model, against = ("starter:chat", str(tiny_model)) if turned else (str(tiny_model), "starter:chat")
    data = dump(tmp_path / "rows.jsonl", questions(0, 25))
    config = {**ALL, "data": {"max_length": 200}, "evaluation": {**ALL["evaluation"], "generate": False}}

    assert measured("starter:chat", data, files, config=config).rows == 2
    assert measured(model, data, files, against=against, config=config).rows == 1


@pytest.mark.parametrize("task", ["summarization", "text-classification"])
def test_so_are_those_of_other_models(task: str, tmp_path: Path, files: FileManager) -> None:
    if task == "summarization":
        model, rows = make_bart(tmp_path / "model"), notes(1, 900)
    else:
        model, rows = make_tiny("bert", tmp_path / "model"), weather(1, 900)

    found = measured(model, dump(tmp_path / "rows.jsonl", rows), files, task=task)

    assert (found.rows, found.notices[0]) == (2, f"Rows are cut to 320 tokens: {model} has positions for no more.")
