"""Real runs of the product's engine on the tiny model, in this process: a second or two each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.preparation import Preparation, prepare

WORDS = ("red", "green", "blue", "white", "black", "pink", "grey", "brown")


def write_rows(path: Path, rows: int = 24) -> Path:
    """Questions of unequal length with short answers, all different."""
    lines = [
        {"input": f"Which colour has ball {n}{' of them all' * (n % 3)}?", "output": f"{WORDS[n % 8]} {n}"}
        for n in range(rows)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def tiny_config(model: Path, data: Path, /, **written: Any) -> TrainingConfig:
    """A config of few steps, with `written` laid over it group by group."""
    base: dict[str, Any] = {
        "model": str(model),
        "dataset": str(data),
        "data": {"max_length": 96, "validation_split": 0.25},
        "lora": {"r": 4, "lora_alpha": 8},
        "optimization": {
            "max_steps": 4,
            "per_device_train_batch_size": 2,
            "gradient_accumulation_steps": 1,
            "learning_rate": 1e-2,
        },
        "compute": {"device": "cpu", "num_threads": 1, "precision": "fp32"},
        "evaluation": {"max_rows": 6, "max_new_tokens": 4, "bootstrap_resamples": 200},
        "logging": {"tensorboard": False},
    }
    for key, value in written.items():
        base[key] = {**base.get(key, {}), **value} if isinstance(value, dict) else value
    return parse_training_config(base).config


@dataclass
class TinyRun:
    """A run that has ended: its folder and what it said."""

    folder: RunFolder
    preparation: Preparation
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: str = ""
    model_id: str | None = None

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The data of all events of one kind."""
        return [data for said, data in self.events if said == kind]

    @property
    def losses(self) -> list[float]:
        """Training losses, step by step."""
        return [data["loss"] for data in self.said("progress")]


def make_run(config: TrainingConfig, files: FileManager, run_id: str = "tiny-run") -> TinyRun:
    """Prepare a run and make its folder."""
    with files.scratch() as scratch:
        preparation = prepare(config, files, scratch / "data")
        spec = RunSpec(
            id=run_id,
            name="tiny",
            created_at=datetime.now(UTC),
            config=config,
            dataset_sha256=preparation.dataset_sha256,
            versions={},
        )
        folder = files.create_run(spec, scratch / "data", preflight=preparation.preflight, plan=preparation.plan)
    return TinyRun(folder, preparation)


def carry_out(run: TinyRun, stop_after: int | None = None) -> TinyRun:
    """Carry the run out, or on; with `stop_after`, ask it to stop behind that step."""
    from modelforge.training import engine

    def should_stop() -> bool:
        steps = [data["step"] for data in run.said("progress")]
        return stop_after is not None and bool(steps) and steps[-1] >= stop_after

    result = engine.run(
        run.folder.read_spec(), run.folder, lambda kind, data: run.events.append((kind, data)), should_stop
    )
    run.status, run.model_id = result.status, result.model_id
    return run
