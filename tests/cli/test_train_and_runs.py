"""The road of a newcomer in a terminal: init, dry run, train, look, resume, compare. Real runs of the tiny model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from modelforge.cli.app import COMMANDS, app, load_command
from modelforge.cli.errors import report_error
from modelforge.cli.recipe import overrides_of
from modelforge.data.materialise import materialise
from modelforge.data.source import resolve_dataset
from modelforge.exceptions import ConfigurationError, ModelForgeException, TrainingError
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import parse_training_config
from modelforge.starter import starter_path
from modelforge.starter.beginnings import OF_TASK
from modelforge.storage.file_manager import FileManager
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.task_factory import TaskFactory

STRATEGIES = tuple(StrategyFactory.strategies)
Run = Callable[..., Any]


@pytest.fixture
def modelforge(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process; returns its result, an error of ours as the exit code and words it ends with."""
    monkeypatch.chdir(tmp_path)
    assert not home.exists()

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, list(arguments))
        if isinstance(result.exception, ModelForgeException):
            result.exit_code = report_error(result.exception, as_json="--json" in arguments)
        return result

    return run


@pytest.fixture
def recipe(tmp_path: Path, tiny_model: Path) -> Path:
    rows = [{"input": f"Say {n}", "output": str(n)} for n in range(20)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = tmp_path / "recipe.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "model": str(tiny_model),
                "dataset": str(tmp_path / "rows.jsonl"),
                "max_length": 64,
                "optimization": {"max_steps": 2, "per_device_train_batch_size": 2},
                "evaluation": {"max_rows": 2, "max_new_tokens": 3, "bootstrap_resamples": 100},
                "compute": {"num_threads": 1, "device": "cpu"},
                "data": {"validation_split": 0.2},
            }
        )
    )
    return path


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_the_whole_road(modelforge: Run, recipe: Path) -> None:
    trained = modelforge("train", "-c", str(recipe))
    assert trained.exit_code == 0, trained.output
    for words in ("Hardware", "Preflight", "training truths hold", "Memory plan", "exact match", "Try next"):
        assert words in trained.output
    again = modelforge("train", "-c", str(recipe), "optimization.learning_rate=0", "--json")
    assert again.exit_code == 0, again.output
    said = lines(again.output)
    assert [line["kind"] for line in said[:4]] == ["notice", "run", "preflight", "plan"]
    assert said[-1]["data"]["status"] == "success"
    assert said[-1]["data"]["report"]["verdict"] == "no evidence"
    second = said[-1]["data"]["run_id"]

    listed = json.loads(modelforge("runs", "ls", "--json").output)
    assert [run["status"] for run in listed] == ["succeeded", "succeeded"]
    assert listed[0]["id"] == second
    assert second in modelforge("runs", "ls").output.replace("\n", "")
    shown = json.loads(modelforge("runs", "show", second, "--json").output)
    assert {"id", "status", "config", "report", "error"} <= set(shown)
    assert "perplexity" in modelforge("runs", "show", second).output
    assert modelforge("runs", "logs", second).exit_code == 0

    compared = json.loads(modelforge("runs", "compare", listed[1]["id"], second, "--json").output)
    assert compared["settings"] == {"optimization.learning_rate": [0.0002, 0.0]}
    assert set(compared["metrics"]) >= {"exact_match", "perplexity"}
    assert "optimization.learning_rate" in modelforge("runs", "compare", listed[1]["id"], second).output

    for command, status in (("resume", "succeeded"), ("stop", "ended already")):
        refused = modelforge("runs", command, second)
        assert refused.exit_code == 1
        assert status in str(refused.exception)


def test_a_dry_run_shows_the_checks_and_starts_nothing(modelforge: Run, recipe: Path, home: Path) -> None:
    result = modelforge("train", "-c", str(recipe), "--dry-run", "--json")

    assert result.exit_code == 0, result.output
    assert [line["kind"] for line in lines(result.output)] == ["notice", "preflight", "plan"]
    assert not (home / "runs").exists()


def test_a_run_that_breaks_a_truth_is_refused_and_leaves_nothing(modelforge: Run, recipe: Path, home: Path) -> None:
    result = modelforge("train", "-c", str(recipe), "max_length=8")

    assert result.exit_code == 1
    assert "preflight refuses" in str(result.exception)
    assert not (home / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "optimization.learning_rat=1", "model=a", "dataset=b"), "optimization.learning_rate"),
        (("train",), "Add `model"),
        (("train", "-c", "not-there.yaml"), "cannot be read"),
        (("train", "nonsense"), "key=value"),
    ],
)
def test_wrong_use_is_told_and_ends_with_2(modelforge: Run, arguments: tuple[str, ...], words: str) -> None:
    result = modelforge(*arguments)

    assert result.exit_code == 2
    assert words in str(result.exception)


@pytest.mark.parametrize("text", ["- a list", "a: [", "just words"])
def test_a_recipe_that_is_no_recipe_is_told(modelforge: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)

    assert modelforge("train", "-c", "bad.yaml").exit_code == 2


def test_a_missing_run_or_data_file_is_told(modelforge: Run, recipe: Path) -> None:
    assert modelforge("runs", "show", "not-there").exit_code == 1
    assert modelforge("runs", "ls").output.startswith("No runs yet")
    result = modelforge("train", "-c", str(recipe), "dataset=not-there.jsonl")
    assert result.exit_code == 1
    assert "not-there.jsonl" in str(result.exception)


@pytest.mark.parametrize(
    "option", [*(f"--task={one}" for one in OF_TASK), *(f"--strategy={one}" for one in STRATEGIES)]
)
def test_init_begins_with_a_starter_and_a_sample_that_go_together(modelforge: Run, tmp_path: Path, option: str) -> None:
    assert modelforge("init", "mine.yaml", option).exit_code == 0
    config = parse_training_config(yaml.safe_load((tmp_path / "mine.yaml").read_text())).config
    assert option.partition("=")[2] in (config.task, config.strategy.name)
    task, strategy = TaskFactory.create_task(config.task), StrategyFactory.create_strategy(config.strategy.name)
    starter = starter_path(config.model.removeprefix("starter:"))
    assert task.for_model(ModelShape.read(str(starter)))  # else it says which kind of model it needs
    source = resolve_dataset(config.dataset, FileManager(tmp_path))
    report = materialise(source, config.data, strategy.shapes or task.shapes, tmp_path / "rows.parquet")
    assert (report.ok, report.rows > 100) == (True, True)


def test_init_refuses_what_does_not_go_together(modelforge: Run, tmp_path: Path) -> None:
    assert modelforge("init", "mine.yaml", "--task", "text-classification", "--strategy", "dpo").exit_code == 2
    assert modelforge("init", "mine.yaml", "--task", "poetry").exit_code == 2
    assert not (tmp_path / "mine.yaml").exists()


def test_init_writes_a_recipe_that_parses_and_overwrites_nothing(modelforge: Run, tmp_path: Path) -> None:
    assert modelforge("init", "mine.yaml", "--all").exit_code == 0
    assert yaml.safe_load((tmp_path / "mine.yaml").read_text())["model"] == "starter:chat"
    assert modelforge("init", "mine.yaml").exit_code == 2
    assert modelforge("train", "-c", "mine.yaml", "--dry-run", "--json").exit_code == 0


def test_preview_marks_every_token(modelforge: Run, recipe: Path) -> None:
    rows = json.loads(modelforge("data", "preview", "-c", str(recipe), "-n", "2", "--json").output)

    assert [row["row"] for row in rows] == [1, 2]
    assert "".join(token["text"] for token in rows[0]["tokens"] if token["role"] == "trained") == "0<|end|>"
    assert "⟦0<|end|>⟧" in modelforge("data", "preview", "-c", str(recipe), "-n", "1").output


def test_every_command_loads_has_an_example_and_its_line_of_help() -> None:
    for name, (_, summary) in COMMANDS.items():
        command = load_command(name)
        assert summary.endswith(".")
        for leaf in getattr(command, "commands", {name: command}).values():
            assert "Example:" in (leaf.help or ""), leaf.name
    assert set(get_command(app).list_commands(None)) == set(COMMANDS)  # type: ignore[arg-type]


@pytest.mark.usefixtures("home")
def test_an_error_is_told_without_a_traceback(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "modelforge.cli", "runs", "show", "nowhere", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert result.returncode == 1
    assert json.loads(result.stdout)["error"] == "not-found"
    assert "Traceback" not in result.stderr


def test_errors_have_their_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert report_error(ConfigurationError("no"), as_json=False) == 2
    assert report_error(TrainingError("no", hint="try"), as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["hint"] == "try"


def test_a_summariser_is_measured_and_no_loading_bars_are_shown(modelforge: Run, tmp_path: Path) -> None:
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.enable_progress_bar()
    (tmp_path / "talks.jsonl").write_text(
        "".join(
            json.dumps({"document": f"A: I have lamp {n}. B: Good.", "summary": f"Lamp {n}."}) + "\n" for n in range(3)
        )
    )
    words = ("eval", "starter:seq2seq", "--task", "summarization", "--dataset", "talks.jsonl", "max_new_tokens=6")
    result = modelforge(*words, "--json")
    logging.set_verbosity(before)
    assert result.exit_code == 0, result.output
    assert {"rougeL", "rouge1", "perplexity"} <= set(json.loads(result.stdout)["scores"])
    assert "Loading" not in result.stderr
    assert "[transformers]" not in result.stderr


@pytest.mark.usefixtures("home")
def test_a_row_longer_than_the_model_is_said_once_and_in_our_words(tmp_path: Path) -> None:
    """The tokenizer's own warning speaks of indexing errors, which no cut row brings."""
    rows = [{"input": f"Say {n}", "output": "word " * n} for n in range(1, 8)]
    rows[0]["output"] = "word " * 3000
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("train", "--dry-run", "model=starter:chat", "dataset=rows.jsonl")
    result = subprocess.run(
        [sys.executable, "-m", "modelforge.cli", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert result.returncode == 0, result.stderr
    assert "1 row(s) are longer than 1,024 tokens" in " ".join(result.stdout.split())
    assert "[transformers]" not in result.stdout + result.stderr


def test_an_option_in_quotes_stays_text() -> None:
    """The web app shows the command of a run, whose name may look like a number, a key or a comment."""
    said = ['name="2024"', 'output.name="Support #2"', "optimization.learning_rate=1e-4", "seed=7", 'task="no"']
    assert overrides_of(said) == {
        "name": "2024",
        "output": {"name": "Support #2"},
        "optimization": {"learning_rate": 1e-4},
        "seed": 7,
        "task": "no",
    }
