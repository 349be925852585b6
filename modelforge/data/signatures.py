"""MinHash signatures of texts, computed for many texts at once with numpy.

A text is lowered, all but its letters and digits is dropped, and every run of 8 bytes is hashed. One-permutation
hashing (Li, Owen, Zhang 2012): the hash's upper 6 bits choose one of 64 bins, and each bin keeps the smallest of the
next 16 bits. Two texts agree in about as many bins as their sets of runs overlap (Jaccard).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

BINS = 64
EMPTY = 0xFFFF
"""The value of a bin that no run fell into."""
RUN = 8
"""Bytes of a run."""

Signatures = npt.NDArray[np.uint16]
Hashes = npt.NDArray[np.uint64]

_DROPPED = bytes(code for code in range(128) if not chr(code).isalnum())
_GAP = bytes(RUN - 1)
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93))
_FILTER_BITS = 20


class Boilerplate:
    """Runs that so many texts share that they say nothing about likeness: a common prompt, the keys of a record.

    A filter of 2^20 bits: about one other run in a thousand is left out with them, which does no harm.
    """

    LEAST = 20
    SHARE = 0.2

    def __init__(self, texts: Sequence[str] = ()) -> None:
        counts: Counter[int] = Counter()
        for text in texts:
            hashes, _ = _hash_runs([text])
            counts.update(np.unique(hashes).tolist())
        often = max(self.LEAST, self.SHARE * len(texts))
        common = [value for value, count in counts.items() if count > often]
        self.empty = not common
        self._filter = np.zeros(1 << _FILTER_BITS, dtype=bool)
        self._filter[_slots(np.array(common, dtype=np.uint64))] = True

    def without(self, hashes: Hashes, owners: npt.NDArray[np.int64]) -> tuple[Hashes, npt.NDArray[np.int64]]:
        """The runs that are no boilerplate, and the text that each belongs to."""
        if self.empty:
            return hashes, owners
        keep = ~self._filter[_slots(hashes)]
        return hashes[keep], owners[keep]


def sign(texts: Sequence[str], boilerplate: Boilerplate) -> Signatures:
    """The signatures of `texts`: [texts, 64], uint16. All bins are EMPTY where a text has nothing of its own."""
    hashes, owners = boilerplate.without(*_hash_runs(texts))
    bins = owners * BINS + (hashes >> np.uint64(58)).astype(np.int64)
    values = np.minimum((hashes >> np.uint64(42)) & np.uint64(0xFFFF), np.uint64(EMPTY - 1)).astype(np.uint16)
    signatures = np.full(len(texts) * BINS, EMPTY, dtype=np.uint16)
    np.minimum.at(signatures, bins, values)
    return signatures.reshape(len(texts), BINS)


def agreement(left: Signatures, right: Signatures) -> npt.NDArray[np.float64]:
    """The estimated overlap of each pair of signatures ([pairs, 64] each), from 0 to 1: [pairs]."""
    filled = (left != EMPTY) | (right != EMPTY)
    equal = (left == right) & filled
    count = filled.sum(axis=1)
    return np.where(count > 0, equal.sum(axis=1) / np.maximum(count, 1), 0.0)


def _hash_runs(texts: Iterable[str]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """The hashes of all runs of all texts, and for each the index of its text. Zeros end a text, so none is empty."""
    cleaned = [text.lower().encode("utf-8", "replace").translate(None, _DROPPED) for text in texts]
    lengths = np.array([len(text) for text in cleaned], dtype=np.int64)
    joined = _GAP.join(cleaned) + _GAP + b"\0"
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(joined, dtype=np.uint8), RUN)
    owners = np.repeat(np.arange(len(cleaned)), lengths)
    gaps = np.arange(len(cleaned)) * (RUN - 1)
    places = np.arange(len(owners)) + gaps[owners]
    runs = np.ascontiguousarray(windows)[places].view(np.uint64).reshape(-1)
    return _mixed(runs), owners


def _mixed(runs: Hashes) -> Hashes:
    hashes = runs * _MULTIPLIERS[0]
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MULTIPLIERS[1]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MULTIPLIERS[0]
    return hashes


def _slots(hashes: Hashes) -> npt.NDArray[np.int64]:
    return (hashes & np.uint64((1 << _FILTER_BITS) - 1)).astype(np.int64)
