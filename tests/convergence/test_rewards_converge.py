"""KTO, a reward model and GRPO on the bundled model: each held-out measure moves as it was taught to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelforge.cli.recipe import load_recipe
from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.events import Event
from modelforge.services.training_service import TrainingService
from modelforge.storage.file_manager import FileManager

RECIPES = Path(__file__).parents[2] / "examples" / "text-generation"


def trained(tmp_path: Path, strategy: str, *overrides: str) -> tuple[dict[str, Any], list[Event]]:
    database = DatabaseManager(f"sqlite:///{tmp_path / 'modelforge.db'}")
    database.migrate()
    events: list[Event] = []
    config = load_recipe(RECIPES / f"{strategy}.yaml", overrides).config
    result = TrainingService(database, FileManager(tmp_path)).train_model(config, events.append)
    assert result["status"] == "success"
    return result["report"], [event for event in events if event.kind == "progress"]


def test_marked_replies_are_told_apart(tmp_path: Path) -> None:
    report, _ = trained(tmp_path, "kto", "evaluation.generate=false", "optimization.max_steps=15")

    agreement = report["metrics"]["mark_agreement"]
    assert (report["primary_metric"], report["verdict"], agreement["base"]) == ("mark_agreement", "better", 0.5)
    assert agreement["n"] == 100
    assert agreement["ci95"][0] > 0.2


def test_a_reward_model_learns_which_reply_is_better(tmp_path: Path) -> None:
    report, _ = trained(tmp_path, "reward", "optimization.max_steps=20")

    assert (report["primary_metric"], report["verdict"]) == ("preference_accuracy", "better")
    assert report["metrics"]["preference_accuracy"]["tuned"] > 0.9
    assert report["metrics"]["pair_loss"]["tuned"] < 0.4


SHORT = (
    "strategy.rewards=[{kind: length, at_most: 16, tolerance: 24}]",
    "strategy.temperature=1",
    "optimization.learning_rate=3e-3",
    "optimization.lr_scheduler_type=constant",
    "optimization.warmup_steps=0",
    "optimization.max_steps=8",
    "evaluation.max_rows=24",
)
"""The quickest thing to be rewarded for: answers of 35 tokens become short ones."""


def test_the_reward_rises_and_answers_change_as_it_asks(tmp_path: Path) -> None:
    report, progress = trained(tmp_path, "rlhf", *SHORT)

    reward = report["metrics"]["reward"]
    assert (report["primary_metric"], report["verdict"]) == ("reward", "better")
    assert reward["ci95"][0] > 0.2
    assert progress[-1].data["completion_length"] < 0.8 * progress[0].data["completion_length"]
    assert progress[-1].data["kl"] > 0 == report["metrics"]["kl"]["base"]


def test_the_recipes_reward_rises(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--full"):
        pytest.skip("some minutes of sampling; `--full` runs it")

    report, _ = trained(tmp_path, "rlhf")

    assert report["verdict"] == "better"
