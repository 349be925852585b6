"""Answers that are classes: their numbers, and how often each was taken for which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.report import ConfusionMatrix

MOST_CLASSES = 50
"""A larger matrix tells nobody anything, and fills the report."""


def numbered_classes(base: RowScores, tuned: RowScores) -> tuple[NDArray[np.int64], ...]:
    """What is right, what the base and what the tuned model answered, as numbers from 0: three times [rows]."""
    numbers = {label: number for number, label in enumerate(_classes(base, tuned))}
    answered = (base.references, base.answers or (), tuned.answers or ())
    return tuple(np.array([numbers[label] for label in labels], dtype=np.int64) for labels in answered)


def confusion_matrix(base: RowScores, tuned: RowScores) -> ConfusionMatrix | None:
    """The matrices of both models; nothing where the answers are no classes, or too many."""
    classes = _classes(base, tuned)
    if not base.classes or base.answers is None or tuned.answers is None or len(classes) > MOST_CLASSES:
        return None
    right, before, after = numbered_classes(base, tuned)
    sides = (_counts(right, answered, len(classes)) for answered in (before, after))
    return ConfusionMatrix(classes=classes, base=next(sides), tuned=next(sides))


def _classes(base: RowScores, tuned: RowScores) -> tuple[str, ...]:
    """The base's classes, then those that only the tuned model has, then those that only the held-out rows have."""
    known = tuple(dict.fromkeys((*base.classes, *tuned.classes)))
    return (*known, *sorted(set(base.references) - set(known)))


def _counts(right: NDArray[np.int64], answered: NDArray[np.int64], classes: int) -> tuple[tuple[int, ...], ...]:
    table = np.bincount(right * classes + answered, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(int(count) for count in row) for row in table)
