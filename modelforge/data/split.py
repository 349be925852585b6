"""The split into training and held-out rows: seeded, stored, and with duplicates and prompts on one side."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from modelforge.data.canonical_file import CanonicalWriter, read_canonical_bytes
from modelforge.data.duplicates import Duplicates, find_duplicates
from modelforge.data.same_prompts import Positions, asked_in_training, with_prompts
from modelforge.exceptions import DatasetValidationError
from modelforge.schemas.base import Schema
from modelforge.storage.atomic import storage_errors, write_json


class Split(Schema):
    """Which rows are held out and which are left out; all others are trained on."""

    seed: int
    share: float
    """The share that was asked for, of the rows that are used."""
    rows: int
    """Rows of the source."""
    train_rows: int
    validation_rows: int
    exact_duplicates: int
    """Rows that equal an earlier one."""
    near_duplicates: int
    """Rows that resemble an earlier one without equalling one."""
    validation: tuple[int, ...]
    """The rows held out, by number from 0 in the order of the canonical file."""
    prompts_on_both_sides: tuple[int, ...]
    """The held-out rows whose prompt is trained on too, with another answer."""
    left_out: tuple[int, ...]
    """Rows in neither part: copies, with `drop_duplicates`, and rows beyond `max_samples`."""


def split_rows(
    canonical: Path,
    share: float,
    seed: int,
    *,
    max_samples: int | None = None,
    drop_duplicates: bool = False,
    duplicates: Duplicates | None = None,
) -> Split:
    """Choose the held-out rows of a canonical file. The same file, share and seed give the same split.

    Args:
        share: of the rows that are used to hold out, from 0 to 0.5; met exactly wherever the groups of rows that must
            stay together allow it.
        max_samples: train on at most this many rows, chosen by the seed; the share is of these and the held-out ones.
        drop_duplicates: leave out rows that equal an earlier one.
        duplicates: from `find_duplicates`, where they are known already.

    Raises:
        DatasetValidationError: all rows are duplicates of each other, so that none can be held out.
    """
    found = duplicates or find_duplicates(canonical)
    total = len(found.exact)
    everything = np.arange(total)
    kept = np.flatnonzero(found.exact == everything) if drop_duplicates else everything
    random = np.random.default_rng(seed)
    used = len(kept) if max_samples is None else min(len(kept), round(max_samples / (1 - share)))
    held_out = _held_out(found, kept, round(share * used) or (1 if share > 0 else 0), random)
    train = np.setdiff1d(kept, held_out, assume_unique=True)
    if max_samples is not None and len(train) > max_samples:
        train = np.sort(random.permutation(train)[:max_samples])
    left_out = np.setdiff1d(everything, np.concatenate([train, held_out]), assume_unique=True)
    return Split(
        seed=seed,
        share=share,
        rows=total,
        train_rows=len(train),
        validation_rows=len(held_out),
        exact_duplicates=found.exact_duplicates,
        near_duplicates=found.near_duplicates,
        validation=tuple(held_out.tolist()),
        prompts_on_both_sides=tuple(asked_in_training(found.prompts, held_out, train).tolist()),
        left_out=tuple(left_out.tolist()),
    )


def write_split(canonical: Path, split: Split, train: Path, validation: Path, record: Path) -> None:
    """Write the two parts as canonical files and the split as JSON. Without held-out rows `validation` is not written.

    Raises:
        StorageError: a file cannot be written.
    """
    held_out, left_out = frozenset(split.validation), frozenset(split.left_out)
    numbered = enumerate(read_canonical_bytes(canonical))
    with storage_errors("written", train), CanonicalWriter(train) as training:
        if not held_out:
            _write(training, (row for at, row in numbered if at not in left_out))
        else:
            with CanonicalWriter(validation) as holding:
                for at, (number, data) in numbered:
                    if at in held_out:
                        holding.write(number, data)
                    elif at not in left_out:
                        training.write(number, data)
    write_json(record, split.model_dump(mode="json"))


def _write(writer: CanonicalWriter, rows: Iterable[tuple[int, bytes]]) -> None:
    for number, data in rows:
        writer.write(number, data)


def _held_out(found: Duplicates, kept: Positions, wanted: int, random: np.random.Generator) -> Positions:
    """Whole groups in random order, until `wanted` rows are held out; a group that does not fit is passed over.

    A group is what is alike or has one prompt. A prompt of more than half of what is wanted is no reason to stay
    together: of such prompts one at most would be held out, and where all rows have the same, nothing could be.
    """
    if not wanted:
        return np.empty(0, dtype=np.int64)
    alike = found.groups[kept]
    _, first = np.unique(alike, return_index=True)
    if len(first) < 2:
        raise DatasetValidationError(
            "All rows are alike, so that none can be held out to measure on.",
            hint="Add different rows, name data.validation_dataset, or set data.validation_split: 0.",
            code="rows-all-alike",
        )
    groups = with_prompts(found, kept, -(-wanted // 2))[kept]
    names, member, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    copies = sizes - np.bincount(member[first], minlength=len(names))
    chosen = _fill(random.permutation(len(names)), sizes, copies, wanted)
    return kept[np.isin(member, chosen)]


def _fill(order: Positions, sizes: Positions, copies: Positions, wanted: int) -> list[int]:
    """Groups with many copies are taken last: a held-out set of copies measures little."""
    chosen: list[int] = []
    room = wanted
    many = copies >= max(1, wanted // 10)
    for group in (*order[~many[order]].tolist(), *order[many[order]].tolist()):
        if not room:
            break
        if sizes[group] <= room:
            chosen.append(group)
            room -= int(sizes[group])
    return chosen or [int(order[np.argmin(sizes[order])])]
