"""Slots: what a run is given to run on. One per GPU, or one for the processor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from modelforge.schemas.hardware import Hardware
from modelforge.training.launcher import ForkserverLauncher, Launcher

LauncherFor = Callable[[str], Launcher]
"""Slot → what starts workers on it."""


def slots_of(hardware: Hardware) -> tuple[str, ...]:
    """`cuda:0`, `cuda:1` …, or `mps`, or `cpu`."""
    gpus = tuple(f"cuda:{found.index}" if found.kind == "cuda" else found.kind for found in hardware.accelerators)
    return gpus or ("cpu",)


def environment_on(slot: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker that sees its own GPU alone, as number 0."""
    kind, _, index = slot.partition(":")
    return (
        {**environment, "CUDA_VISIBLE_DEVICES": _visible(environment, int(index))}
        if kind == "cuda"
        else dict(environment)
    )


def _visible(environment: Mapping[str, str], index: int) -> str:
    """The name of the GPU with this number among those that the server itself may see."""
    names = [name.strip() for name in environment.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return names[index] if index < len(names) else str(index)


def forked_launchers(environment: Mapping[str, str]) -> LauncherFor:
    """Workers forked from a server that has imported everything once."""
    return lambda slot: ForkserverLauncher(environment=environment_on(slot, environment))
