"""Freed memory goes back to the system, so that what a run takes is what it uses."""

from __future__ import annotations

import ctypes
import platform

M_MMAP_THRESHOLD = -3
"""The parameter's number in glibc's `malloc.h`."""
THRESHOLD_BYTES = 1 << 20


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
