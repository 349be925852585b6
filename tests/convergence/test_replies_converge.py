"""DPO on the bundled model and pairs: it learns which of two replies is the better one."""

from __future__ import annotations

from pathlib import Path

from modelforge.cli.recipe import load_recipe
from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.events import Event
from modelforge.services.training_service import TrainingService
from modelforge.storage.file_manager import FileManager

RECIPE = Path(__file__).parents[2] / "examples" / "text-generation" / "dpo.yaml"


def test_the_held_out_preference_is_learned(tmp_path: Path) -> None:
    database = DatabaseManager(f"sqlite:///{tmp_path / 'modelforge.db'}")
    database.migrate()
    events: list[Event] = []
    config = load_recipe(RECIPE, ("evaluation.generate=false", "optimization.max_steps=15")).config

    result = TrainingService(database, FileManager(tmp_path)).train_model(config, events.append)

    preference = result["report"]["metrics"]["preference_accuracy"]
    assert result["status"] == "success"
    assert (result["report"]["primary_metric"], result["report"]["verdict"]) == ("preference_accuracy", "better")
    assert preference["n"] == 75
    assert preference["ci95"][0] > 0.2
    assert preference["tuned"] > preference["base"] + 0.3
    margins = [event.data["reward_margin"] for event in events if event.kind == "progress"]
    assert abs(margins[0]) < 1e-3
    assert min(margins[-5:]) > 1
