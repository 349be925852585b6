"""A real, small run: the transformers Trainer on a few weights, with dropout, evaluation and checkpoints.

Imported as a top-level module, so that worker processes find it by name.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelforge.exceptions import TrainingError
from modelforge.schemas.run import RunSpec
from modelforge.storage.folders import RunFolder
from modelforge.training.checkpoints import newest_valid


@dataclass(frozen=True)
class TinyResult:
    status: str
    model_id: str | None = None


def make_model() -> Any:
    """A small network with dropout, in the shape the Trainer expects."""
    import torch

    class Tiny(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = torch.nn.Sequential(
                torch.nn.Linear(8, 32), torch.nn.Tanh(), torch.nn.Dropout(0.3), torch.nn.Linear(32, 1)
            )

        def forward(self, x: Any, labels: Any) -> dict[str, Any]:
            answer = self.net(x).squeeze(-1)
            return {"loss": ((answer - labels) ** 2).mean(), "logits": answer}

    return Tiny()


def make_teller(emit: Any) -> Any:
    """What the product's progress callback does, in small."""
    from transformers import TrainerCallback

    class Tell(TrainerCallback):
        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            if "loss" in logs:
                emit("progress", {"step": state.global_step, "loss": logs["loss"], "grad_norm": logs["grad_norm"]})
            elif "eval_loss" in logs:
                emit("evaluation", {"step": state.global_step, "loss": logs["eval_loss"]})

        def on_step_end(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
            time.sleep(float(os.environ.get("TINY_PAUSE", "0")))

    return Tell()


def train(spec: RunSpec, folder: RunFolder, emit: Any, should_stop: Any) -> TinyResult:
    """Train a small regression: progress events carry loss and grad norm, a notice the hash of the weights."""
    import torch
    from transformers import Trainer, TrainingArguments, set_seed

    from modelforge.training.checkpoint_callback import CheckpointCallback, HeartbeatCallback, StopCallback

    torch.set_num_threads(1)
    set_seed(spec.config.seed)
    emit("stage", {"name": "load"})

    generator = torch.Generator().manual_seed(1)
    x = torch.randn(96, 8, generator=generator)
    rows = [{"x": a, "labels": a.sum() + 0.1 * a[0]} for a in x]
    stop = StopCallback(should_stop)
    config = spec.config
    trainer = Trainer(
        model=make_model(),
        args=TrainingArguments(
            output_dir=str(folder.staging),
            per_device_train_batch_size=4,
            gradient_accumulation_steps=2,
            num_train_epochs=3,
            learning_rate=1e-2,
            logging_steps=1,
            save_steps=config.checkpointing.save_steps,
            save_strategy=config.checkpointing.save_strategy,
            eval_strategy=config.evaluation.eval_strategy,
            eval_steps=config.evaluation.eval_steps,
            save_total_limit=None,
            dataloader_num_workers=config.compute.dataloader_num_workers,
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            seed=config.seed,
        ),
        train_dataset=rows[:88],
        eval_dataset=rows[88:],
        callbacks=[
            make_teller(emit),
            CheckpointCallback(folder, config.checkpointing.save_total_limit, emit),
            stop,
            HeartbeatCallback(emit, seconds=0.05),
        ],
    )
    found = newest_valid(folder)
    for refusal in found.refused:
        emit("notice", {"text": f"{refusal.name}: {refusal.reason}"})
    if found.path is not None:
        emit("notice", {"text": f"resumed {found.path.name}"})
    emit("stage", {"name": "train"})
    trainer.train(resume_from_checkpoint=str(found.path) if found.path else None)
    if stop.stopped:
        return TinyResult("stopped")
    weights = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in trainer.model.parameters())).hexdigest()
    emit("notice", {"text": f"weights {weights}"})
    return TinyResult("succeeded")


def wait_for_stop(_spec: RunSpec, _folder: RunFolder, emit: Any, should_stop: Any) -> TinyResult:
    """Say that it runs, then do nothing until asked to stop."""
    emit("stage", {"name": "train"})
    while not should_stop():
        time.sleep(0.01)
    return TinyResult("stopped")


def _ignore_and_sleep() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def deaf_with_children(_spec: RunSpec, _folder: RunFolder, emit: Any, _should_stop: Any) -> TinyResult:
    """Fork a data-loader-like child that shares the lock, start another that left the group, and hear nothing."""
    child = multiprocessing.get_context("fork").Process(target=_ignore_and_sleep, daemon=True)
    child.start()
    stray = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    emit("notice", {"text": f"{child.pid} {stray.pid}"})
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
    return TinyResult("succeeded")


def fail(_spec: RunSpec, _folder: RunFolder, emit: Any, _should_stop: Any) -> TinyResult:
    """End in the way that TINY_FAILURE names."""
    token = os.environ.get("HF_TOKEN", "")
    emit("progress", {"step": 7, "loss": 1.0})
    sys.stdout.write(f"printed {token}\n")
    kind = os.environ["TINY_FAILURE"]
    if kind == "own":
        raise TrainingError(f"The loss is not a number {token}.", hint="Lower the learning rate.")
    if kind == "memory":
        raise MemoryError
    if kind == "cuda":
        raise type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory. Tried to allocate 2 GiB")
    if kind == "cpu":
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory")
    if kind == "disk":
        raise OSError(28, "No space left on device")
    if kind == "exit":
        sys.exit(5)
    if kind == "surrogate":
        raise ValueError("bad \ud800 text")
    raise KeyError(token)


def succeed(_spec: RunSpec, _folder: RunFolder, _emit: Any, _should_stop: Any) -> TinyResult:
    """End at once, well."""
    return TinyResult("succeeded")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    import tiny_engine

    from modelforge.training.worker import main

    sys.exit(main(sys.argv[2:], engine=getattr(tiny_engine, sys.argv[1])))
