"""Long series → the points that a chart needs (largest triangle three buckets, S. Steinarsson, 2013)."""

from __future__ import annotations

from collections.abc import Sequence


def thin(x: Sequence[float], y: Sequence[float], points: int) -> list[int]:
    """Indices of at most `points` points that keep the line's shape; the first and the last always stay.

    `x` ascends. Of each bucket the point stays that spans the largest triangle with the one before and the mean of the
    next bucket.
    """
    size = len(x)
    if size <= points or points < 3:
        return list(range(size)) if size <= points else [0, size - 1][: max(points, 1)]
    kept = [0]
    width = (size - 2) / (points - 2)
    for bucket in range(points - 2):
        start, stop = int(bucket * width) + 1, int((bucket + 1) * width) + 1
        next_stop = min(int((bucket + 2) * width) + 1, size)
        rest = range(stop, max(next_stop, stop + 1))
        mean_x, mean_y = sum(x[i] for i in rest) / len(rest), sum(y[i] for i in rest) / len(rest)
        last_x, last_y = x[kept[-1]], y[kept[-1]]
        kept.append(
            max(
                range(start, stop),
                key=lambda i: abs((last_x - mean_x) * (y[i] - last_y) - (last_x - x[i]) * (mean_y - last_y)),
            )
        )
    return [*kept, size - 1]
