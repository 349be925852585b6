"""Single rows in their canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelforge.data.canonical import CONVERTERS, CanonicalRow
from modelforge.data.fields import is_error
from modelforge.data.problem_log import Fault
from modelforge.schemas.dataset import Shape


def to_canonical(values: Mapping[str, Any], shape: Shape, columns: Mapping[str, str]) -> CanonicalRow:
    """The canonical row of a row without an error, as `RowStream` makes it."""
    faults: list[Fault] = []
    row = CONVERTERS[shape](values, columns, faults)
    assert row is not None
    assert not any(is_error(fault) for fault in faults)
    return row
