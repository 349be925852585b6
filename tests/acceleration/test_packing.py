"""Packing: every row once, nothing over capacity, and as few packs as best-fit decreasing gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelforge.acceleration.packing import pack


@given(st.lists(st.integers(1, 64), max_size=200), st.integers(64, 100))
def test_every_row_is_in_one_pack_and_no_pack_overflows(lengths: list[int], capacity: int) -> None:
    packs = pack(lengths, capacity)

    assert sorted(row for members in packs for row in members) == list(range(len(lengths)))
    assert all(sum(lengths[row] for row in members) <= capacity for members in packs)


def test_rows_fill_the_fullest_pack_with_room() -> None:
    assert pack([6, 4, 5, 3, 2], 10) == [[0, 1], [2, 3, 4]]


@given(st.lists(st.integers(1, 64), min_size=1, max_size=200))
def test_at_most_one_pack_is_half_empty(lengths: list[int]) -> None:
    filled = [sum(lengths[row] for row in members) for members in pack(lengths, 64)]

    assert sum(size <= 32 for size in filled) <= 1
