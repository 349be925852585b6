"""What a run really took of memory, beside what was planned."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path
from time import monotonic

from modelforge.hardware.runtime import runtime_bytes
from modelforge.schemas.plan import MemoryMeasurement, MemoryPlan
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.folders import RunFolder

STATUS = Path("/proc/self/status")
MAPPINGS = Path("/proc/self/smaps")
PROGRAM_PAGES_LAST = 10.0
"""Seconds for which the programs' pages, which take 20 ms to add up, are taken as they were."""


def memory_in_use(device: str) -> int:
    """Bytes this process holds on the device now, counted as `peak_memory` does."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.memory_reserved(device))
    if STATUS.exists():
        return _status("VmRSS") - _recent_program_pages(monotonic() // PROGRAM_PAGES_LAST)
    import psutil

    return int(psutil.Process().memory_info().rss)


def peak_memory(device: str) -> int:
    """The most bytes this process ever held on the device: resident memory on a CPU, torch's blocks on a GPU.

    A GPU's context, which torch does not see, is taken as `runtime_bytes` has it. On Linux resident memory is `VmHWM`
    (`ru_maxrss` is kept across `exec`, so it is at least what the starting process held) without the pages of program
    files: processes share them, the system drops them when it needs room, and one kernel maps twice as many of them
    as another, 130 or 220 MiB for the same run.
    """
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.max_memory_reserved(device)) + runtime_bytes(device)
    if STATUS.exists():
        return _status("VmHWM") - _program_pages()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _status(name: str) -> int:
    """Bytes that Linux says of this process under `name`."""
    return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:")) * 1024


def _program_pages() -> int:
    """Bytes of program files that this process has in memory, as they are on the disk. `man 5 proc_pid_smaps`."""
    programs, held, file = set(), Counter[str](), ""
    for line in MAPPINGS.read_text().splitlines():
        first, *rest = line.split(maxsplit=5)
        if not first.endswith(":"):
            file = rest[4] if len(rest) > 4 else ""
            if file.startswith("/") and "x" in rest[0]:
                programs.add(file)
        elif first == "Rss:":
            held[file] += int(rest[0])
        elif first == "Anonymous:":
            held[file] -= int(rest[0])
    return sum(held[program] for program in programs) * 1024


@lru_cache(maxsize=1)
def _recent_program_pages(_: float) -> int:
    return _program_pages()


def compare_with_plan(folder: RunFolder, device: str) -> None:
    """Store the plan beside the measured peak as `memory.json`."""
    if not folder.plan.exists():
        return
    planned = MemoryPlan.model_validate(read_json(folder.plan)).total_bytes
    measured = peak_memory(device)
    record = MemoryMeasurement(
        planned_bytes=planned, measured_bytes=measured, relative_error=(planned - measured) / measured
    )
    write_json(folder.memory, record.model_dump(mode="json"))
