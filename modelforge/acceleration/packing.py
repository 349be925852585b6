"""Several short rows in one sequence.

Best-fit decreasing (Johnson 1973; for language models: Ding et al. 2024, https://arxiv.org/abs/2404.10830): rows by
falling length, each into the fullest pack that still has room. No row is split.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence


def pack(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Group rows into packs of at most `capacity` tokens.

    Args:
        lengths: tokens of each row, none above `capacity`.
        capacity: tokens of a pack.

    Returns:
        Row indices of each pack; every row exactly once, the packs in the order of their first row.
    """
    packs: list[list[int]] = []
    free: list[tuple[int, int]] = []  # (room left, pack), sorted
    for row in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        place = bisect_left(free, (lengths[row], -1))
        if place == len(free):
            number = len(packs)
            packs.append([row])
            room = capacity
        else:
            room, number = free.pop(place)
            packs[number].append(row)
        insort(free, (room - lengths[row], number))
    return sorted((sorted(members) for members in packs), key=lambda members: members[0])
