"""What a run really took of memory, beside what was planned."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from modelforge.hardware.runtime import runtime_bytes
from modelforge.schemas.plan import MemoryMeasurement, MemoryPlan
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.folders import RunFolder

STATUS = Path("/proc/self/status")


def memory_in_use(device: str) -> int:
    """Bytes this process holds on the device now."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.memory_reserved(device))
    import psutil

    return int(psutil.Process().memory_info().rss)


def peak_memory(device: str) -> int:
    """The most bytes this process ever held on the device: resident memory on a CPU, torch's blocks on a GPU.

    A GPU's context, which torch does not see, is taken as `runtime_bytes` has it. On Linux resident memory is `VmHWM`:
    `ru_maxrss` is kept across `exec`, so it is at least what the starting process held.
    """
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.max_memory_reserved(device)) + runtime_bytes(device)
    if STATUS.exists():
        return (
            next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:")) * 1024
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


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
