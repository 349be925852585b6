"""The paired bootstrap against exact values, known coverage, and its own promises."""

import math
from typing import Any

import numpy as np
import pytest

from modelforge.evaluation.bootstrap import (
    Interval,
    Resampling,
    compare_macro_f1,
    compare_means,
    compare_perplexities,
    compare_rankings,
    fewest_rows,
    judge,
)

HOW = Resampling(2000, 0.95, 1)


def verdict(interval: Interval, rows: int, *, higher_is_better: bool = True) -> str:
    return judge(interval, rows=rows, confidence=0.95, higher_is_better=higher_is_better)


def test_identical_answers_are_no_evidence() -> None:
    scores = np.random.default_rng(0).random(50)
    found = compare_means(scores, scores.copy(), HOW)
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert verdict(found, 50) == "no evidence"


def test_the_interval_is_that_of_the_normal_theory() -> None:
    """For many rows the percentile interval is mean ± 1.96 standard errors."""
    generator = np.random.default_rng(3)
    base, gain = generator.random(2000), generator.normal(0.1, 0.5, 2000)
    found = compare_means(base, base + gain, Resampling(20_000, 0.95, 5))
    error = gain.std() / np.sqrt(2000)
    assert found.difference == pytest.approx(gain.mean())
    assert found.low == pytest.approx(gain.mean() - 1.96 * error, abs=0.05 * error)
    assert found.high == pytest.approx(gain.mean() + 1.96 * error, abs=0.05 * error)


def test_a_small_case_against_every_possible_resample() -> None:
    """Three rows have 27 resamples, all equally likely: the interval must be that of the exact distribution."""
    gain = np.array([0.0, 1.0, 5.0])
    exact = sorted(float(np.mean([a, b, c])) for a in gain for b in gain for c in gain)
    found = compare_means(np.zeros(3), gain, Resampling(50_000, 0.8, 0))
    low, high = np.quantile(exact, [0.1, 0.9], method="inverted_cdf")
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


def test_pairing_tells_what_two_separate_intervals_could_not() -> None:
    generator = np.random.default_rng(2)
    base = generator.normal(0, 10, 200)
    found = compare_means(base, base + generator.normal(0.2, 0.5, 200), HOW)
    assert verdict(found, 200) == "better"


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(11)
    covered = 0
    for trial in range(400):
        gain = generator.normal(0.3, 1.0, 60)
        found = compare_means(np.zeros(60), gain, Resampling(400, 0.9, trial))
        covered += found.low <= 0.3 <= found.high
    assert 0.86 <= covered / 400 <= 0.94


def test_without_a_difference_a_verdict_is_rare() -> None:
    generator = np.random.default_rng(12)
    judged = []
    for trial in range(300):
        base, tuned = (generator.integers(0, 2, 80).astype(float) for _ in range(2))
        judged.append(verdict(compare_means(base, tuned, Resampling(400, 0.95, trial)), 80))
    assert judged.count("no evidence") / 300 >= 0.91


def test_the_same_seed_gives_the_same_interval_and_memory_stays_small() -> None:
    base, tuned = np.zeros(30_000), np.random.default_rng(0).random(30_000)
    first, second = (compare_means(base, tuned, Resampling(400, 0.95, 9)) for _ in range(2))
    assert first == second
    assert first != compare_means(base, tuned, Resampling(400, 0.95, 10))


@pytest.mark.parametrize(
    ("base", "tuned", "higher_is_better", "expected"),
    [(0.0, 1.0, True, "better"), (1.0, 0.0, True, "worse"), (1.0, 0.0, False, "better"), (0.0, 1.0, False, "worse")],
)
def test_the_good_side_depends_on_the_metric(base: float, tuned: float, higher_is_better: bool, expected: str) -> None:
    found = compare_means(np.full(20, base), np.full(20, tuned), HOW)
    assert verdict(found, 20, higher_is_better=higher_is_better) == expected


def test_too_few_rows_are_no_evidence_however_clear() -> None:
    assert [fewest_rows(confidence) for confidence in (0.5, 0.9, 0.95, 0.99)] == [2, 5, 6, 8]
    for rows in range(1, 6):
        found = compare_means(np.zeros(rows), np.ones(rows), HOW)
        assert (found.low, found.high) == (1.0, 1.0)
        assert verdict(found, rows) == "no evidence"
    assert verdict(compare_means(np.zeros(6), np.ones(6), HOW), 6) == "better"


def test_perplexity_weighs_rows_by_their_tokens() -> None:
    nll, tokens = np.array([10.0, 2.0]), np.array([5, 2])
    found = compare_perplexities(nll, nll / 2, tokens, HOW)
    assert found.base == pytest.approx(np.exp(12 / 7))
    assert found.tuned == pytest.approx(np.exp(6 / 7))
    assert found.difference == pytest.approx(found.tuned - found.base)


def test_perplexity_s_interval_agrees_with_that_of_the_ratio() -> None:
    generator = np.random.default_rng(4)
    tokens = generator.integers(1, 40, 100)
    base = tokens * generator.uniform(1, 3, 100)
    worse = compare_perplexities(base, base + tokens * 0.2, tokens, HOW)
    assert worse.low > 0
    assert verdict(worse, 100, higher_is_better=False) == "worse"
    assert verdict(compare_perplexities(base, base * 0.8, tokens, HOW), 100, higher_is_better=False) == "better"


def test_rounding_errors_are_no_evidence() -> None:
    nll, tokens = np.full(100, 40.0), np.full(100, 20)
    found = compare_perplexities(nll, nll * (1 - 1e-8), tokens, HOW)
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)


def test_a_hopeless_model_has_a_finite_perplexity() -> None:
    found = compare_perplexities(np.array([2.0, 2.0]), np.array([1e5, 1e5]), np.array([1, 1]), HOW)
    assert np.isfinite([found.tuned, found.difference, found.low, found.high]).all()


def test_macro_f1_is_computed_anew_for_each_resample() -> None:
    random = np.random.default_rng(3)
    truth = random.integers(0, 4, 60)
    base = random.integers(0, 4, 60)
    tuned = np.where(random.random(60) < 0.7, truth, base)

    def by_hand(rows: Any, answers: Any) -> float:
        scores = []
        for label in range(4):
            ours, theirs = truth[rows] == label, answers[rows] == label
            if ours.any() or theirs.any():
                scores.append(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()))
        return float(np.mean(scores))

    found = compare_macro_f1(truth, base, tuned, Resampling(300, 0.9, 5))

    every = np.arange(60)
    assert (found.base, found.tuned) == pytest.approx((by_hand(every, base), by_hand(every, tuned)))
    drawn = np.random.default_rng(5).integers(0, 60, size=(300, 60))
    differences = [by_hand(rows, tuned) - by_hand(rows, base) for rows in drawn]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(differences, [0.05, 0.95])))


def test_how_well_marks_are_told_apart_is_the_area_under_the_roc_curve() -> None:
    generator = np.random.default_rng(4)
    nats, good = generator.integers(0, 9, 60).astype(float), generator.random(60) < 0.4
    nats[:5] = np.nan  # cut away whole: a tie with all others

    found = compare_rankings(nats, nats, good, HOW)

    right = [
        0.5 if np.isnan(ours) or np.isnan(theirs) or ours == theirs else float(ours < theirs)
        for ours in nats[good]
        for theirs in nats[~good]
    ]
    assert found.base == found.tuned == pytest.approx(np.mean(right))
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert compare_rankings(np.full(60, np.nan), nats, good, HOW).base == 0.5


def test_the_interval_of_rankings_covers_the_truth_as_often_as_it_says() -> None:
    """Nats of good answers are normal around −d, of bad ones around 0: good ones rank right in Φ(d/√2) of the pairs."""
    generator = np.random.default_rng(21)
    truth, covered = 0.5 * (1 + math.erf(1 / 2)) - 0.5, 0
    for trial in range(300):
        good = np.arange(80) < 35
        base, noise = generator.normal(0, 1, 80), generator.normal(0, 1, 80)
        tuned = 0.6 * base + 0.8 * noise - good
        found = compare_rankings(base, tuned, good, Resampling(400, 0.9, trial))
        covered += found.low <= truth <= found.high
    assert 0.86 <= covered / 300 <= 0.94


def test_models_that_tell_marks_apart_alike_rarely_get_a_verdict() -> None:
    generator = np.random.default_rng(22)
    judged = []
    for trial in range(300):
        good = generator.random(60) < 0.3
        base, tuned = (generator.normal(0, 1, 60) - 0.5 * good for _ in range(2))
        judged.append(verdict(compare_rankings(base, tuned, good, Resampling(400, 0.95, trial)), 60))
    assert judged.count("no evidence") / 300 >= 0.91


def test_one_answer_of_a_mark_alone_decides_nothing() -> None:
    """Most resamples hold it, but too many do not."""
    good = np.arange(40) > 0
    base, tuned = np.where(good, 2.0, 1.0), np.where(good, 1.0, 2.0)

    found = compare_rankings(base, tuned, good, HOW)

    assert (found.base, found.tuned, verdict(found, 40)) == (0.0, 1.0, "no evidence")
