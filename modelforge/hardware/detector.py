"""What this machine has, found in milliseconds and without torch."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import psutil

from modelforge.hardware.accelerators import find_accelerators
from modelforge.hardware.cgroup import CgroupLimits, read_limits
from modelforge.hardware.profiles import profile_of
from modelforge.schemas.hardware import Accelerator, Hardware

CPUINFO = Path("/proc/cpuinfo")
FAST_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
FAST_BF16_CAPABILITY = 8.0


def detect(home: Path | None = None) -> Hardware:
    """The processor, memory, disk and GPUs that this process may use now, container limits included.

    Args:
        home: the folder whose disk is reported; default: the current folder's disk. It need not exist yet.
    """
    limits = read_limits()
    accelerators = find_accelerators()
    total, available = memory_within(limits)
    cores = usable_cores(limits)
    return Hardware(
        system=f"{platform.system()} {platform.machine()}",
        processor=processor_name(),
        cores=cores,
        physical_cores=min(cores, psutil.cpu_count(logical=False) or cores),
        memory_total_bytes=total,
        memory_available_bytes=available,
        disk_free_bytes=psutil.disk_usage(str(_existing(home or Path.cwd()))).free,
        accelerators=accelerators,
        profile=profile_of(accelerators),
        fast_bf16=has_fast_bf16(accelerators, cpu_flags()),
    )


def memory_within(limits: CgroupLimits) -> tuple[int, int]:
    """Total and available bytes: the machine's, or the container's where that is tighter."""
    machine = psutil.virtual_memory()
    if limits.memory_bytes is None:
        return machine.total, machine.available
    left = limits.memory_bytes - (limits.memory_used_bytes or 0)
    return min(machine.total, limits.memory_bytes), max(0, min(machine.available, left))


def usable_cores(limits: CgroupLimits) -> int:
    """Cores by affinity mask and CPU quota; a quota of 1.5 cores counts as 2."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if limits.cores is None else max(1, min(cores, math.ceil(limits.cores)))


def has_fast_bf16(accelerators: Sequence[Accelerator], flags: frozenset[str]) -> bool:
    """Whether the device that a run would use multiplies bf16 in hardware: GPU from 8.0, CPU with AVX512-BF16 or AMX.

    Elsewhere bf16 is emulated; on a CPU that made a backward pass 80 times slower than fp32.
    """
    if not accelerators:
        return bool(flags & FAST_BF16_FLAGS)
    return all(
        gpu.compute_capability is not None and float(gpu.compute_capability) >= FAST_BF16_CAPABILITY
        for gpu in accelerators
    )


def cpu_flags(cpuinfo: Path = CPUINFO) -> frozenset[str]:
    """The instruction set extensions that Linux lists; empty on other systems."""
    return frozenset(_cpuinfo_value(cpuinfo, "flags").split())


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """The processor as its maker names it."""
    return _cpuinfo_value(cpuinfo, "model name") or platform.processor() or platform.machine()


def _cpuinfo_value(cpuinfo: Path, key: str) -> str:
    if not cpuinfo.is_file():
        return ""
    for line in cpuinfo.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def _existing(folder: Path) -> Path:
    """`folder`, or its nearest parent that exists."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
