"""The loss on a processor: only positions that have a label are projected through the output head, as on a GPU."""

from __future__ import annotations

from typing import Any


def score_labelled_positions_alone() -> None:
    """Make TRL's fused head leave out, on a CPU too, the positions whose label is -100.

    TRL 1.16 does so where Triton runs; elsewhere it projects all of them, since new shapes make compilers compile
    anew. A CPU's fp32 kernels are compiled once for all shapes; its bf16 kernels, which autocast asks for, are not. The
    loss is the same; a step of the demo took 0.37 s instead of 0.43 s on two cores. TRL 1.15, which Unsloth brings,
    has no such switch.
    """
    from trl.trainer import utils

    runs_triton = getattr(utils, "_use_triton", None)
    if runs_triton is None or getattr(runs_triton, "counts_processors", False):
        return

    def leaves_out(device: Any) -> bool:
        import torch

        return bool(runs_triton(device)) or (device.type == "cpu" and not torch.is_autocast_enabled("cpu"))

    leaves_out.counts_processors = True  # type: ignore[attr-defined]
    utils._use_triton = leaves_out
