"""The limits that a container puts on this process: memory and CPU time, cgroup versions 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
UNLIMITED = 1 << 60
"""Version 1 writes the largest page-aligned integer for "no limit"; anything this large means it."""


@dataclass(frozen=True)
class CgroupLimits:
    """Limits in bytes and in cores; `None` where there is none."""

    memory_bytes: int | None = None
    memory_used_bytes: int | None = None
    cores: float | None = None


def read_limits(root: Path = ROOT, membership: Path = MEMBERSHIP) -> CgroupLimits:
    """The tightest limits over this process's cgroup and its parents.

    Used memory leaves out the page cache that the kernel would give back (`inactive_file`), as `docker stats` does.
    """
    memory: int | None = None
    used: int | None = None
    cores: float | None = None
    for folder in _folders(root, membership):
        limit = _number(folder / "memory.max", folder / "memory.limit_in_bytes")
        if limit is not None and limit < UNLIMITED and (memory is None or limit < memory):
            memory, used = limit, _used(folder)
        quota = _quota(folder)
        if quota is not None:
            cores = quota if cores is None else min(cores, quota)
    return CgroupLimits(memory, used, cores)


def _folders(root: Path, membership: Path) -> Iterator[Path]:
    """This process's cgroup folders, each followed by its parents up to the mount point."""
    if not membership.is_file():
        return
    for line in membership.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            mounts = [root, root / "unified"]
        else:
            mounts = [root / name for name in controllers.split(",") if name in {"memory", "cpu", "cpuacct"}]
        for mount in mounts:
            folder = mount / path.lstrip("/")
            yield from (place for place in (folder, *folder.parents) if place.is_relative_to(mount) and place.is_dir())


def _used(folder: Path) -> int | None:
    used = _number(folder / "memory.current", folder / "memory.usage_in_bytes")
    statistics = folder / "memory.stat"
    if used is None or not statistics.is_file():
        return used
    for line in statistics.read_text().splitlines():
        name, _, value = line.partition(" ")
        if name in {"inactive_file", "total_inactive_file"}:
            return max(0, used - int(value))
    return used


def _quota(folder: Path) -> float | None:
    modern = folder / "cpu.max"
    if modern.is_file():
        quota, period = modern.read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    allowed, every = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
    return allowed / every if allowed is not None and allowed > 0 and every else None


def _number(*files: Path) -> int | None:
    """The integer in the first file that exists; `None` for `max` or when none exists."""
    for file in files:
        if file.is_file():
            text = file.read_text().strip()
            return None if text == "max" else int(text)
    return None
