"""The main job on the bundled model: the loss falls along the stored curve, and the demo's claim holds.

`python tests/convergence/test_support_converges.py` records the curve anew, after a change that is meant to move it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from modelforge.cli.recipe import load_recipe
from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.events import Event
from modelforge.services.training_service import TrainingService
from modelforge.storage.file_manager import FileManager

RECIPE = Path(__file__).parents[2] / "examples" / "text-generation" / "sft.yaml"
CURVE = Path(__file__).parent / "support_curve.json"
STEPS = 40


def train(home: Path, *overrides: str) -> tuple[list[float], dict[str, Any]]:
    """Losses step by step, and the result."""
    files = FileManager(home)
    home.mkdir(parents=True, exist_ok=True)
    database = DatabaseManager(f"sqlite:///{home / 'modelforge.db'}")
    database.migrate()
    events: list[Event] = []
    config = load_recipe(RECIPE, overrides).config
    result = TrainingService(database, files).train_model(config, events.append)
    return [event.data["loss"] for event in events if event.kind == "progress"], result


def short(home: Path) -> list[float]:
    """The first steps of the demo, at a constant learning rate so that the number of steps does not shape them."""
    return train(
        home,
        f"optimization.max_steps={STEPS}",
        "optimization.lr_scheduler_type=constant_with_warmup",
        "optimization.warmup_steps=10",
        "evaluation.generate=false",
        "compute.num_threads=1",
    )[0]


def test_the_loss_falls_along_the_stored_curve(tmp_path: Path) -> None:
    losses = short(tmp_path / "home")

    stored = json.loads(CURVE.read_text())
    assert losses[:10] == pytest.approx(stored[:10], rel=0.02)
    assert losses == pytest.approx(stored, rel=0.15, abs=0.05)  # later steps carry the processors' rounding on
    assert sum(losses[-5:]) < sum(losses[:5]) / 2


def test_the_demo_lifts_exact_match_from_below_10_to_above_90_per_cent(
    tmp_path: Path, figure: Callable[[int, int], int]
) -> None:
    for seed in range(figure(1, 3)):
        _, result = train(tmp_path / "home", f"seed={seed}")

        exact = result["report"]["metrics"]["exact_match"]
        assert result["status"] == "success"
        assert result["report"]["verdict"] == "better"
        assert exact["n"] == 100
        assert exact["base"] < 0.10
        assert exact["tuned"] > 0.90, f"seed {seed}"
        assert exact["ci95"][0] > 0
        memory = json.loads(FileManager(tmp_path / "home").run(result["run_id"]).memory.read_text())
        assert abs(memory["relative_error"]) < 0.15, memory


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        CURVE.write_text(json.dumps([round(loss, 5) for loss in short(Path(folder) / "home")]) + "\n")
    sys.stdout.write(f"Wrote {CURVE}\n")
