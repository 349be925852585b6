"""Paired bootstrap over rows: how sure a difference between two models on the same rows is.

Each resample draws as many rows as there are, with replacement, and takes the difference over the drawn rows; the
interval is cut from the percentiles of those differences (Efron & Tibshirani 1993, chapter 13; for paired systems Koehn
2004, https://aclanthology.org/W04-3250). Both models are always resampled by the same rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelforge.evaluation.metrics import LARGEST_EXPONENT, macro_f1, told_apart
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.report import Verdict

Rows = NDArray[np.floating[Any] | np.integer[Any]]
Classes = NDArray[np.int64]
DRAWS_AT_ONCE = 4_000_000
RESOLUTION = 1e-6
"""Differences below this share of the values compared are rounding of 32-bit numbers, and count as 0."""


@dataclass(frozen=True)
class Resampling:
    """How an interval is found."""

    resamples: int
    confidence: float
    """The share of resamples that lie within it, 0 to 1."""
    seed: int

    @classmethod
    def of(cls, config: TrainingConfig) -> Resampling:
        """As a recipe has it."""
        return cls(config.evaluation.bootstrap_resamples, config.evaluation.confidence, config.seed)


@dataclass(frozen=True)
class Interval:
    """A difference, tuned − base, and its percentile interval."""

    base: float
    tuned: float
    difference: float
    low: float
    high: float


def compare_means(base: Rows, tuned: Rows, how: Resampling) -> Interval:
    """Compare the mean score over rows. `base` and `tuned`: [rows], the same rows in the same order, at least one."""
    gain = np.asarray(tuned, dtype=np.float64) - np.asarray(base, dtype=np.float64)
    return _interval(
        float(np.mean(base)),
        float(np.mean(tuned)),
        lambda drawn: gain[drawn].mean(axis=1),
        len(gain),
        how,
    )


def compare_perplexities(base_nll: Rows, tuned_nll: Rows, tokens: Rows, how: Resampling) -> Interval:
    """Compare `exp(Σ nll / Σ tokens)`: the tokens are weighed alike, the rows are what is resampled.

    The first three are [rows], in nats and tokens; every row has at least one token. The interval of the difference
    lies on one side of 0 exactly where that of the ratio of both perplexities lies on one side of 1.
    """
    base, tuned = np.asarray(base_nll, dtype=np.float64), np.asarray(tuned_nll, dtype=np.float64)
    weight = np.asarray(tokens, dtype=np.float64)

    def difference(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        total = weight[drawn].sum(axis=1)
        return _exp(tuned[drawn].sum(axis=1) / total) - _exp(base[drawn].sum(axis=1) / total)

    return _interval(
        float(_exp(base.sum() / weight.sum())),
        float(_exp(tuned.sum() / weight.sum())),
        difference,
        len(weight),
        how,
    )


def compare_macro_f1(truth: Classes, base: Classes, tuned: Classes, how: Resampling) -> Interval:
    """Compare macro F1, which is no mean over rows: each resample draws rows and computes it anew.

    Args:
        truth, base, tuned: numbers of classes from 0, [rows]: what is right, and what each model answered.
    """
    classes = int(max(truth.max(), base.max(), tuned.max())) + 1
    right, answered = _one_hot(truth, classes), (_one_hot(base, classes), _one_hot(tuned, classes))

    def scores(counts: NDArray[np.float64]) -> tuple[Any, Any]:
        """Of both models, for rows that count as often as [resamples, rows] says."""
        ours, theirs = (macro_f1(counts @ right, counts @ said, counts @ (right * said)) for said in answered)
        return ours, theirs

    def difference(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        before, after = scores(_times_drawn(drawn))
        return np.asarray(after - before)

    before, after = scores(np.ones((1, len(truth))))
    return _interval(float(before[0]), float(after[0]), difference, len(truth), how)


def compare_rankings(base: Rows, tuned: Rows, good: NDArray[np.bool_], how: Resampling) -> Interval:
    """Compare how well two models tell good rows and bad ones apart, which is no mean over rows: each resample draws
    rows of both kinds and ranks them anew. One that holds a single kind shows no difference.

    Args:
        base, tuned: nats per token of each row, [rows], NaN where there are none.
        good: which rows are good, [rows].
    """
    sides = [np.asarray(side, dtype=np.float64) for side in (base, tuned)]
    before, after = (float(told_apart(side, good, np.ones((1, len(good))))[0]) for side in sides)

    def difference(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        ours, theirs = (told_apart(side, good, _times_drawn(drawn)) for side in sides)
        return np.asarray(theirs - ours)

    return _interval(before, after, difference, len(good), how)


def _times_drawn(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
    """Row numbers [some resamples, rows] → how often each row was drawn, of the same shape."""
    some, rows = drawn.shape
    places = (drawn + rows * np.arange(some)[:, None]).ravel()
    return np.bincount(places, minlength=some * rows).reshape(some, rows).astype(np.float64)


def _one_hot(numbers: Classes, classes: int) -> NDArray[np.float64]:
    """[rows, classes]."""
    return np.eye(classes)[numbers]


def fewest_rows(confidence: float) -> int:
    """The fewest rows on which a paired difference can reach `confidence`: 6 at 95 %.

    With fewer, even all rows agreeing is too likely by chance: a two-sided sign test gives `2 · 0.5^rows`. The
    bootstrap cannot see this by itself, since rows that all agree leave it nothing to vary.
    """
    return max(2, math.ceil(1 - math.log2(1 - confidence)))


def judge(interval: Interval, *, rows: int, confidence: float, higher_is_better: bool) -> Verdict:
    """Better or worse only where the whole interval lies on one side of 0, on rows enough to say so."""
    if rows < fewest_rows(confidence) or interval.low <= 0 <= interval.high:
        return "no evidence"
    return "better" if (interval.low > 0) == higher_is_better else "worse"


def _interval(
    base: float,
    tuned: float,
    difference: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    rows: int,
    how: Resampling,
) -> Interval:
    values = np.concatenate([difference(drawn) for drawn in _draws(rows, how)])
    tail = (1 - how.confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    noise = RESOLUTION * max(abs(base), abs(tuned))
    return Interval(base, tuned, *(0.0 if abs(x) <= noise else float(x) for x in (tuned - base, low, high)))


def _draws(rows: int, how: Resampling) -> Iterator[NDArray[np.int64]]:
    """Row numbers [some resamples, rows], in pieces that stay small in memory."""
    generator = np.random.default_rng(how.seed)
    step = max(1, DRAWS_AT_ONCE // rows)
    for start in range(0, how.resamples, step):
        yield generator.integers(0, rows, size=(min(step, how.resamples - start), rows))


def _exp(exponent: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.exp(np.minimum(exponent, LARGEST_EXPONENT))
