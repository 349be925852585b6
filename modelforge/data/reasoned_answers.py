"""Whether the answers of a dataset begin with reasoning: a model is asked as most of its answers were learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from modelforge.data.preferences import sides_of
from modelforge.tasks.reasoning import thinking_for


def mostly_reason(rows: Iterable[Mapping[str, Any]]) -> bool | None:
    """Whether more than half of the rows' answers begin with reasoning; nothing where there are no answers."""
    votes = [vote for row in rows if (vote := _vote(row)) is not None]
    return 2 * sum(votes) > len(votes) if votes else None


def _vote(row: Mapping[str, Any]) -> bool | None:
    side = sides_of(row)[0]
    answer = side.get("messages") or side.get("completion")
    return thinking_for(answer[-1]) if isinstance(answer, list) else None
