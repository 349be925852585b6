"""The learning rate's warm-up: a share never takes the whole training, and a number that does is told."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file
from tiny_runs import carry_out, make_run, tiny_config, write_rows

from modelforge.schemas.config.possible import POLYNOMIAL_END
from modelforge.schemas.preflight import PreflightReport
from modelforge.storage.file_manager import FileManager
from modelforge.strategies.warm_up import TRUTH, warm_up_steps

NO_EVALUATION = {"generate": False, "eval_strategy": "no"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "colours.jsonl", 12)


def codes(report: PreflightReport) -> list[tuple[str | None, str]]:
    return [(finding.code, finding.severity) for finding in report.findings if finding.truth == TRUTH]


@pytest.mark.parametrize(
    ("wanted", "total", "steps"),
    [(0, 9, 0), (0.03, 1, 0), (0.03, 33, 0), (0.03, 34, 1), (0.99, 1, 0), (0.99, 100, 99), (1, 1, 1), (20, 10, 20)],
)
def test_a_share_is_rounded_down_and_a_number_is_meant(wanted: float, total: int, steps: int) -> None:
    assert warm_up_steps(wanted, total) == steps


def test_a_training_of_one_step_learns_by_the_defaults(tiny_model: Path, data: Path, files: FileManager) -> None:
    one_step = {
        "max_steps": None,
        "num_train_epochs": 1,
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 4,
    }
    run = carry_out(make_run(tiny_config(tiny_model, data, optimization=one_step, evaluation=NO_EVALUATION), files))

    (progress,) = run.said("progress")
    assert (progress["total_steps"], progress["learning_rate"]) == (1, 1e-2)
    adapter = load_file(files.model("tiny-run").root / "adapter_model.safetensors")
    assert all(bool(tensor.any()) for name, tensor in adapter.items() if "lora_B" in name)
    assert codes(run.preparation.preflight) == []


def test_a_warm_up_is_as_long_as_the_share_of_all_steps(tiny_model: Path, data: Path, files: FileManager) -> None:
    wanted = {"max_steps": 5, "warmup_steps": 0.5, "lr_scheduler_type": "constant_with_warmup", "learning_rate": 0.01}
    run = carry_out(make_run(tiny_config(tiny_model, data, optimization=wanted, evaluation=NO_EVALUATION), files))

    assert [said["learning_rate"] for said in run.said("progress")] == [0.0, 0.005, 0.01, 0.01, 0.01]


def test_a_polynomial_schedule_ends_where_its_refusal_says() -> None:
    from transformers.optimization import get_polynomial_decay_schedule_with_warmup

    assert signature(get_polynomial_decay_schedule_with_warmup).parameters["lr_end"].default == POLYNOMIAL_END


@pytest.mark.parametrize(
    ("optimization", "told"),
    [
        ({"max_steps": 4, "warmup_steps": 4}, [("warm-up-outlasts-training", "warning")]),
        ({"max_steps": 4, "warmup_steps": 3}, []),
        ({"max_steps": 1, "warmup_steps": 1}, [("warm-up-is-all", "error")]),
        ({"max_steps": 1, "warmup_steps": 0.9}, []),
        ({"max_steps": 1, "warmup_steps": 1, "lr_scheduler_type": "constant"}, []),
        ({"max_steps": None, "num_train_epochs": 1.5, "warmup_steps": 8}, [("warm-up-outlasts-training", "warning")]),
        ({"max_steps": None, "num_train_epochs": 1.5, "warmup_steps": 7}, []),
    ],
)
def test_a_warm_up_that_outlasts_the_training_is_told(
    tiny_model: Path, data: Path, files: FileManager, optimization: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    """Nine rows to train on, two in a step."""
    report = make_run(tiny_config(tiny_model, data, optimization=optimization), files).preparation.preflight

    assert codes(report) == told
    assert report.ok == all(severity != "error" for _, severity in told)


@pytest.mark.parametrize(
    "written",
    [
        {"optimization": {"max_steps": None, "num_train_epochs": 1.5, "gradient_accumulation_steps": 2}},
        {"optimization": {"max_steps": None, "num_train_epochs": 2}, "strategy": {"name": "sft", "packing": True}},
        {
            "optimization": {"max_steps": None, "num_train_epochs": 1, "per_device_train_batch_size": 4},
            "strategy": {
                "name": "rlhf",
                "rewards": [{"kind": "exact_match"}],
                "num_generations": 2,
                "num_iterations": 2,
                "max_completion_length": 4,
            },
        },
    ],
    ids=["sft", "packed", "rlhf"],
)
def test_the_steps_that_are_told_are_the_trainers(
    tiny_model: Path, data: Path, files: FileManager, written: dict[str, Any]
) -> None:
    optimization = {**written["optimization"], "warmup_steps": 1000}
    config = tiny_config(tiny_model, data, **{**written, "optimization": optimization}, evaluation=NO_EVALUATION)
    run = carry_out(make_run(config, files))

    (finding,) = (one for one in run.preparation.preflight.findings if one.truth == TRUTH)
    assert finding.params == {"warmup": 1000, "steps": run.said("progress")[-1]["total_steps"]}
    assert run.said("progress")[-1]["step"] == finding.params["steps"]
