"""Whether the weights of an export are those of the model, in their places, without holding both in memory."""

from __future__ import annotations

from typing import Any

from modelforge.exceptions import TrainingError

PROJECTIONS = 4
"""Directions that the rows of a matrix are measured along."""
WORST = {"float32": 1e-6, "f16": 1e-3, "float16": 1e-3, "bfloat16": 4e-3, "q8_0": 0.023, "q4_0": 0.37}
"""Number type → the largest relative error that rounding alone can bring. Of 16-bit types that is half a unit in the
last place, and as much again for safety; of blocks of 32 the worst block, one large number among others that are each
off by half a step (Q8_0: √32 / 254; Q4_0: √32 / 16, and the clipped end). A tensor whose rows stand in another order is
off by more than its own size."""

Fingerprint = dict[str, Any]
"""Tensor → its numbers, or of a matrix its products with `PROJECTIONS` random directions, fp32."""


def fingerprint(model: Any) -> Fingerprint:
    """Of every tensor of a model; the directions are the same for each model."""
    import torch

    found = {}
    for name, weight in model.state_dict().items():
        numbers = weight.detach().float().cpu()
        if numbers.dim() == 2:
            generator = torch.Generator().manual_seed(numbers.shape[1])
            numbers = numbers @ torch.randn(numbers.shape[1], PROJECTIONS, generator=generator)
        found[name] = numbers
    return found


def largest_error(ours: Fingerprint, theirs: Fingerprint, numbers: str) -> float:
    """The worst tensor's relative error.

    Args:
        ours: of the model.
        theirs: of the export, read back.
        numbers: what the export holds its weights in, a key of `WORST`.

    Raises:
        TrainingError: a tensor is missing, or off by more than rounding explains.
    """
    errors = {name: _error(numbers_, theirs.get(name)) for name, numbers_ in ours.items()}
    worst = max(errors, key=lambda name: errors[name])
    if not errors[worst] <= WORST[numbers]:
        raise TrainingError(
            f"The export does not hold the model's weights: {worst} is off by {errors[worst]:.0%} where {numbers} "
            f"rounds by at most {WORST[numbers]:.2%}. It was not kept.",
            hint="Export in another format, and report this model: its files are written wrongly.",
            code="export-weights-off",
            params={
                "weight": worst,
                "error": f"{errors[worst]:.0%}",
                "numbers": numbers,
                "allowed": f"{WORST[numbers]:.2%}",
            },
        )
    return errors[worst]


def _error(ours: Any, theirs: Any) -> float:
    if theirs is None or theirs.shape != ours.shape:
        return float("inf")
    size = float(ours.norm())
    error = float((ours - theirs).norm())
    if error != error:  # not a number: a weight beyond what the type can hold
        return float("inf")
    return error / size if size else (0.0 if error == 0 else float("inf"))
