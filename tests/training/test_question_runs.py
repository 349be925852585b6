"""A run of a span head: measured, published, merged and asked, with the same answers all the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import carry_out, make_run, tiny_config
from tokenizers import Tokenizer

from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import ConfigurationError
from modelforge.inference.reader import find_answer, load_reader
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.file_manager import FileManager
from modelforge.training.merge import merge
from tests.tasks.tiny_encoders import ENCODERS, make_tiny

COLOURS = ("red", "green", "blue")


def _row(number: int) -> dict[str, object]:
    colour = COLOURS[number % 3]
    context = f"Ball {number} lies on the grass.{' It is big.' * (number % 9)} It is {colour}."
    place = context.index(colour)
    answers = {"text": [], "answer_start": []} if number % 5 == 4 else {"text": [colour], "answer_start": [place]}
    return {"context": context, "question": f"Which colour has ball {number}?", "answers": answers}


def _recipe(folder: Path, name: str = "bert", **written: Any) -> TrainingConfig:
    """A tiny encoder that learns where the colours of forty balls stand."""
    data = folder / "balls.jsonl"
    data.write_text("".join(json.dumps(_row(number)) + "\n" for number in range(40)))
    return tiny_config(make_tiny(name, folder / name), data, task="extractive-question-answering", **written)


def _cutting_of(folder: Path) -> tuple[Any, Any]:
    """What other readers of a model's tokenizer do to every text."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return tokenizer.truncation, tokenizer.padding


def test_a_span_head_finds_the_same_answers_wherever_it_is_asked(tmp_path: Path, files: FileManager) -> None:
    config = _recipe(tmp_path, data={"max_length": 48, "doc_stride": 8}, evaluation={"max_rows": 10})
    run = carry_out(make_run(config, files))

    report = run.said("report")[0]
    assert {"squad_f1", "squad_em", "squad_f1_answerable", "squad_f1_unanswerable", "log_loss"} == set(
        report["metrics"]
    )
    assert report["metrics"]["squad_f1"]["n"] == 10
    assert sum(report["metrics"][f"squad_f1_{kind}"]["n"] for kind in ("answerable", "unanswerable")) == 10
    assert "qa_outputs" in report["note"]
    measured = RowScores.model_validate_json(run.folder.scores("tuned").read_bytes())
    merged = merge(run.model_id or "", files=files)
    assert merged.merge_check is not None
    tuned, whole = load_reader(run.model_id or "", files), load_reader(merged.id, files)
    assert tuned.manifest is not None
    assert whole.manifest is not None
    assert [(one.max_length, one.doc_stride) for one in (tuned.manifest, whole.manifest)] == [(48, 8), (48, 8)]
    asked = [prompt.split("\n\n") for prompt in measured.prompts]
    assert any(len(tuned.tokenizer(question, context)["input_ids"]) > 48 for context, question in asked)
    for (context, question), answer in zip(asked, measured.answers or (), strict=True):
        assert find_answer(tuned, question, context).answer == answer
        assert find_answer(whole, question, context).answer == answer
    for model in (run.model_id or "", merged.id):
        assert _cutting_of(files.model(model).root) == (None, None)


@pytest.mark.parametrize("name", sorted({*ENCODERS} - {"bert"}))
def test_every_encoder_learns_to_point_at_answers(name: str, tmp_path: Path, files: FileManager) -> None:
    written = {"data": {"max_length": 64, "doc_stride": 8}, "evaluation": {"max_rows": 2}}
    run = carry_out(make_run(_recipe(tmp_path, name, optimization={"max_steps": 1}, **written), files))

    assert run.status == "succeeded"
    assert run.preparation.plan.fits
    assert "squad_f1" in run.said("report")[0]["metrics"]


@pytest.mark.parametrize("name", ["bert", "electra", "mpnet"])
def test_rows_beyond_learned_positions_are_refused(name: str, tmp_path: Path, files: FileManager) -> None:
    config = _recipe(tmp_path, name, data={"max_length": 400})
    rows = (tmp_path / "balls.jsonl").read_text()
    (tmp_path / "balls.jsonl").write_text(rows.replace('.", "question', f'.{" It is big." * 200}", "question'))

    found = {finding.truth: finding for finding in make_run(config, files).preparation.preflight.findings}

    assert found["rows-within-positions"].severity == "error"


def test_smoothing_that_a_span_head_would_not_heed_is_refused(tmp_path: Path, files: FileManager) -> None:
    config = _recipe(tmp_path, optimization={"label_smoothing_factor": 0.1})
    with pytest.raises(ConfigurationError, match="no effect on a head that marks"):
        make_run(config, files)
