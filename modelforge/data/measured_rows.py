"""The held-out rows that a run is measured on: the same before, during and after training."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from modelforge.data.canonical_file import row_numbers
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.prepared_data import PreparedData


def drawn(rows: int, most: int | None, seed: int) -> Sequence[int]:
    """The places of at most `most` of so many rows, drawn by the seed, in the order of the file; None draws all."""
    if most is None or most >= rows:
        return range(rows)
    return sorted(random.Random(seed).sample(range(rows), most))


def measured_places(
    data: PreparedData, config: TrainingConfig, *, reads: bool = False, most: int | None
) -> Sequence[int]:
    """The places of at most `most` held-out rows, drawn by the seed, in the order of the file; None draws all.

    Args:
        reads: whether the model reads and does not write. It is asked about every row, of which it is shown as much as
            fits; one that writes, only about rows that the preflight has not left out.
    """
    places = _held_out(data) if reads else _usable(data)
    return [places[at] for at in drawn(len(places), most, config.seed)]


def count_unmeasured(data: PreparedData) -> int:
    """How many held-out rows the preflight has left out, so that a model that writes is not measured on them."""
    return len(_held_out(data)) - len(_usable(data))


def measured_tokens(data: PreparedData, config: TrainingConfig, *, reads: bool = False) -> Any | None:
    """The tokens of at most `evaluation.max_rows` held-out rows, a `datasets.Dataset` with the `row` of each.

    None where none is held out, or the preflight has left out all of them.

    Args:
        reads: as for `measured_places`.
    """
    import numpy as np

    places = measured_places(data, config, reads=reads, most=config.evaluation.max_rows)
    if not places:
        return None
    tokens = _tokens(data)
    if len(places) < len(_held_out(data)):
        wanted = np.asarray(row_numbers(data.rows("validation")))[places]
        tokens = tokens.select(np.flatnonzero(np.isin(tokens.data.column("row").to_numpy(), wanted)))
    return tokens if len(tokens) else None


def _held_out(data: PreparedData) -> Sequence[int]:
    return range(len(row_numbers(data.rows("validation")))) if data.has_validation else ()


def _usable(data: PreparedData) -> Sequence[int]:
    """The places of the held-out rows that have tokens."""
    if not data.has_validation:
        return ()
    import numpy as np

    found = np.isin(row_numbers(data.rows("validation")), _tokens(data).data.column("row").to_numpy())
    places: list[int] = np.flatnonzero(found).tolist()
    return places


def _tokens(data: PreparedData) -> Any:
    from datasets import Dataset

    return Dataset.from_file(str(data.tokens("validation")))
