"""How busy the device of a run is: averages over the time between two readings, never a moment's value."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import psutil

from modelforge.hardware.accelerators import visible_handles
from modelforge.hardware.cgroup import read_limits
from modelforge.hardware.detector import usable_cores

Reading = Callable[[], float | None]
"""Percent of the time since the last reading in which the device worked; none where nobody measures it."""


def utilization_of(device: str) -> Reading:
    """What reads how busy `device` is: `cpu`, `cuda:0` or `mps`."""
    if device.startswith("cuda"):
        return _nvidia(int(device.partition(":")[2] or 0))
    return _Processor(usable_cores(read_limits())) if device == "cpu" else _unknown


class _Processor:
    """The share of the cores' time that this process has used."""

    def __init__(self, cores: int) -> None:
        self.cores = cores
        self.process = psutil.Process()
        self.last = self._now()

    def __call__(self) -> float | None:
        now = self._now()
        used, passed = now[0] - self.last[0], now[1] - self.last[1]
        if passed <= 0:
            return None
        self.last = now
        return min(100.0, 100 * used / (passed * self.cores))

    def _now(self) -> tuple[float, float]:
        times = self.process.cpu_times()
        return times.user + times.system, time.monotonic()


class _NvidiaGpu:
    """The mean of the samples that the driver keeps, several a second: time in which any kernel ran, whoever's."""

    def __init__(self, pynvml: Any, handle: Any) -> None:
        self.pynvml = pynvml
        self.handle = handle
        self.last_sample = time.time_ns() // 1000
        self.percent: float | None = None

    def __call__(self) -> float | None:
        """The mean since the last reading; that reading again while there is no newer sample."""
        try:
            _, found = self.pynvml.nvmlDeviceGetSamples(
                self.handle, self.pynvml.NVML_GPU_UTILIZATION_SAMPLES, self.last_sample
            )
        except self.pynvml.NVMLError:
            return self.percent  # none since, or a MIG slice, which has none at all
        values = [sample.sampleValue.uiVal for sample in found if sample.timeStamp > self.last_sample]
        if values:
            self.last_sample = max(sample.timeStamp for sample in found)
            self.percent = sum(values) / len(values)
        return self.percent


def _nvidia(index: int) -> Reading:
    import pynvml

    try:
        pynvml.nvmlInit()
        return _NvidiaGpu(pynvml, visible_handles(pynvml, os.environ.get("CUDA_VISIBLE_DEVICES"))[index])
    except (pynvml.NVMLError, IndexError):
        return _unknown


def _unknown() -> None:
    return None
