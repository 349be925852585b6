"""What a run really took of memory, beside what was planned."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from pathlib import Path

from modelforge.hardware.runtime import runtime_bytes
from modelforge.schemas.plan import MemoryMeasurement, MemoryPlan
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.folders import RunFolder

STATUS = Path("/proc/self/status")
MAPPINGS = Path("/proc/self/smaps")
COUNTED_ANEW = 4 << 20
"""Bytes of files in memory that have to come or go before those of programs, which take 20 ms, are added up anew."""


class MemoryMeter:
    """What this process holds on a device, and the most it ever held, both counted in one way.

    On a CPU that is resident memory. On Linux it is without the pages of program files: processes share them, the
    system drops them when it needs room, and one kernel maps twice as many of them as another, 130 or 220 MiB for the
    same run. On a GPU it is torch's blocks, and as `runtime_bytes` has it the context, which torch does not see.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self._most = 0
        self._program_pages = 0
        self._file_pages = -COUNTED_ANEW

    def now(self) -> int:
        """Bytes held now."""
        if self.device.startswith("cuda"):
            import torch

            return int(torch.cuda.memory_reserved(self.device)) + runtime_bytes(self.device)
        if not STATUS.exists():
            import psutil

            return int(psutil.Process().memory_info().rss)
        if abs(_status("RssFile") - self._file_pages) >= COUNTED_ANEW:
            self._count_program_pages()
        held = _status("VmRSS") - self._program_pages
        self._most = max(self._most, held)
        return held

    def peak(self) -> int:
        """The most bytes ever held: never less than what `now` has given.

        On Linux it is `VmHWM`; `ru_maxrss` is kept across `exec`, so it is at least what the starting process held.
        Programs may have had fewer pages in memory at the peak than they have now, so what was seen then counts too.
        """
        if self.device.startswith("cuda"):
            import torch

            return int(torch.cuda.max_memory_reserved(self.device)) + runtime_bytes(self.device)
        if STATUS.exists():
            self._count_program_pages()
            return max(self._most, _status("VmHWM") - self._program_pages)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024

    def _count_program_pages(self) -> None:
        self._file_pages = _status("RssFile")
        self._program_pages = _program_pages()


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


def compare_with_plan(folder: RunFolder, meter: MemoryMeter) -> None:
    """Store the plan beside the measured peak as `memory.json`."""
    if not folder.plan.exists():
        return
    planned = MemoryPlan.model_validate(read_json(folder.plan)).total_bytes
    measured = meter.peak()
    record = MemoryMeasurement(
        planned_bytes=planned, measured_bytes=measured, relative_error=(planned - measured) / measured
    )
    write_json(folder.memory, record.model_dump(mode="json"))
