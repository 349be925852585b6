"""How busy a device is: an average since the last reading, and nothing where nobody measures it."""

from __future__ import annotations

import time

import psutil
import pytest

from modelforge.hardware.accelerators import find_accelerators
from modelforge.hardware.utilization import utilization_of

HAS_GPU = any(one.kind == "cuda" for one in find_accelerators())


def test_the_processor_is_as_busy_as_this_process_keeps_it() -> None:
    read = utilization_of("cpu")
    cores = len(psutil.Process().cpu_affinity() or ())
    began, until = time.process_time(), time.monotonic() + 0.5
    while time.monotonic() < until:
        pass
    worked = time.process_time() - began
    busy = read()
    time.sleep(0.5)
    idle = read()
    assert busy == pytest.approx(100 * worked / 0.5 / cores, rel=0.2)
    assert idle is not None
    assert idle < 20


def test_a_device_without_a_meter_has_no_figure() -> None:
    assert utilization_of("mps")() is None
    if not HAS_GPU:
        assert utilization_of("cuda:0")() is None


@pytest.mark.skipif(not HAS_GPU, reason="needs an NVIDIA GPU")
def test_a_gpu_that_multiplies_is_busy_and_one_that_waits_is_not() -> None:
    import torch

    left, read = torch.randn(8192, 8192, device="cuda"), utilization_of("cuda:0")
    until = time.monotonic() + 2
    while time.monotonic() < until:
        left @ left
        torch.cuda.synchronize()
    busy = read()
    time.sleep(2)
    idle = read()
    assert busy is not None
    assert idle is not None
    assert busy > 80
    assert idle < 40
