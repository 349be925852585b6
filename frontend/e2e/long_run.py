"""A run of many steps that trains nothing: `python long_run.py HOME STEPS`.

The worker is the real one, and so are its lock, its events and its end; what an engine would have measured is made up.
It says `ready` when all steps have been said, and then goes on, twenty steps in a second, until it is asked to stop.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.worker import Emit, main

EVALUATED_EVERY = 500
PAUSE = 0.05


@dataclass(frozen=True)
class Stopped:
    """How the engine ends."""

    status: str = "stopped"
    model_id: str | None = None


class Measurements:
    """What training a model might measure: a noisy fall, a cosine, a few bytes more."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.drawn = random.Random(1)

    def at(self, step: int) -> dict[str, Any]:
        """The data of the `progress` event of a step."""
        share = min(1.0, step / self.steps)
        noise = self.drawn.gauss(0, 1)
        return {
            "step": step,
            "total_steps": 2 * self.steps,
            "epoch": step / self.steps,
            "loss": 0.4 + 3 * math.exp(-6 * share) + 0.08 * noise,
            "learning_rate": 1e-4 * (1 + math.cos(math.pi * share)),
            "grad_norm": math.exp(0.4 * noise),
            "token_accuracy": 0.9 - 0.6 * math.exp(-6 * share) + 0.02 * noise,
            "tokens": 512 * step,
            "tokens_per_second": 4000 + 300 * noise,
            "seconds_left": 60.0,
            "memory_bytes": (2 << 30) + step * 64,
            "utilization": 80 + 5 * noise,
        }


def engine(steps: int) -> Callable[[RunSpec, RunFolder, Emit, Callable[[], bool]], Stopped]:
    """What says `steps` steps at once, and then one after the other."""

    def carry_out(_spec: RunSpec, _folder: RunFolder, emit: Emit, should_stop: Callable[[], bool]) -> Stopped:
        measured = Measurements(steps)
        emit("stage", {"name": "train"})
        step = 0
        while step < steps or not should_stop():
            step += 1
            emit("progress", measured.at(step))
            if step % EVALUATED_EVERY == 0:
                loss = 0.5 + 3 * math.exp(-6 * min(1.0, step / steps))
                emit("evaluation", {"step": step, "loss": loss, "perplexity": math.exp(loss)})
            if step == steps:
                sys.stdout.write("ready\n")
            if step >= steps:
                time.sleep(PAUSE)
        return Stopped()

    return carry_out


def make(home: Path, steps: int) -> RunFolder:
    """The folder of the run."""
    files = FileManager(home)
    spec = RunSpec(
        id=f"steps-{steps}",
        name=f"{steps} steps",
        created_at=datetime.now(UTC),
        config=TrainingConfig(model="starter:chat", dataset="sample:support"),
        dataset_sha256=None,
        versions={},
    )
    with files.scratch() as scratch:
        (scratch / "data").mkdir()
        return files.create_run(spec, scratch / "data")


if __name__ == "__main__":
    steps = int(sys.argv[2])
    sys.exit(main([str(make(Path(sys.argv[1]), steps).root)], engine(steps)))
