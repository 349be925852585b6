"""What the preflight says of the two sides of a split: what repeats, and what is held out although it is learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from modelforge.data.canonical_file import row_numbers
from modelforge.data.concerned_rows import ConcernedRows, Named
from modelforge.data.duplicates import Repeats, find_leakage
from modelforge.data.split import Split
from modelforge.schemas.preflight import Finding

TAKE_OUT = "Take them out of one of the two."


def split_notes(split: Split, validation: Path) -> list[Finding]:
    """What repeats in a dataset, and which prompts could not stay on one side.

    Args:
        validation: the canonical file of the held-out rows.
    """
    return [*_duplicates(split), *_prompts_on_both_sides(split, validation)]


def leakage_notes(train: Path, validation: Path, *, apart: bool, stage: str | None = None) -> list[Finding]:
    """The held-out rows that the model learns from, or has in an earlier stage: both are canonical files.

    Args:
        apart: the held-out rows are those of `data.validation_dataset`.
    """
    leakage = find_leakage(train, validation)
    rows, prompts = (_named(validation, places.tolist(), apart) for places in (leakage.rows, leakage.prompts))
    return [*_learned_rows(leakage, rows, stage), *_learned_prompts(prompts, stage)]


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
    yield Finding(
        truth="prompts-on-one-side",
        severity="warning",
        message=f"{_prompts(len(found), None)}, since it has too many rows to stay on one side: the report may "
        "flatter.",
        fix="Name data.validation_dataset with prompts of its own, or raise data.validation_split.",
        **_named(validation, np.searchsorted(split.validation, found).tolist(), apart=False),
        code="prompts-on-both-sides",
        params={"count": len(found)},
    )


def _learned_rows(leakage: Repeats, named: Named, stage: str | None) -> Iterator[Finding]:
    if not named["total"]:
        return
    yield Finding(
        truth="no-leakage",
        severity="warning",
        message=f"{leakage.exact:,} held-out row(s) are in {_where(stage)}, {leakage.near:,} resemble one there: the "
        "report will flatter.",
        fix=TAKE_OUT,
        **named,
        code="learned-rows-held-out" if stage is None else "earlier-stage-learned-rows",
        params={"exact": leakage.exact, "near": leakage.near, "stage": stage or ""},
    )


def _learned_prompts(named: Named, stage: str | None) -> Iterator[Finding]:
    count = named["total"]
    if not count:
        return
    yield Finding(
        truth="prompts-on-one-side",
        severity="warning",
        message=f"{_prompts(count, stage)}: the report may flatter.",
        fix=TAKE_OUT,
        **named,
        code="learned-prompts-held-out" if stage is None else "earlier-stage-learned-prompts",
        params={"count": count, "stage": stage or ""},
    )


def _named(validation: Path, places: Sequence[int], apart: bool) -> Named:
    """The held-out rows that stand at these places of their canonical file, by their numbers."""
    found = ConcernedRows()
    if places:
        numbers = row_numbers(validation)
        for at in places:
            found.add(int(numbers[at]), apart)
    return found.named


def _prompts(count: int, stage: str | None) -> str:
    return f"{count:,} held-out row(s) have a prompt that is in {_where(stage)}, with another answer"


def _where(stage: str | None) -> str:
    return "the training data as well" if stage is None else f"what stage {stage} trains on"
