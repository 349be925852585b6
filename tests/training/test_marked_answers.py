"""Runs that learn from answers marked good or bad: KTO's loss, its report, and going on after a stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import TinyRun, carry_out, make_run, tiny_config

from modelforge.data.marked_answers import MarkedCollator
from modelforge.evaluation.report_text import markdown
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import KtoConfig
from modelforge.schemas.evaluation import EvaluationRequest
from modelforge.schemas.report import EvaluationReport
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.kto_strategy import balance_findings
from modelforge.training.held_out import held_out_rows
from modelforge.training.measuring import evaluate


def write_marks(path: Path, rows: int = 24) -> Path:
    lines = [
        {
            "prompt": [{"role": "user", "content": f"Ball {n}{' of all' * (n % 3)}?"}],
            "completion": [{"role": "assistant", "content": f"{'bad' if n % 3 else 'good'} {n}"}],
            "label": n % 3 == 0,
        }
        for n in range(rows)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def marks_config(model: Path, folder: Path, **written: Any) -> TrainingConfig:
    data = write_marks(folder / "marks.jsonl")
    return tiny_config(model, data, **{"strategy": {"name": "kto", "desirable_weight": 2.2}, **written})


@pytest.fixture(scope="module")
def whole(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    folder = tmp_path_factory.mktemp("marks")
    return carry_out(make_run(marks_config(tiny_model, folder), FileManager(folder / "home")))


def test_training_begins_where_the_model_equals_its_reference(whole: TinyRun) -> None:
    first = whole.said("progress")[0]

    # One half of the weight of each answer: σ(0) on both sides.
    assert any(first["loss"] == pytest.approx(0.5 * weights / 2, abs=1e-4) for weights in (2.0, 3.2, 4.4))
    assert first["kl"] == pytest.approx(0, abs=1e-4)


def test_the_report_says_how_well_each_model_tells_the_marks_apart(whole: TinyRun) -> None:
    report = whole.said("report")[0]

    told = report["metrics"]["marks_told_apart"]
    rows = held_out_rows(PreparedData(whole.folder.data), whole.folder.read_spec().config)
    good = [bool(row["label"]) for row in rows]
    assert report["primary_metric"] == "marks_told_apart"
    for side in ("base", "tuned"):
        scores = RowScores.model_validate_json(whole.folder.scores(side).read_bytes())
        nats = [nll / count for nll, count in zip(scores.nll, scores.tokens, strict=True)]
        right = [
            (nats[one] < nats[other]) + (nats[one] == nats[other]) / 2
            for one in range(len(rows))
            for other in range(len(rows))
            if good[one] and not good[other]
        ]
        assert told[side] == pytest.approx(sum(right) / len(right))
    assert told["n"] == len(rows) == 6
    assert report["metrics"]["exact_match"]["n"] == report["metrics"]["perplexity"]["n"] == sum(good) < 6
    assert set(whole.said("evaluation")[-1]) >= {"reward_chosen", "reward_rejected", "kl"}


def test_a_model_that_has_not_changed_has_not_become_better(tiny_model: Path, tmp_path: Path) -> None:
    config = marks_config(
        tiny_model,
        tmp_path,
        optimization={"max_steps": 2, "learning_rate": 1e-9},
        data={"validation_split": 0.5},
        evaluation={"generate": False, "max_rows": 12},
    )

    report = carry_out(make_run(config, FileManager(tmp_path / "home"))).said("report")[0]

    told = report["metrics"]["marks_told_apart"]
    assert (report["primary_metric"], report["verdict"], told["n"]) == ("marks_told_apart", "no evidence", 12)
    assert told["tuned"] == pytest.approx(told["base"], abs=0.01)


@pytest.mark.parametrize(("good", "mark"), [(True, "good"), (False, "bad")])
def test_where_one_mark_is_held_out_alone_there_is_nothing_to_judge(
    good: bool, mark: str, tiny_model: Path, tmp_path: Path
) -> None:
    data = write_marks(tmp_path / "marks.jsonl", rows=12)
    lines = [json.loads(line) for line in data.read_text().splitlines()]
    alike = tmp_path / "alike.jsonl"
    alike.write_text("".join(json.dumps({**line, "label": good}) + "\n" for line in lines))
    config = tiny_config(
        tiny_model, alike, strategy={"name": "kto"}, optimization={"max_steps": 1}, evaluation={"generate": False}
    )

    report = carry_out(make_run(config, FileManager(tmp_path / "home"))).said("report")[0]

    assert (report["primary_metric"], report["verdict"]) == ("marks_told_apart", "no evidence")
    assert report["sentence"] == (
        f"No evidence: every held-out answer is marked {mark}, so there is nothing to tell apart."
    )
    assert set(report["metrics"]) == ({"perplexity"} if good else set())


def test_a_report_of_an_earlier_version_is_still_read_and_shown() -> None:
    agreement = {
        "base": 0.5,
        "tuned": 0.75,
        "difference": 0.25,
        "ci95": [0.1, 0.4],
        "n": 60,
        "higher_is_better": True,
        "verdict": "better",
    }
    found = {"metrics": {"mark_agreement": agreement}, "primary_metric": "mark_agreement", "verdict": "better"}

    report = EvaluationReport.model_validate({**found, "sentence": "Better.", "confidence": 0.95})

    assert "| agreement with the marks | 0.50 | 0.75 |" in markdown(report)


def test_measured_alone_the_model_is_judged_by_the_good_answers(whole: TinyRun) -> None:
    asked = EvaluationRequest.model_validate({"model": whole.model_id})

    found = evaluate(asked, FileManager(whole.folder.home), evaluation_id="eval-1")

    metrics = whole.said("report")[0]["metrics"]
    assert set(found.scores) == set(metrics)
    for name, score in found.scores.items():
        assert (score.value, score.n) == (pytest.approx(metrics[name]["tuned"], rel=1e-4), metrics[name]["n"])


def test_a_stopped_run_goes_on_to_the_same_bits(whole: TinyRun, tiny_model: Path, tmp_path: Path) -> None:
    config = marks_config(tiny_model, tmp_path, checkpointing={"save_steps": 1})
    broken = make_run(config, FileManager(tmp_path / "home"))
    assert carry_out(broken, stop_after=2).status == "stopped"
    assert carry_out(broken).status == "succeeded"

    assert broken.losses == whole.losses


def test_the_divergence_of_a_row_that_is_alone_is_estimated_on_another_answer() -> None:
    """A prompt is 1 and a number, its answer 50 and the number."""
    rows = [{"input_ids": [1, n, 50 + n], "labels": [-100, -100, 50 + n], "label": [1]} for n in (10, 11, 12)]
    collator = MarkedCollator(pad_token_id=0, spares=(rows[0], rows[1]))

    alone = [collator([row])["KL_input_ids"][0, :3].tolist() for row in rows]

    assert alone == [[1, 10, 61], [1, 11, 60], [1, 12, 60]]
    assert collator(rows)["KL_input_ids"][:, :3].tolist() == [[1, 10, 62], [1, 11, 60], [1, 12, 61]]


def test_a_run_has_no_row_that_is_compared_with_itself(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """28 rows are split into 21 and 7: batches of 4 to train on, and of 3 to evaluate on, leave one over."""
    batches = []

    def keep(collator: MarkedCollator, rows: Any) -> Any:
        batches.append(made := collate(collator, rows))
        return made

    collate = MarkedCollator.__call__
    data = write_marks(tmp_path / "marks.jsonl", rows=28)
    config = tiny_config(
        tiny_model,
        data,
        strategy={"name": "kto", "desirable_weight": 2.2},
        optimization={"max_steps": 6, "per_device_train_batch_size": 4},
        evaluation={"generate": False, "per_device_eval_batch_size": 3, "max_rows": 7},
    )
    run = make_run(config, FileManager(tmp_path / "home"))
    monkeypatch.setattr(MarkedCollator, "__call__", keep)

    carry_out(run)

    lone = [batch for batch in batches if len(batch["label"]) == 1]
    assert (run.preparation.preflight.rows, run.preparation.preflight.validation_rows) == (21, 7)
    assert len(lone) >= 2
    assert all(batch["KL_input_ids"].tolist() != batch["input_ids"].tolist() for batch in lone)


def test_pairs_are_two_marked_answers_each(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    lines = [{"prompt": f"p{n} ", "chosen": f"yes {n}", "rejected": f"no {n}"} for n in range(12)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    config = tiny_config(
        tiny_model, path, strategy={"name": "kto"}, optimization={"max_steps": 1}, evaluation={"generate": False}
    )

    run = carry_out(make_run(config, FileManager(tmp_path / "home")))

    assert run.preparation.preflight.rows == 9
    assert run.said("report")[0]["primary_metric"] == "preference_accuracy"


@pytest.mark.parametrize(
    ("good", "bad", "weight", "words"),
    [
        (10, 0, 1.0, "Every answer is marked good"),
        (0, 10, 1.0, "Every answer is marked bad"),
        (100, 20, 1.0, "5 times as much"),
        (100, 20, 0.22, None),
        (50, 50, 1.0, None),
    ],
)
def test_marks_that_do_not_balance_are_named(good: int, bad: int, weight: float, words: str | None) -> None:
    found = balance_findings(good, bad, KtoConfig(desirable_weight=weight))

    assert [words in finding.message for finding in found if words] == ([True] if words else [])
    assert len(found) == bool(words)
