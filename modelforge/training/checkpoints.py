"""Checkpoints that are whole or not there, and the search for the newest one that can be trusted.

The trainer writes into the run's `staging/`. A finished checkpoint is flushed to the disk, described file by file in
`MANIFEST.json`, and renamed into `checkpoints/`: a kill at any moment leaves the earlier ones as they were.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from pydantic import ValidationError

from modelforge.exceptions import StorageError
from modelforge.schemas.base import Schema
from modelforge.storage.atomic import publish_folder, storage_errors, write_bytes
from modelforge.storage.folders import RunFolder

MANIFEST = "MANIFEST.json"
NAME = re.compile(r"checkpoint-([0-9]+)(?:-([0-9]+))?")


class FileRecord(Schema):
    """One file of a checkpoint."""

    size: int
    sha256: str


class CheckpointManifest(Schema):
    """`MANIFEST.json`: what a checkpoint consists of, and whose it is."""

    run_id: str
    step: int
    epoch: int
    """The attempt that wrote it."""
    created_at: datetime
    evaluation_loss: float | None
    """The held-out loss measured at this very step, if it was."""
    files: dict[str, FileRecord]
    """Path within the checkpoint → what it must be."""


@dataclass(frozen=True)
class Refusal:
    """Why a checkpoint was not used."""

    name: str
    reason: str


@dataclass(frozen=True)
class CheckpointSearch:
    """The newest checkpoint that is whole, and why newer ones were passed over."""

    path: Path | None
    refused: tuple[Refusal, ...]


def publish_checkpoint(
    staged: Path, folder: RunFolder, *, step: int, epoch: int, evaluation_loss: float | None = None
) -> Path:
    """Move the checkpoint that the trainer wrote at `staged` among the run's checkpoints; returns where it lies.

    A second checkpoint of one step, after an evaluation for example, gets a name of its own and outranks the first.

    Raises:
        StorageError: nothing was published.
    """
    with storage_errors("read", staged):
        files = {str(path.relative_to(staged)): _record(path) for path in sorted(_files(staged))}
    manifest = CheckpointManifest(
        run_id=folder.id,
        step=step,
        epoch=epoch,
        created_at=datetime.now(UTC),
        evaluation_loss=evaluation_loss,
        files=files,
    )
    write_bytes(staged / MANIFEST, _signed(manifest))
    final = _free_name(folder.checkpoints, step)
    publish_folder(staged, final)
    return final


def newest_valid(folder: RunFolder) -> CheckpointSearch:
    """The newest checkpoint in which every byte is as it was published."""
    refused: list[Refusal] = []
    for path in published(folder):
        reason = fault(path, folder.id)
        if reason is None:
            return CheckpointSearch(path, tuple(refused))
        refused.append(Refusal(path.name, reason))
    return CheckpointSearch(None, tuple(refused))


def best_valid(folder: RunFolder) -> Path | None:
    """The checkpoint with the lowest evaluation loss in which every byte is as it was published."""
    for path in _by_loss(folder):
        if fault(path, folder.id) is None:
            return path
    return None


def prune(folder: RunFolder, keep: int, *, verified: Path | None = None) -> list[Path]:
    """Delete all but the newest `keep` checkpoints and the one with the lowest evaluation loss; returns the deleted.

    Only what is no longer needed goes: nothing is deleted unless a valid checkpoint stays.

    Args:
        folder: the run.
        keep: at least 1.
        verified: a checkpoint known to be valid because it was published a moment ago; it is not read again.
    """
    newest_first = list(published(folder))
    kept = {*_one_per_step(newest_first)[:keep], *_by_loss(folder)[:1], *([verified] if verified else [])}
    doomed = [path for path in newest_first if path not in kept]
    if not doomed or not any(path == verified or fault(path, folder.id) is None for path in sorted(kept)):
        return []
    for path in doomed:
        _delete(path, folder)
    return doomed


def published(folder: RunFolder) -> Iterator[Path]:
    """All published checkpoints, whole or not, the newest first."""
    if folder.checkpoints.is_dir():
        yield from sorted(
            (path for path in folder.checkpoints.iterdir() if NAME.fullmatch(path.name)), key=_rank, reverse=True
        )


def read_manifest(checkpoint: Path) -> CheckpointManifest:
    """The manifest of a checkpoint, if it is byte for byte what was written.

    Raises:
        StorageError: it is missing or damaged.
    """
    path = checkpoint / MANIFEST
    with storage_errors("read", path):
        data = path.read_bytes()
    try:
        content = orjson.loads(data)
        content.pop("signature", None)
        manifest = CheckpointManifest.model_validate(content)
    except (orjson.JSONDecodeError, ValidationError, AttributeError) as error:
        raise StorageError(f"{MANIFEST} cannot be read.", code="checkpoint-not-readable") from error
    if data != _signed(manifest):
        raise StorageError(f"{MANIFEST} was changed after it was written.", code="checkpoint-changed")
    return manifest


def fault(checkpoint: Path, run_id: str) -> str | None:
    """What is wrong with a checkpoint of the run `run_id`, or nothing; reads every byte."""
    try:
        manifest = read_manifest(checkpoint)
        if manifest.run_id != run_id:
            return f"it belongs to run {manifest.run_id}"
        if _rank(checkpoint)[0] != manifest.step:
            return f"it is the checkpoint of step {manifest.step}"
        return _file_fault(checkpoint, manifest)
    except StorageError as error:
        return error.message
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def _file_fault(checkpoint: Path, manifest: CheckpointManifest) -> str | None:
    there = {str(path.relative_to(checkpoint)): path for path in _files(checkpoint) if path.name != MANIFEST}
    for name, record in manifest.files.items():
        path = there.pop(name, None)
        if path is None:
            return f"{name} is missing"
        if path.is_symlink() or (size := path.stat().st_size) != record.size:
            return f"{name} is a link" if path.is_symlink() else f"{name} has {size} bytes, expected {record.size}"
    if there:
        return f"{min(there)} does not belong to it"
    for name, record in manifest.files.items():
        if _sha256(checkpoint / name) != record.sha256:
            return f"{name} was changed after it was written"
    return None


def _signed(manifest: CheckpointManifest) -> bytes:
    """The manifest as it is written: canonical JSON with the SHA-256 of everything else in it."""
    body = manifest.model_dump(mode="json")
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    signature = hashlib.sha256(orjson.dumps(body, option=option)).hexdigest()
    return orjson.dumps({**body, "signature": signature}, option=option)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def _record(path: Path) -> FileRecord:
    return FileRecord(size=path.stat().st_size, sha256=_sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rank(checkpoint: Path) -> tuple[int, int]:
    """(step, how many checkpoints of this step came before)."""
    match = NAME.fullmatch(checkpoint.name)
    return (int(match[1]), int(match[2] or 1)) if match else (-1, 0)


def _free_name(parent: Path, step: int) -> Path:
    name, number = f"checkpoint-{step}", 1
    while (parent / name).exists():
        number += 1
        name = f"checkpoint-{step}-{number}"
    return parent / name


def _one_per_step(newest_first: list[Path]) -> list[Path]:
    first: dict[int, Path] = {}
    for path in newest_first:
        first.setdefault(_rank(path)[0], path)
    return list(first.values())


def _by_loss(folder: RunFolder) -> list[Path]:
    """Checkpoints with a known evaluation loss, the lowest first; of equals, the earliest."""
    losses: list[tuple[float, int, Path]] = []
    for path in published(folder):
        try:
            loss = read_manifest(path).evaluation_loss
        except StorageError:
            continue
        if loss is not None:
            losses.append((loss, _rank(path)[0], path))
    return [path for _, _, path in sorted(losses)]


def _delete(checkpoint: Path, folder: RunFolder) -> None:
    """Out of sight in one rename, then the files; what a kill leaves in `staging/` goes with the next attempt."""
    with storage_errors("deleted", checkpoint):
        doomed = folder.staging / f"deleted-{checkpoint.name}"
        shutil.rmtree(doomed, ignore_errors=True)
        checkpoint.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
