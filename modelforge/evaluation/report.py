"""Row scores of two models → the before/after report and its verdict in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

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
from modelforge.evaluation.confusion import confusion_matrix, numbered_classes
from modelforge.evaluation.metrics import LABELS, LOWER_IS_BETTER, TOLD_APART
from modelforge.evaluation.row_scores import RowScores, side_by_side
from modelforge.schemas.remark import Remark, remark
from modelforge.schemas.report import EvaluationReport, ExampleAnswer, MetricComparison, Verdict

EXAMPLES = 3


def build_report(base: RowScores, tuned: RowScores, primary_metric: str, how: Resampling) -> EvaluationReport:
    """Compare two models on the same rows.

    The verdict is the primary metric's; where no answers were written, that of the likelihood. Marks that are all the
    same leave nothing to judge, and nothing else is judged in their place. The example rows are drawn by the
    seed, whatever their answers are.

    Raises:
        ValueError: the scores are of different rows.
    """
    if (base.prompts, base.references, base.tokens) != (tuned.prompts, tuned.references, tuned.tokens):
        raise ValueError("base and tuned scores are of different rows, so they cannot be paired")
    confidence = how.confidence
    intervals = _intervals(base, tuned, how)
    metrics = {name: _comparison(name, interval, rows, confidence) for name, (interval, rows) in intervals.items()}
    note = untrained_remark("The base", base)
    primary = primary_metric if primary_metric in metrics or tuned.marks else base.likelihood_metric
    return EvaluationReport(
        metrics=metrics,
        primary_metric=primary,
        verdict=metrics[primary].verdict if primary in metrics else "no evidence",
        sentence=verdict_sentence(metrics, primary, confidence, marks=tuned.marks),
        confidence=confidence,
        examples=_examples(base, tuned, how.seed),
        confusion=confusion_matrix(base, tuned),
        note=note.sentence if note else None,
        untrained=tuple(base.untrained),
    )


def untrained_remark(model: str, scores: RowScores) -> Remark | None:
    """What has to be known of a model whose head began at random; nothing of any other."""
    if not scores.untrained:
        return None
    return remark("head-untrained", model=model, parts=", ".join(scores.untrained))


def verdict_sentence(
    metrics: Mapping[str, MetricComparison], primary: str, confidence: float, *, marks: tuple[bool, ...] = ()
) -> str:
    """The verdict on the primary metric in words, with the figures it rests on."""
    if primary not in metrics:
        if marks:
            mark = "good" if all(marks) else "bad"
            return f"No evidence: every held-out answer is marked {mark}, so there is nothing to tell apart."
        return "No evidence: no rows were held out, so nothing was compared."
    metric = metrics[primary]
    label, rows = LABELS.get(primary, primary), f"{metric.n:,} held-out row{'' if metric.n == 1 else 's'}"
    words: dict[Verdict, str] = {"better": "Better", "worse": "Worse", "no evidence": "No evidence of a change"}
    figures = (
        f"difference {figure(metric.difference, sign=True)}, {percent(confidence)} interval "
        f"{figure(metric.ci95[0], sign=True)} to {figure(metric.ci95[1], sign=True)}"
    )
    return f"{words[metric.verdict]}: {label} {_movement(metric)} on {rows} ({figures}){_why_not(metric, confidence)}."


def figure(value: float, *, sign: bool = False) -> str:
    """A score as people read it: two decimals below 100, more where they would show nothing, a real minus sign."""
    size = abs(value)
    decimals = 0 if size >= 1000 else 1 if size >= 100 else 2
    text = f"{size:.1g}" if 0 < size < 0.005 else f"{size:,.{decimals}f}"
    lead = "−" if value < 0 else "+" if sign and value > 0 else ""
    return lead + text


def percent(share: float) -> str:
    """0.95 → `95 %`."""
    return f"{share * 100:g} %"


def _intervals(base: RowScores, tuned: RowScores, how: Resampling) -> dict[str, tuple[Interval, int]]:
    """Metric → its interval and the rows behind it; answers first, the likelihood last."""
    found: dict[str, tuple[Interval, int]] = {}
    if len(set(base.marks)) == 2 and base.marks == tuned.marks:
        ours, theirs = (np.array(side.per_token, dtype=np.float64) for side in (base, tuned))
        found[TOLD_APART] = (compare_rankings(ours, theirs, np.array(base.marks), how), len(base.marks))
    for name, before in base.scores.items():
        if name in tuned.scores and before:
            found[name] = (compare_means(np.array(before), np.array(tuned.scores[name]), how), len(before))
    if base.classes and base.answers is not None and base.answers:
        right, said, said_after = numbered_classes(base, tuned)
        found["macro_f1"] = (compare_macro_f1(right, said, said_after, how), len(base.answers))
    scored = np.array(tuned.counted, dtype=np.int64) > 0
    if not scored.any():
        return found
    tokens, first, last = (np.array(column)[scored] for column in (tuned.counted, base.nll, tuned.nll))
    if base.likelihood_metric == "log_loss":
        found["log_loss"] = (compare_means(first / tokens, last / tokens, how), len(tokens))
    else:
        found["perplexity"] = (compare_perplexities(first, last, tokens, how), len(tokens))
    return found


def _comparison(name: str, interval: Interval, rows: int, confidence: float) -> MetricComparison:
    higher = name not in LOWER_IS_BETTER
    return MetricComparison(
        base=interval.base,
        tuned=interval.tuned,
        difference=interval.difference,
        ci95=(interval.low, interval.high),
        n=rows,
        higher_is_better=higher,
        verdict=judge(interval, rows=rows, confidence=confidence, higher_is_better=higher),
    )


def _movement(metric: MetricComparison) -> str:
    if metric.difference == 0:
        return f"stayed at {figure(metric.base)}"
    word = "went" if metric.verdict == "no evidence" else "rose" if metric.difference > 0 else "fell"
    return f"{word} from {figure(metric.base)} to {figure(metric.tuned)}"


def _why_not(metric: MetricComparison, confidence: float) -> str:
    if metric.verdict != "no evidence":
        return ""
    if metric.n < (needed := fewest_rows(confidence)):
        return f"; a verdict at {percent(confidence)} needs at least {needed} rows"
    return ", which does not exclude 0" if metric.difference != 0 else ""


def _examples(base: RowScores, tuned: RowScores, seed: int) -> tuple[ExampleAnswer, ...]:
    if base.answers is None:
        return ()
    drawn = np.random.default_rng(seed).permutation(len(base.answers))[:EXAMPLES]
    return side_by_side(base, tuned, sorted(int(index) for index in drawn))
