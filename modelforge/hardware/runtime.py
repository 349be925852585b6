"""Memory that a run takes before its model does: interpreter and libraries, or a GPU's context."""

from __future__ import annotations

import platform
import sys

MIB = 2**20
LIBRARIES: dict[tuple[str, bool], int] = {
    ("Linux", False): 490 * MIB,
    ("Linux", True): 760 * MIB,
    ("Darwin", False): 420 * MIB,
}
"""(system, torch built with CUDA) → resident bytes after importing torch, transformers, peft, datasets and trl."""
FIRST_USE = 80 * MIB
"""Code and buffers that are touched only by the first training step."""
GPU_CONTEXT = 560 * MIB
"""CUDA context, cuBLAS and cuDNN workspaces."""


def runtime_bytes(device: str) -> int:
    """Bytes that are taken on `device` when nothing is trained yet.

    In a process that has loaded the training libraries but no model, its own resident memory is measured; elsewhere
    the figure of a fresh worker process is taken from the table.
    """
    if device.startswith("cuda"):
        return GPU_CONTEXT
    if device != "cpu":
        return 0
    return libraries_bytes() + FIRST_USE


def libraries_bytes() -> int:
    """Resident bytes of a process with the training libraries: this one where it has them, else by the table."""
    if "trl" in sys.modules:
        import psutil

        return int(psutil.Process().memory_info().rss)
    return LIBRARIES.get((platform.system(), _has_cuda_build()), LIBRARIES["Linux", False])


def _has_cuda_build() -> bool:
    """Whether the installed torch is a CUDA build, told without importing it: CUDA wheels bring NVIDIA's libraries."""
    from importlib.metadata import PackageNotFoundError, requires, version

    try:
        build = version("torch")
        needs = requires("torch") or []
    except PackageNotFoundError:
        return False
    return "+cpu" not in build and any(line.startswith("nvidia-") for line in needs) and platform.system() == "Linux"
