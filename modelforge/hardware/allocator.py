"""Freed memory goes back to the system, so that what a run takes is what it uses."""

from __future__ import annotations

import ctypes
import os
import platform

M_MMAP_THRESHOLD = -3
"""The parameter's number in glibc's `malloc.h`."""
THRESHOLD_BYTES = 1 << 20
ALLOCATION = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF")
"""Where torch reads how to allocate; the second is the older name."""


def steady_allocator() -> bool:
    """Have glibc map every block of 1 MiB and more on its own, and unmap it when it is freed.

    By default glibc raises that threshold up to 32 MiB as blocks are freed; tensors then share one heap, whose holes
    stay resident: training a 60 M model so peaked 20 to 60 % higher, for no gain in speed (benchmarks/bench_memory).
    Setting the threshold, even once, also turns its growth off (`man 3 mallopt`).

    Returns:
        Whether this system's C library is glibc, and did it.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, THRESHOLD_BYTES) == 1)


def growing_segments() -> None:
    """Have torch grow its blocks on a GPU in place, unless the environment says how it is to allocate.

    Rows of many lengths leave blocks of many sizes, between which memory lies reserved that no tensor fits: LoRA on a
    Llama of 1.2 B parameters reserved 33 GiB for the 21 that it used. torch reads the environment when it is loaded,
    which a worker's parent did; hence its setter
    (https://docs.pytorch.org/docs/stable/notes/cuda.html#optimizing-memory-usage).
    """
    import torch

    if not any(name in os.environ for name in ALLOCATION):
        torch._C._accelerator_setAllocatorSettings("expandable_segments:True")
