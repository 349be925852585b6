"""What is not there, or not any more: told as such, also where it was there a moment ago."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelforge.exceptions import NotFoundError, StorageError

WHERE_LISTED = {
    "run": "`modelforge runs ls` lists the ids of all runs.",
    "model": "`modelforge models ls` lists the ids of all models.",
    "export": "`modelforge exports ls` lists the ids of all exports.",
    "evaluation": "GET /api/v1/evaluations lists the ids of all evaluations.",
    "upload": "GET /api/v1/uploads lists the ids of all unfinished uploads.",
    "dataset": "The ids of all datasets are the names of the folders in `datasets/` under the home.",
}


def not_found(noun: str, name: str) -> NotFoundError:
    """There is no `noun` of this name."""
    return NotFoundError.named(noun, name[:80], hint=WHERE_LISTED[noun])


@contextmanager
def unless_gone(noun: str, folder: Path) -> Iterator[None]:
    """What fails inside the block because the whole folder went meanwhile is a NotFoundError."""
    try:
        yield
    except (StorageError, FileNotFoundError) as error:
        if not folder.is_dir():
            raise not_found(noun, folder.name) from error
        raise
