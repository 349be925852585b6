"""What the preflight says of the two sides of a split: what repeats, and what is held out although it is learned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from modelforge.data.canonical_file import CanonicalRows
from modelforge.data.context_turns import NAMED_ROWS
from modelforge.data.duplicates import Repeats, find_leakage
from modelforge.data.split import Split
from modelforge.schemas.preflight import Finding


def split_notes(split: Split, validation: Path) -> list[Finding]:
    """What repeats in a dataset, and which prompts could not stay on one side.

    Args:
        validation: the canonical file of the held-out rows.
    """
    return [*_duplicates(split), *_prompts_on_both_sides(split, validation)]


def leakage_notes(train: Path, validation: Path, stage: str | None = None) -> list[Finding]:
    """The held-out rows that the model learns from, or has in an earlier stage: both are canonical files."""
    leakage = find_leakage(train, validation)
    held_out = CanonicalRows(validation)
    return [*_learned_rows(leakage, held_out, stage), *_learned_prompts(leakage, held_out, stage)]


def _duplicates(split: Split) -> Iterator[Finding]:
    if not split.exact_duplicates + split.near_duplicates:
        return
    yield Finding(
        truth="duplicates",
        severity="warning",
        message=f"{split.exact_duplicates:,} row(s) repeat an earlier one, {split.near_duplicates:,} resemble one. "
        "Copies lie on one side of the split.",
        fix=None if not split.exact_duplicates else "data.drop_duplicates: true leaves the exact copies out.",
        total=split.exact_duplicates + split.near_duplicates,
        code="exact-duplicates" if split.exact_duplicates else "near-duplicates",
        params={"exact": split.exact_duplicates, "near": split.near_duplicates},
    )


def _prompts_on_both_sides(split: Split, validation: Path) -> Iterator[Finding]:
    found = split.prompts_on_both_sides
    if not found:
        return
    held_out = CanonicalRows(validation)
    places = np.searchsorted(split.validation, found[:NAMED_ROWS])
    yield Finding(
        truth="prompts-on-one-side",
        severity="warning",
        message=f"{len(found):,} held-out row(s) have a prompt that is trained on too, with another answer: it has too "
        "many rows to stay on one side. The report may flatter.",
        fix="Name data.validation_dataset with prompts of its own, or raise data.validation_split.",
        rows=tuple(held_out[int(at)]["row"] for at in places),
        total=len(found),
        code="prompts-on-both-sides",
        params={"count": len(found)},
    )


def _learned_rows(leakage: Repeats, held_out: CanonicalRows, stage: str | None) -> Iterator[Finding]:
    if not len(leakage.rows):
        return
    yield Finding(
        truth="no-leakage",
        severity="warning",
        message=f"{leakage.exact:,} validation row(s) are in {_where(stage)}, {leakage.near:,} resemble one there: the "
        "report will flatter.",
        fix="Take them out of one of the two.",
        rows=tuple(held_out[int(at)]["row"] for at in leakage.rows[:NAMED_ROWS]),
        total=len(leakage.rows),
        code="learned-rows-held-out" if stage is None else "earlier-stage-learned-rows",
        params={"exact": leakage.exact, "near": leakage.near, "stage": stage or ""},
    )


def _learned_prompts(leakage: Repeats, held_out: CanonicalRows, stage: str | None) -> Iterator[Finding]:
    count = len(leakage.prompts)
    if not count:
        return
    yield Finding(
        truth="prompts-on-one-side",
        severity="warning",
        message=f"{count:,} validation row(s) have a prompt that is in {_where(stage)}, with another answer: the "
        "report may flatter.",
        fix="Take them out of one of the two.",
        rows=tuple(held_out[int(at)]["row"] for at in leakage.prompts[:NAMED_ROWS]),
        total=count,
        code="learned-prompts-held-out" if stage is None else "earlier-stage-learned-prompts",
        params={"count": count, "stage": stage or ""},
    )


def _where(stage: str | None) -> str:
    return "the training data as well" if stage is None else f"what stage {stage} trains on"
