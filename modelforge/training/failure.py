"""From an exception to words that help: what happened, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb

from modelforge.exceptions import ModelForgeException
from modelforge.schemas.run import RunError

OUT_OF_MEMORY_WORDS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")
DISK_FULL_WORDS = ("no space left on device", "disk quota exceeded")
SMALLER = (
    "Make optimization.per_device_train_batch_size or data.max_length smaller (raise gradient_accumulation_steps to "
    "keep the effective batch), or set compute.gradient_checkpointing: true. `modelforge plan` shows what fits."
)
LONGEST = 2000


def explain(error: BaseException, step: int | None) -> RunError:
    """Why the run failed and what to do; `step` is the last one known."""
    if is_disk_full(error):
        return RunError(
            type="StorageError",
            message="The disk is full.",
            hint="Free some space, then resume the run: nothing before the last checkpoint is lost.",
            step=step,
            code="disk-full",
        )
    if isinstance(error, ModelForgeException):
        return RunError(
            type=type(error).__name__,
            message=error.message[:LONGEST],
            hint=error.hint,
            step=step,
            code=error.code,
            params=error.params,
        )
    if is_out_of_memory(error):
        return _out_of_memory(error, step)
    message = str(error).strip() or _place_of(error)
    return RunError(
        type=type(error).__name__,
        message=message[:LONGEST],
        hint="The whole traceback is in the run's worker.log (`modelforge runs logs`).",
        step=step,
        code="unforeseen",
        params={"message": message[:LONGEST]},
    )


def _place_of(error: BaseException) -> str:
    """What is known of an error without a text: its type, and where it was raised."""
    frames = extract_tb(error.__traceback__)
    where = f", raised in {frames[-1].name} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__} without a text{where}"


def _out_of_memory(error: BaseException, step: int | None) -> RunError:
    on_gpu = "OutOfMemory" in type(error).__name__
    return RunError(
        type="HardwareError",
        message=f"{'The GPU' if on_gpu else 'The machine'} ran out of memory.",
        hint=SMALLER,
        step=step,
        code="gpu-out-of-memory" if on_gpu else "machine-out-of-memory",
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the host or the accelerator had no memory left. Judged by name, so that torch need not be there."""
    return any(
        isinstance(cause, MemoryError)
        or type(cause).__name__ == "OutOfMemoryError"
        or (isinstance(cause, RuntimeError) and any(words in str(cause).lower() for words in OUT_OF_MEMORY_WORDS))
        for cause in _chain(error)
    )


def is_disk_full(error: BaseException) -> bool:
    """Whether a file could not be written because the disk or the quota is full; libraries say it in many ways."""
    return any(
        (isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT))
        or any(words in str(cause).lower() for words in DISK_FULL_WORDS)
        for cause in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__
