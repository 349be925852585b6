"""The held-out rows that are scored before and after."""

from __future__ import annotations

import random
from collections.abc import Sequence

from modelforge.data.canonical_file import CanonicalRows
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.prepared_data import PreparedData
from modelforge.tasks.task import CanonicalRow


def held_out_rows(data: PreparedData, config: TrainingConfig, *, most: int | None = None) -> list[CanonicalRow]:
    """At most `most` held-out rows, else `evaluation.max_rows`, drawn by the seed, in the order of the file: the same
    every time."""
    if not data.has_validation:
        return []
    rows = CanonicalRows(data.rows("validation"))
    wanted = config.evaluation.max_rows if most is None else most
    chosen: Sequence[int] = range(len(rows))
    if wanted is not None and wanted < len(rows):
        chosen = sorted(random.Random(config.seed).sample(chosen, wanted))
    return [rows[index] for index in chosen]
