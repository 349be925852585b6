"""Training by an example recipe, as the Python package does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from modelforge.cli.recipe import load_any_recipe
from modelforge.database.database_manager import DatabaseManager
from modelforge.schemas.config.stages import ParsedStages
from modelforge.schemas.events import Event
from modelforge.services.training_service import TrainingService
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Learned:
    """What came of a run; of several stages, the last one's report."""

    report: dict[str, Any]
    progress: list[dict[str, Any]]
    """The figures of each step."""
    folder: RunFolder
    seconds: float
    """From the recipe to the report."""

    @property
    def memory_error(self) -> float:
        """(planned − measured) / measured."""
        return float(json.loads(self.folder.memory.read_text())["relative_error"])

    @property
    def losses(self) -> list[float]:
        return [step["loss"] for step in self.progress]


def learn_in(home: Path, recipe: str, *overrides: str) -> Learned:
    """Carry out the recipe at `recipe` under `examples/`, with overrides as on the command line."""
    files = FileManager(home)
    home.mkdir(parents=True, exist_ok=True)
    database = DatabaseManager(f"sqlite:///{home / 'modelforge.db'}")
    database.migrate()
    events: list[Event] = []
    begun = monotonic()
    service, parsed = TrainingService(database, files), load_any_recipe(EXAMPLES / recipe, overrides)
    made = service.create_stages(parsed) if isinstance(parsed, ParsedStages) else [service.create(parsed.config)]
    for run in made:
        result = service.carry_out(run.id, events.append)
        assert result["status"] == "success"
    progress = [event.data for event in events if event.kind == "progress"]
    return Learned(result["report"], progress, files.run(result["run_id"]), monotonic() - begun)
