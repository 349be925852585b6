"""Memory that a run takes before its model does: interpreter and libraries, or a GPU's context."""

from __future__ import annotations

import importlib.util
import platform
from functools import cache

MIB = 2**20
LIBRARIES: dict[tuple[str, bool], int] = {
    ("Linux", False): 320 * MIB,
    ("Linux", True): 450 * MIB,
    ("Darwin", False): 420 * MIB,
}
"""(system, torch built with CUDA) → bytes as `MemoryMeter` counts them, with torch, transformers, peft, datasets and
trl imported."""
BITSANDBYTES = 41 * MIB
"""What PEFT's import adds where bitsandbytes is installed."""
FIRST_USE = 80 * MIB
"""Code and buffers that are touched only by the first training step."""
GPU_CONTEXT = 800 * MIB
"""What a GPU has taken beside torch's blocks: 0.75 to 0.88 GiB on an H200, CUDA's context and its kernels."""


def runtime_bytes(device: str) -> int:
    """Bytes that are taken on `device` when nothing is trained yet.

    A run is always a process of its own: what the process that plans has loaded does not count.
    """
    if device.startswith("cuda"):
        return GPU_CONTEXT
    if device != "cpu":
        return 0
    libraries = LIBRARIES.get((platform.system(), _has_cuda_build()), LIBRARIES["Linux", False])
    quantises = importlib.util.find_spec("bitsandbytes") is not None
    return libraries + (BITSANDBYTES if quantises else 0) + FIRST_USE


@cache
def _has_cuda_build() -> bool:
    """Whether the installed torch is a CUDA build, told without importing it: CUDA wheels bring NVIDIA's libraries."""
    from importlib.metadata import PackageNotFoundError, requires, version

    try:
        build = version("torch")
        needs = requires("torch") or []
    except PackageNotFoundError:
        return False
    return "+cpu" not in build and any(line.startswith("nvidia-") for line in needs) and platform.system() == "Linux"
