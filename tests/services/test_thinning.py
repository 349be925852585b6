"""Thinned series keep their ends, their peaks and their order."""

from __future__ import annotations

import math

import pytest

from modelforge.services.thinning import thin


@pytest.mark.parametrize("points", [3, 10, 99, 100])
def test_as_many_points_as_asked_for(points: int) -> None:
    x = list(range(100))
    kept = thin(x, [math.sin(value / 7) for value in x], points)
    assert len(kept) == points
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, 99)


def test_short_series_stay_whole() -> None:
    assert thin([], [], 5) == []
    assert thin([1], [2], 5) == [0]
    assert thin([1, 2, 3], [1, 1, 1], 3) == [0, 1, 2]


def test_a_spike_stays() -> None:
    y = [0.0] * 1000
    y[437] = 50.0
    assert 437 in thin(list(range(1000)), y, 20)
