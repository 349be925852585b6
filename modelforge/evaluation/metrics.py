"""The scores of answers and of token losses: pure functions, one number per row, so that rows can be paired.

| metric | how an answer and its reference are made alike before they are compared |
|---|---|
| exact match | white space around the whole text is trimmed, nothing else |
| token F1 | as SQuAD does: lower case, no ASCII punctuation, no articles, split at white space |
| ROUGE | lower case, split at everything that is no letter or digit, no stemming; Chinese and kana by character |
| accuracy | nothing: a class is given or not |
| SQuAD exact match, F1 | as the official script of SQuAD 2.0: the words of token F1, the best of all right answers |

Of a text that begins with reasoning, the part behind `</think>` alone is compared, in answers and references alike.

Preference accuracy compares no texts but the likelihoods of two given answers; how well marks are told apart, those of
all answers marked good with those of all marked bad.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modelforge.tasks.reasoning import answer_of

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer

PREFERENCE = "preference_accuracy"
TOLD_APART = "marks_told_apart"
PAIR_LOSS = "pair_loss"
REWARD = "reward"
DIVERGENCE = "kl"

LABELS: Mapping[str, str] = {
    "exact_match": "exact match",
    "token_f1": "token F1",
    "rouge1": "ROUGE-1",
    "rouge2": "ROUGE-2",
    "rougeL": "ROUGE-L",
    "perplexity": "perplexity",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log loss",
    "squad_em": "SQuAD exact match",
    "squad_f1": "SQuAD F1",
    "squad_f1_answerable": "SQuAD F1, answerable",
    "squad_f1_unanswerable": "SQuAD F1, unanswerable",
    PREFERENCE: "preference accuracy",
    TOLD_APART: "marks told apart",
    "mark_agreement": "agreement with the marks",
    PAIR_LOSS: "loss of a pair",
    REWARD: "reward",
    DIVERGENCE: "KL divergence from the base",
}
"""Metric → its name in prose; the agreement with the marks stands in reports of earlier versions alone."""

SQUAD = frozenset({"squad_em", "squad_f1"})
LOWER_IS_BETTER = frozenset({"perplexity", "log_loss", PAIR_LOSS, DIVERGENCE})

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)
UNSPACED = (
    r"\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\uff66-\uff9f\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)
"""Chinese characters and kana (Unicode's scripts Han, Hiragana and Katakana), written without spaces between words."""
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
LARGEST_EXPONENT = 700.0


def exact_match(answer: str, reference: str) -> float:
    """1 if both texts are the same apart from the white space around them, else 0."""
    return float(answer.strip() == reference.strip())


def squad_tokens(text: str) -> list[str]:
    """The words that SQuAD's official script compares (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250)."""
    return ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split()


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of precision and recall over the bag of words, 0 to 1, as in SQuAD.

    Where one of both has no words, the score is 1 if the other has none either, else 0.
    """
    ours, theirs = squad_tokens(answer), squad_tokens(reference)
    if not ours or not theirs:
        return float(ours == theirs)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs))


def squad_exact_match(answer: str, reference: str) -> float:
    """1 if both have the same words in the same order, as SQuAD's official script compares them, else 0."""
    return float(squad_tokens(answer) == squad_tokens(reference))


def macro_f1(true: NDArray[np.float64], predicted: NDArray[np.float64], both: NDArray[np.float64]) -> Any:
    """The mean over classes of `2 · both / (true + predicted)`, which is each class's F1.

    Classes that occur neither in the rows nor in the answers do not count, as in scikit-learn.

    Args:
        true, predicted, both: rows of each class, rows answered with it, and rows of which both hold: […, classes].

    Returns:
        […]; 0 where there are no classes at all.
    """
    occurring = true + predicted
    f1 = np.divide(2 * both, occurring, out=np.zeros_like(occurring), where=occurring > 0)
    return f1.sum(axis=-1) / np.maximum((occurring > 0).sum(axis=-1), 1)


def rouge(answer: str, reference: str, kind: str) -> float:
    """F-measure of `rouge1`, `rouge2` or `rougeL`, 0 to 1 (Lin 2004, https://aclanthology.org/W04-1013)."""
    return float(_rouge_scorer(kind).score(reference, answer)[kind].fmeasure)


def perplexity(nll: float, tokens: float) -> float:
    """`exp(nll / tokens)`: `nll` in nats summed over `tokens` trained tokens. Finite for every finite loss."""
    return math.exp(min(nll / tokens, LARGEST_EXPONENT))


def preferences(
    chosen: Sequence[float], rejected: Sequence[float], tokens: Sequence[tuple[int, int]], *, per_token: bool
) -> tuple[float, ...]:
    """1 for each pair whose chosen answer is likelier than the rejected one, ½ for a tie, else 0.

    Args:
        chosen, rejected: nats of the answers, [pairs].
        tokens: the trained tokens of both answers. A pair with none on one side, cut away, is a tie.
        per_token: compare nats per token, where the loss divides by length as well.
    """
    return tuple(
        0.5 if 0 in counts else _prefers(*((ours / counts[0], theirs / counts[1]) if per_token else (ours, theirs)))
        for ours, theirs, counts in zip(chosen, rejected, tokens, strict=True)
    )


def _prefers(chosen: float, rejected: float) -> float:
    return 0.5 if chosen == rejected else float(chosen < rejected)


def told_apart(nats: NDArray[np.float64], good: NDArray[np.bool_], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of all pairs of a good and a bad answer of which the good one is likelier; a tie counts ½.

    It is the area under the ROC curve of the likelihoods (Hanley and McNeil 1982,
    https://doi.org/10.1148/radiology.143.1.7063747).

    Args:
        nats: of each answer per token, [rows]. NaN, where it is cut away whole, is a tie with all others.
        good: which answers are marked good, [rows].
        counts: how often each row counts, [resamples, rows].

    Returns:
        [resamples]; ½ where all rows that count have one mark.
    """
    pairs = counts[:, good].sum(axis=1) * counts[:, ~good].sum(axis=1)
    known = np.argsort(nats)[: np.count_nonzero(~np.isnan(nats))]  # NaN is sorted behind all others
    if not len(known):
        return np.full(len(counts), 0.5)
    starts = np.flatnonzero(np.diff(nats[known], prepend=-np.inf))  # of each run of the same likelihood
    ours, theirs = (np.add.reduceat(counts[:, known] * mark[known], starts, axis=1) for mark in (good, ~good))
    behind = theirs.sum(axis=1, keepdims=True) - np.cumsum(theirs, axis=1)
    surplus = (ours * (behind + theirs / 2)).sum(axis=1) - ours.sum(axis=1) * theirs.sum(axis=1) / 2
    return np.asarray(0.5 + surplus / np.maximum(pairs, 1))


ANSWER_METRICS: Mapping[str, Callable[[str, str], float]] = {
    "exact_match": exact_match,
    "token_f1": token_f1,
    "accuracy": lambda answer, reference: float(answer == reference),
    "squad_em": squad_exact_match,
    "squad_f1": token_f1,
    "rouge1": lambda answer, reference: rouge(answer, reference, "rouge1"),
    "rouge2": lambda answer, reference: rouge(answer, reference, "rouge2"),
    "rougeL": lambda answer, reference: rouge(answer, reference, "rougeL"),
}
"""The metrics of a written answer against its reference; each gives one row's score."""


def score_answers(
    answers: Sequence[str], accepted: Sequence[tuple[str, ...]], metrics: Iterable[str]
) -> dict[str, tuple[float, ...]]:
    """Score each answer against the right ones of the same row, of which the best counts: metric → one score per row.

    Names that are no answer metric, such as `perplexity`, are left out.
    """
    compared = [
        (answer_of(answer), tuple(answer_of(reference) for reference in references))
        for answer, references in zip(answers, accepted, strict=True)
    ]
    return {
        name: tuple(
            max(ANSWER_METRICS[name](answer, reference) for reference in _counted(references, name))
            for answer, references in compared
        )
        for name in metrics
        if name in ANSWER_METRICS
    }


def _counted(references: tuple[str, ...], metric: str) -> tuple[str, ...]:
    """The right answers that a metric compares with: SQuAD's script drops those without words, where others have some.

    Source: `evaluate-v2.0.py`, https://rajpurkar.github.io/SQuAD-explorer/.
    """
    if metric not in SQUAD:
        return references
    return tuple(reference for reference in references if squad_tokens(reference)) or ("",)


class _Words:
    """rouge_score's own tokeniser drops every letter outside a–z; this one is equal on ASCII and keeps the others.

    What is written without spaces is split by character, else a whole sentence would be one word.
    """

    def tokenize(self, text: str) -> list[str]:
        return WORD.findall(text.lower())


@cache
def _rouge_scorer(kind: str) -> RougeScorer:
    # Loaded on first use: rouge_score brings nltk with it.
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([kind], tokenizer=_Words())
