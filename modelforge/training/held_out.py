"""The held-out rows that are scored before and after."""

from __future__ import annotations

from modelforge.data.canonical_file import CanonicalRows
from modelforge.data.measured_rows import measured_places
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.prepared_data import PreparedData
from modelforge.tasks.task import CanonicalRow


def held_out_rows(
    data: PreparedData, config: TrainingConfig, *, reads: bool = False, most: int | None = None
) -> list[CanonicalRow]:
    """At most `most` held-out rows, else `evaluation.max_rows`, drawn by the seed, in the order of the file: the same
    every time. `reads`: as for `measured_places`."""
    places = measured_places(data, config, reads=reads, most=config.evaluation.max_rows if most is None else most)
    if not places:
        return []
    rows = CanonicalRows(data.rows("validation"))
    return [rows[place] for place in places]
