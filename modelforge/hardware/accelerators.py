"""The GPUs of this machine: NVIDIA through NVML, Apple through sysctl. Neither loads torch or touches CUDA."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

import psutil

from modelforge.schemas.hardware import Accelerator


def find_accelerators() -> tuple[Accelerator, ...]:
    """All GPUs that a run may use, in the order in which CUDA will number them; empty where there is none.

    `CUDA_VISIBLE_DEVICES` hides and reorders NVIDIA GPUs exactly as it does for CUDA, given `CUDA_DEVICE_ORDER` is
    left at `PCI_BUS_ID` or all GPUs are alike.
    """
    if platform.system() == "Darwin":
        return _apple()
    return tuple(_nvidia(os.environ.get("CUDA_VISIBLE_DEVICES")))


def _nvidia(visible: str | None) -> Iterator[Accelerator]:
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return  # no driver on this machine, so no GPU that could be used
    try:
        for position, handle in enumerate(visible_handles(pynvml, visible)):
            yield _nvidia_view(pynvml, handle, position)
    finally:
        pynvml.nvmlShutdown()


def visible_handles(pynvml: Any, visible: str | None) -> list[Any]:
    """NVML's handles of the GPUs, in the order of `visible`: `CUDA_VISIBLE_DEVICES`. NVML is initialised."""
    handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
    uuids = [str(pynvml.nvmlDeviceGetUUID(handle)) for handle in handles]
    return [handles[index] for index in visible_indices(visible, uuids)]


def _nvidia_view(pynvml, handle, position: int) -> Accelerator:  # type: ignore[no-untyped-def]
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    try:
        utilization: float | None = float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    except pynvml.NVMLError:
        utilization = None  # a MIG slice does not report it
    return Accelerator(
        index=position,
        name=str(pynvml.nvmlDeviceGetName(handle)),
        kind="cuda",
        total_bytes=int(memory.total),
        free_bytes=int(memory.free),
        utilization=utilization,
        compute_capability=f"{major}.{minor}",
    )


def visible_indices(visible: str | None, uuids: Sequence[str]) -> list[int]:
    """NVML indices in the order of `CUDA_VISIBLE_DEVICES`, which ends at its first unknown entry as CUDA does.

    Entries are indices or UUIDs, the latter also abbreviated (`GPU-8932f937`).
    """
    if visible is None:
        return list(range(len(uuids)))
    chosen: list[int] = []
    for entry in (part.strip() for part in visible.split(",")):
        if entry.isdigit() and int(entry) < len(uuids):
            chosen.append(int(entry))
            continue
        matches = [index for index, uuid in enumerate(uuids) if entry.startswith("GPU-") and uuid.startswith(entry)]
        if not matches:
            break
        chosen.append(matches[0])
    return chosen


def _apple() -> tuple[Accelerator, ...]:
    """Apple silicon as one accelerator over the unified memory; Intel Macs have none that torch supports well."""
    if platform.machine() != "arm64":
        return ()
    memory = psutil.virtual_memory()
    name = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False, timeout=5
    ).stdout.strip()
    return (
        Accelerator(
            index=0, name=name or "Apple GPU", kind="mps", total_bytes=memory.total, free_bytes=memory.available
        ),
    )
