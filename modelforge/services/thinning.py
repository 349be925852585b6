"""Long series → the points that a chart needs (largest triangle three buckets, S. Steinarsson, 2013)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def thin(x: Sequence[float], y: Sequence[float], points: int) -> list[int]:
    """Indices of at most `points` points that keep the line's shape; the first and the last always stay.

    `x` ascends. Of each bucket the point stays that spans the largest triangle with the one before and the mean of the
    next bucket.
    """
    size = len(x)
    if size <= points or points < 3:
        return list(range(size)) if size <= points else [0, size - 1][: max(points, 1)]
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    # Bucket b reaches from edges[b] to edges[b + 1]; the last point is a bucket of its own.
    edges = np.floor(np.arange(points - 1) * ((size - 2) / (points - 2))).astype(np.int64) + 1
    lengths = np.diff(np.append(edges, size))
    mean_x, mean_y = np.add.reduceat(xs, edges) / lengths, np.add.reduceat(ys, edges) / lengths
    kept = [0]
    for bucket in range(points - 2):
        begin, end = edges[bucket], edges[bucket + 1]
        to_x, to_y = mean_x[bucket + 1] - xs[kept[-1]], mean_y[bucket + 1] - ys[kept[-1]]
        areas = np.abs(to_x * (ys[begin:end] - ys[kept[-1]]) - to_y * (xs[begin:end] - xs[kept[-1]]))
        kept.append(int(begin + areas.argmax()))
    return [*kept, size - 1]
