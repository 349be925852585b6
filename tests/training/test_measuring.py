"""Models measured apart from their run: the same figures as the run's own report, and what is said beside them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tiny_runs import TinyRun, carry_out, make_run, tiny_config, write_rows

from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import ConfigurationError, NotFoundError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.evaluation import Evaluation, EvaluationRequest
from modelforge.storage.file_manager import FileManager
from modelforge.training.measuring import evaluate, model_scores
from modelforge.training.preparation import preview
from tests.tasks.tiny_encoders import make_always, make_tiny

QUICK = {"evaluation": {"max_new_tokens": 4, "bootstrap_resamples": 200}, "compute": {"num_threads": 1}}


@pytest.fixture(scope="module")
def tuned(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    folder = tmp_path_factory.mktemp("measured")
    config = tiny_config(tiny_model, write_rows(folder / "rows.jsonl"))
    return carry_out(make_run(config, FileManager(folder / "home")))


def measure(tuned: TinyRun, number: int, **request: object) -> Evaluation:
    asked = EvaluationRequest.model_validate({"model": tuned.model_id, **request})
    return evaluate(asked, FileManager(tuned.folder.home), evaluation_id=f"eval-{number}")


def test_the_held_out_rows_give_the_figures_of_the_run_s_own_report(tuned: TinyRun, tiny_model: Path) -> None:
    found = measure(tuned, 1, against=str(tiny_model))
    report = json.loads(tuned.folder.report_json.read_text())
    assert found.report is not None
    assert found.run_id == tuned.folder.id
    assert found.rows == report["metrics"]["perplexity"]["n"]
    ours = found.report.model_dump(mode="json")
    assert (ours["sentence"], ours["examples"]) == (report["sentence"], report["examples"])
    for name, theirs in report["metrics"].items():
        assert ours["metrics"][name]["base"] == pytest.approx(theirs["base"], rel=1e-4), name
        assert ours["metrics"][name]["tuned"] == pytest.approx(theirs["tuned"], rel=1e-4), name
        assert found.scores[name].value == pytest.approx(theirs["tuned"], rel=1e-4), name
    folder = FileManager(tuned.folder.home).evaluation("eval-1")
    assert sorted(path.name for path in folder.iterdir()) == ["evaluation.json", "report.json", "report.md"]
    assert Evaluation.model_validate_json((folder / "evaluation.json").read_bytes()) == found


def test_an_adapter_upon_four_bits_is_measured_as_it_was_trained(tiny_model: Path, tmp_path: Path) -> None:
    """Merged into weights of four bits it would be rounded away."""
    config = tiny_config(
        tiny_model,
        write_rows(tmp_path / "rows.jsonl"),
        strategy="qlora",
        optimization={"max_steps": 12, "learning_rate": 5e-2},
        evaluation={"generate": False},
    )
    run = carry_out(make_run(config, FileManager(tmp_path / "home")))
    found = measure(run, 1, against=str(tiny_model))
    assert found.report is not None
    theirs, ours = run.said("report")[0]["metrics"]["perplexity"], found.report.metrics["perplexity"]
    assert (ours.base, ours.tuned) == pytest.approx((theirs["base"], theirs["tuned"]), rel=1e-4)
    assert abs(theirs["tuned"] / theirs["base"] - 1) > 0.05


def test_a_dataset_is_measured_whole_and_flattery_is_told(tuned: TinyRun, tiny_model: Path, tmp_path: Path) -> None:
    known = tuned.folder.home.parent / "rows.jsonl"
    seen = measure(tuned, 2, dataset=str(known), config={**QUICK, "max_rows": 5})
    assert (seen.rows, seen.report, seen.run_id) == (5, None, None)
    assert seen.scores["perplexity"].value > 1
    interval = seen.scores["token_f1"].ci95
    assert interval is not None
    assert interval[0] <= seen.scores["token_f1"].value <= interval[1]
    assert "5 of 24 rows" in seen.notices[0]
    assert "trained on rows of this very dataset" in seen.notices[1]

    other = write_rows(tmp_path / "other.jsonl", rows=7)
    base = measure(tuned, 3, model=str(tiny_model), dataset=str(other), config=QUICK)
    assert (base.rows, base.notices) == (7, ())
    with pytest.raises(ConfigurationError, match="No run is here"):
        measure(tuned, 4, model=str(tiny_model))
    with pytest.raises(NotFoundError):
        measure(tuned, 5, dataset=str(tmp_path / "nowhere.jsonl"))


def test_a_row_that_the_template_refuses_is_named(tiny_model: Path, files: FileManager, tmp_path: Path) -> None:
    """In measuring and in the preview, as in the preflight."""
    strict = shutil.copytree(tiny_model, tmp_path / "strict")
    template = strict / "chat_template.jinja"
    template.write_text(
        "{% if messages[0].role == 'system' %}{{ raise_exception('No system turns.') }}{% endif %}"
        + template.read_text()
    )
    rows = tmp_path / "rows.jsonl"
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    written = [{"messages": turns}, {"messages": [{"role": "system", "content": "c"}, *turns]}]
    rows.write_text("".join(json.dumps(row) + "\n" for row in written))
    request = EvaluationRequest.model_validate({"model": str(strict), "dataset": str(rows), "config": QUICK})

    for generate in (True, False):
        asked = request.model_copy(update={"config": {**QUICK, "evaluation": {"generate": generate}}})
        with pytest.raises(ConfigurationError, match=r"^Row 2: .*No system turns"):
            evaluate(asked, files, evaluation_id=f"refused-{generate}")
    with pytest.raises(ConfigurationError, match=r"^Row 2: .*No system turns"):
        preview(tiny_config(strict, rows), files, rows=5)


def test_a_classifier_that_is_always_right_about_one_class_is_surely_right() -> None:
    rows = 20
    scores = RowScores(
        prompts=("text",) * rows,
        references=("yes",) * rows,
        answers=("yes",) * rows,
        nll=(0.1,) * rows,
        tokens=(1,) * rows,
        likelihood_metric="log_loss",
        classes=("yes", "no"),
    )
    config = TrainingConfig(model="starter:encoder", dataset="sample:tickets")
    found = model_scores(scores, config)["macro_f1"]
    assert (found.value, found.ci95, found.n) == (1, (1, 1), rows)


def test_a_decoder_that_names_no_padding_is_measured_as_a_classifier_in_batches(
    files: FileManager, tmp_path: Path
) -> None:
    data = tmp_path / "weather.jsonl"
    rows = [{"text": f"Day {n} was fine{' indeed' * n}.", "label": ("cold", "hot")[n % 2]} for n in range(6)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = EvaluationRequest(
        model=str(make_tiny("llama", tmp_path / "llama")),
        dataset=str(data),
        task="text-classification",
        config={"evaluation": {"per_device_eval_batch_size": 3, "bootstrap_resamples": 100}},
    )

    found = evaluate(asked, files, evaluation_id="eval-batches")

    assert (found.rows, set(found.scores)) == (6, {"accuracy", "macro_f1", "log_loss"})


def test_a_trained_classifier_is_measured_by_the_names_of_its_own_classes(files: FileManager, tmp_path: Path) -> None:
    data = tmp_path / "moods.jsonl"
    rows = [{"text": f"Day {n}.", "label": "joy" if n % 4 else "sadness"} for n in range(8)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    model = make_always(tmp_path / "joyful", "joy", ("sadness", "joy"))
    asked = EvaluationRequest(
        model=str(model),
        dataset=str(data),
        task="text-classification",
        config={"evaluation": {"bootstrap_resamples": 100}},
    )

    assert evaluate(asked, files, evaluation_id="eval-joy").scores["accuracy"].value == 0.75
