"""Processes as the kernel knows them: alive or gone, and ended as a whole group."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import psutil

SAME_MOMENT = 2.0
"""Seconds by which two readings of one process's start may differ, when the system clock was set meanwhile."""
PAUSE = 0.02


def created(pid: int) -> float | None:
    """When the process started, in seconds since 1970; nothing when it is gone or only waits to be reaped."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def is_same(pid: int, start: float) -> bool:
    """Whether the process `pid` that started at `start` lives; a later process with the same number does not count."""
    now = created(pid)
    return now is not None and abs(now - start) <= SAME_MOMENT


def members(leader: int, start: float) -> list[int]:
    """Living processes of the group that `leader`, started at `start`, made; itself included.

    A number is not given out again while a group uses it. So when another process bears the leader's number now, the
    group has ended, and one of that name belongs to somebody else.
    """
    now = created(leader)
    if leader == os.getpgrp() or (now is not None and abs(now - start) > SAME_MOMENT):
        return []
    return [pid for pid in psutil.pids() if _group(pid) == leader and (created(pid) or 0) >= start - SAME_MOMENT]


def descendants(pid: int) -> list[psutil.Process]:
    """Children and theirs; also those that left the group."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill_group(leader: int, start: float, timeout: float = 5.0) -> bool:
    """End the whole group with SIGKILL, stopped processes included. True when nothing of it is left."""
    strays = descendants(leader) if is_same(leader, start) else []
    deadline = time.monotonic() + timeout
    while True:
        left = members(leader, start)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in strays:
            with contextlib.suppress(psutil.NoSuchProcess):  # psutil itself checks that the number was not reused
                process.kill()
        strays = [process for process in strays if created(process.pid) is not None and process.is_running()]
        if not left and not strays:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return None
