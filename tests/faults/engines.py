"""Runs that take milliseconds: what a real engine says and leaves behind, without weights.

Imported as a top-level module, so that worker processes find it by name.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config.stages import ParsedStages
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.run import RunSpec, RunTicket
from modelforge.services.stage_making import behind, stage_specs
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.storage.run_drafts import RunDraft
from modelforge.training.checkpoints import newest_valid, publish_checkpoint
from modelforge.training.run_lock import current_epoch


@dataclass(frozen=True)
class Result:
    status: str
    model_id: str | None = None


def count(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Count to `max_steps` with checkpoints as asked, from the newest valid one; every start is noted in a file."""
    with open(folder.root / "starts.txt", "a") as file:
        file.write(f"{os.getpid()} {time.time()}\n")
    found = newest_valid(folder)
    step = json.loads((found.path / "state.json").read_text())["step"] if found.path else 0
    total = spec.config.optimization.max_steps or 10
    emit("stage", {"name": "train"})
    while step < total:
        if should_stop():
            save(folder, step, emit)
            return Result("stopped")
        step += 1
        time.sleep(float(os.environ.get("ENGINE_PAUSE", "0.01")))
        emit("progress", {"step": step, "total_steps": total, "loss": 1 / step})
        if step % spec.config.checkpointing.save_steps == 0:
            save(folder, step, emit)
    emit("notice", {"text": f"done {step}"})
    return Result("succeeded")


def save(folder: RunFolder, step: int, emit: Any) -> None:
    staged = folder.staging / f"checkpoint-{step}"
    staged.mkdir(parents=True, exist_ok=True)
    (staged / "state.json").write_text(json.dumps({"step": step}))
    path = publish_checkpoint(staged, folder, step=step, epoch=current_epoch(folder))
    emit("checkpoint", {"step": step, "name": path.name, "best": False})


def die(_spec: RunSpec, _folder: RunFolder, emit: Any, _should_stop: Any) -> Result:
    """Vanish without a word, as the kernel's OOM killer would have it."""
    emit("stage", {"name": "train"})
    os.kill(os.getpid(), 9)
    raise AssertionError


def die_once(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Vanish in the first attempt, then count."""
    if not (folder.root / "died").exists():
        (folder.root / "died").touch()
        return die(spec, folder, emit, should_stop)
    return count(spec, folder, emit, should_stop)


def fail_once(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """An exception in the first attempt, then count."""
    if not (folder.root / "died").exists():
        (folder.root / "died").touch()
        raise RuntimeError("the network went away")
    return count(spec, folder, emit, should_stop)


def fail_always(_spec: RunSpec, _folder: RunFolder, emit: Any, _should_stop: Any) -> Result:
    """The same exception at the same step each time."""
    emit("progress", {"step": 3, "total_steps": 10, "loss": 1.0})
    raise RuntimeError("index out of range")


def skip_once(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Leave an event out and vanish, as a damaged disk would have it; in later attempts, count."""
    if not (folder.root / "skipped").exists():
        (folder.root / "skipped").touch()
        emit("progress", {"step": 1, "total_steps": 10, "loss": 1.0})
        with folder.events.open("a") as file:
            file.write(
                json.dumps({"seq": 99, "epoch": 1, "time": 0.0, "kind": "heartbeat", "data": {"step": 1}}) + "\n"
            )
        os.kill(os.getpid(), 9)
    return count(spec, folder, emit, should_stop)


def bad_data(_spec: RunSpec, _folder: RunFolder, _emit: Any, _should_stop: Any) -> Result:
    raise ConfigurationError("No row is left.", hint="Give more rows.")


def refuse_once(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """A first stage that ends for good in its first attempt, then counts; other stages count."""
    if spec.stage and spec.stage.number == 1 and not (folder.root / "refused").exists():
        (folder.root / "refused").touch()
        raise ConfigurationError("No row is left.", hint="Give more rows.")
    return count(spec, folder, emit, should_stop)


def hungry(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Out of memory above a micro-batch of 2, after three steps and a checkpoint."""
    if spec.config.optimization.per_device_train_batch_size > 2:
        save(folder, 3, emit)
        raise MemoryError
    return count(spec, folder, emit, should_stop)


def greedy(_spec: RunSpec, _folder: RunFolder, _emit: Any, _should_stop: Any) -> Result:
    """Never enough memory."""
    raise MemoryError


def full_disk(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Writes a large file into the folder's disk; goes on once there is room."""
    save(folder, 1, emit)
    with open(folder.root / "ballast", "wb") as file:
        file.write(b"x" * (12 << 20))
    os.unlink(folder.root / "ballast")
    return count(spec, folder, emit, should_stop)


def with_loader(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Count, with a child that has inherited the run's lock and outlives a killed parent, as a data loader may."""
    child = os.fork()
    if child == 0:
        time.sleep(600)
        os._exit(0)
    (folder.root / "children.txt").open("a").write(f"{child}\n")
    result = count(spec, folder, emit, should_stop)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return result


def deaf(_spec: RunSpec, folder: RunFolder, emit: Any, _should_stop: Any) -> Result:
    """Hears no SIGTERM, saves nothing, and has a child that hears nothing either."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        time.sleep(600)
        os._exit(0)
    save(folder, 1, emit)
    (folder.root / "children.txt").write_text(f"{child}\n")
    time.sleep(600)
    return Result("succeeded")


def burn(spec: RunSpec, _folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Keep one core busy, and say how far it is, as training does."""
    for step in range(1, (spec.config.optimization.max_steps or 10) + 1):
        until = time.monotonic() + 0.05
        while time.monotonic() < until:
            pass
        emit("progress", {"step": step, "loss": 1.0})
        if should_stop():
            return Result("stopped")
    return Result("succeeded")


def alone(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> Result:
    """Count, and leave a mark in the home if another run counts on the same slot at this moment."""
    ticket = folder.read_ticket()
    slot = folder.home / f"busy-{ticket.slot if ticket else None}"
    try:
        slot.mkdir()
    except FileExistsError:
        (folder.home / f"two-on-one-slot-{folder.id}").touch()
    result = count(spec, folder, emit, should_stop)
    slot.rmdir()
    return result


def leak(_spec: RunSpec, folder: RunFolder, emit: Any, _should_stop: Any) -> Result:
    """Say all that the environment holds, in every way that a library might; what is not secret goes to a file."""
    known = " ".join(os.environ[name] for name in ("HF_TOKEN", "WANDB_API_KEY"))
    (folder.root / "environment.txt").write_text("\n".join(sorted(set(os.environ) - {"HF_TOKEN", "WANDB_API_KEY"})))
    print(known)  # noqa: T201
    print(known, file=sys.stderr)  # noqa: T201
    emit("notice", {"text": f"signing in with {known}"})
    raise RuntimeError(f"401 for {known}")


def make_quickly(
    home: Path, what: TrainingConfig | ParsedStages, owner: str | None, ticket: RunTicket, _force: bool
) -> list[RunSpec]:
    """A run's folder, or those of all stages, without prepared rows: what a submit leaves, in no time."""
    files = FileManager(home)
    specs = stage_specs(what, files, owner) if isinstance(what, ParsedStages) else [spec_of(what, files, owner)]
    with files.scratch() as work:
        drafts = []
        for place, spec in enumerate(specs):
            (work / spec.id).mkdir()
            drafts.append(RunDraft(spec, work / spec.id, ticket=behind(ticket, place)))
        files.create_runs(drafts)
    return specs


def spec_of(config: TrainingConfig, files: FileManager, owner: str | None) -> RunSpec:
    return RunSpec(
        id=files.new_run_id(config.name or "run"),
        name=config.name or "run",
        created_at=datetime.now(UTC),
        config=config,
        owner=owner,
        dataset_sha256=None,
        versions={},
    )
