"""Run folders that are made together: all of them are there, or none, whatever kills the process that makes them.

A rename publishes one folder. So the first run goes last, and is the sign for all: until its folder is there, the
others carry a file that hides them. A lock on that file tells the sweep whether their maker lives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from modelforge.exceptions import ConflictError
from modelforge.schemas.base import Schema
from modelforge.schemas.run import RunSpec
from modelforge.storage.atomic import flush_path, publish_folder, storage_errors, write_bytes, write_json
from modelforge.storage.file_lock import FileLock
from modelforge.storage.folders import RunFolder


@dataclass(frozen=True)
class RunDraft:
    """What the folder of a run is made from."""

    spec: RunSpec
    """Written as `spec.json`, and its config as `recipe.yaml`."""
    prepared: Path
    """The folder of prepared rows, on the volume of the home; moved in as `data/`."""
    preflight: Schema | None = None
    """Written as `preflight.json`."""
    plan: Schema | None = None
    """Written as `plan.json`."""
    ticket: Schema | None = None
    """Written as `queue.json`: the run waits in the server's queue."""
    reward_source: bytes | None = None
    """Written as the run's `reward.py`."""


def write_draft(draft: RunDraft, folder: RunFolder, final: Path) -> None:
    """Write all files of a new run into `folder`, which is to become `final`. Raises StorageError."""
    with storage_errors("created", final):
        for part in (folder.root, folder.checkpoints, folder.staging, folder.report):
            part.mkdir()
        draft.prepared.rename(folder.data)
    write_json(folder.spec, draft.spec.model_dump(mode="json"))
    recipe = yaml.safe_dump(draft.spec.config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_bytes(folder.recipe, recipe.encode())
    if draft.reward_source is not None:
        write_bytes(folder.reward_file, draft.reward_source)
    documents = ((folder.preflight, draft.preflight), (folder.plan, draft.plan), (folder.ticket, draft.ticket))
    for path, document in documents:
        if document is not None:
            write_json(path, document.model_dump(mode="json"))


def publish_runs(folders: Sequence[RunFolder], runs: Path) -> list[RunFolder]:
    """Move finished run folders into `runs`, the first one last: with it all are there.

    Raises:
        ConflictError: an id is taken.
        StorageError: a folder could not be flushed or moved. No run is listed.
    """
    first, *others = folders
    if others and (runs / first.id).exists():  # it would vouch for runs that it was not made with
        raise ConflictError(
            f"{first.id} exists already.",
            hint="Choose another id, or delete the old one first.",
            code="name-taken",
            params={"name": first.id},
        )
    with ExitStack() as locks:
        for folder in others:
            write_bytes(folder.made_with, first.id.encode())
            locks.enter_context(_held(folder))
        for folder in (*reversed(others), first):
            publish_folder(folder.root, runs / folder.id)
        published = [RunFolder(runs / folder.id) for folder in folders]
        for folder in published[1:]:
            reveal(folder)
    return published


def is_whole(folder: RunFolder) -> bool:
    """Whether a run is there together with those that it was made with."""
    if not folder.spec.exists():
        return False
    try:
        first = folder.made_with.read_text()
    except FileNotFoundError:
        return True
    return not first or RunFolder(folder.root.parent / first).spec.exists()  # empty: revealed while it was looked at


def reveal(folder: RunFolder) -> None:
    """Have a run be there whatever becomes of the one that it was made with."""
    with storage_errors("written", folder.made_with):
        folder.made_with.unlink(missing_ok=True)
        flush_path(folder.root)


def abandoned(folders: Sequence[RunFolder]) -> Iterator[RunFolder]:
    """The runs whose maker died before all were there. Those of a maker who died right behind that are revealed."""
    for folder in folders:
        lock = FileLock.try_take(folder.made_with) if folder.made_with.exists() else None
        if lock is None:
            continue
        with lock:
            if is_whole(folder):
                reveal(folder)
            else:
                yield folder


@contextmanager
def _held(folder: RunFolder) -> Iterator[None]:
    lock = FileLock.try_take(folder.made_with)
    assert lock is not None, "nobody else knows a folder that is still being made"
    with lock:
        yield
