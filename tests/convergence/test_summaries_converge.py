"""Summarization on the bundled encoder-decoder: held-out ROUGE rises clearly, with its interval."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from modelforge.cli.recipe import load_recipe
from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.events import Event
from modelforge.services.training_service import TrainingService
from modelforge.storage.file_manager import FileManager

RECIPE = Path(__file__).parents[2] / "examples" / "summarization" / "sft.yaml"


def test_the_notes_come_to_say_what_was_agreed(tmp_path: Path, figure: Callable[[int, int], int]) -> None:
    """Every change: a short run judged on few rows; `--full`: the recipe as it stands."""
    database = DatabaseManager(f"sqlite:///{tmp_path / 'modelforge.db'}")
    database.migrate()
    events: list[Event] = []
    rows = figure(24, 100)
    overrides = (
        f"optimization.max_steps={figure(90, 350)}",
        f"evaluation.max_rows={rows}",
        f"evaluation.max_new_tokens={figure(40, 64)}",
        "compute.num_threads=1",
    )
    config = load_recipe(RECIPE, overrides).config

    result = TrainingService(database, FileManager(tmp_path)).train_model(config, events.append)

    report = result["report"]
    rouge = report["metrics"]["rougeL"]
    assert result["status"] == "success"
    assert (report["primary_metric"], report["verdict"]) == ("rougeL", "better")
    assert rouge["n"] == rows
    assert rouge["base"] < 0.25
    assert rouge["tuned"] > figure(60, 90) / 100
    assert rouge["ci95"][0] > figure(35, 60) / 100
    assert all(report["metrics"][name]["ci95"][0] > 0 for name in ("rouge1", "rouge2"))
    losses = [event.data["loss"] for event in events if event.kind == "progress"]
    assert sum(losses[-5:]) < sum(losses[:5]) / 4
