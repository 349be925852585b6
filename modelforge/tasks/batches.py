"""Rows → batches of rows of like length, so that little is padding, wherever a model is measured or asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

LOGITS_AT_ONCE = 64_000_000
"""Logits of one pass, as a count: 256 MB in fp32. A single row may need more; training it took more still."""


def longest_first(lengths: Sequence[int]) -> list[int]:
    """The places of rows of these lengths: if memory is short, it is at once."""
    return sorted(range(len(lengths)), key=lambda place: -lengths[place])


def of_size(places: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """The places in their order, `batch_size` at a time."""
    for start in range(0, len(places), batch_size):
        yield list(places[start : start + batch_size])


def within_logits(
    places: Sequence[int], batch_size: int, vocabulary: int, positions: Callable[[list[int]], int]
) -> Iterator[list[int]]:
    """The places in their order, at most `batch_size` at a time, and so few that their logits stay within
    `LOGITS_AT_ONCE`.

    Args:
        positions: how many positions of each row are scored, where these rows are in one batch.
    """
    batch: list[int] = []
    for place in places:
        wider = [*batch, place]
        if batch and (len(batch) == batch_size or len(wider) * positions(wider) * vocabulary > LOGITS_AT_ONCE):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
