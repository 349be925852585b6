"""Writes that are there completely or not at all, whatever kills the process or the machine.

A file is written beside its place, flushed to the disk and renamed over it; a folder is built elsewhere on the same
volume, flushed and renamed into place. Then the parent folder is flushed, without which a rename may be lost.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from modelforge.exceptions import ConflictError, StorageError

TEMPORARY = ".tmp"
"""Suffix of a file that is being written; it is never read, and a leftover may be deleted."""


@contextmanager
def storage_errors(action: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` inside the block into a `StorageError` that says what could not be done, and why.

    `details["reason"]` is `disk_full` where the disk or the quota is full, else `input_output`.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise StorageError(
            f"{path} could not be {action}: {error.strerror or error}.",
            hint="Free some space on the disk, then try again." if full else "Check the disk and its permissions.",
            details={"reason": "disk_full" if full else "input_output"},
            code="disk-full-for-file" if full else "storage-failed",
            params={"path": str(path), "reason": str(error.strerror or error)},
        ) from error


def make_folder(folder: Path) -> Path:
    """The same folder, which is there afterwards, its parents too. Raises StorageError."""
    with storage_errors("created", folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def flush(descriptor: int) -> None:
    """Have the disk itself hold what was written to `descriptor`; on macOS `fsync` alone stops at the drive's cache."""
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def flush_path(path: Path) -> None:
    """Flush one file, or the entries of one folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(path: Path) -> None:
    """Flush every file under `path`, then every folder from the inside out, `path` itself last."""
    with storage_errors("flushed to the disk", path):
        for folder, _, names in os.walk(path, topdown=False):
            for name in names:
                flush_path(Path(folder, name))
            flush_path(Path(folder))


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; the kernel may take a large block in parts."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_bytes(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace `path` by `data`, atomically and durably; at no moment has it other rights than `mode`.

    The folder must exist.

    Raises:
        StorageError: the old content, if any, is untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}{TEMPORARY}")
    with storage_errors("written", path):
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            try:
                write_all(descriptor, data)
                flush(descriptor)
            finally:
                os.close(descriptor)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_path(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by `value` as indented JSON, atomically and durably."""
    write_bytes(path, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        StorageError: it is not there, cannot be read, or is not JSON.
    """
    with storage_errors("read", path):
        data = path.read_bytes()
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise StorageError(
            f"{path} is damaged: {error}.",
            hint="Restore it from a backup, or delete the folder it lies in.",
            code="file-damaged",
            params={"path": str(path), "reason": str(error)},
        ) from error


def _name_taken(final: Path) -> ConflictError:
    return ConflictError(
        f"{final.name} exists already.",
        hint="Choose another id, or delete the old one first.",
        code="name-taken",
        params={"name": final.name},
    )


def grant_rights_of(folder: Path) -> None:
    """Give all files under `folder` the rights to read and write that it has itself, by this process's umask: some
    libraries write files for their owner alone. Raises StorageError."""
    with storage_errors("published", folder):
        rights = folder.stat().st_mode & 0o666
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                path.chmod(rights)


def publish_folder(staging: Path, final: Path) -> None:
    """Move the finished folder `staging` to `final`, which appears complete or not at all. Both lie on one volume.

    Raises:
        ConflictError: `final` exists already.
        StorageError: the folder could not be flushed or moved.
    """
    fsync_tree(staging)
    with storage_errors("published", final):
        final.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(final):  # rename(2) would silently replace an empty folder
            raise _name_taken(final)
        try:
            os.rename(staging, final)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another process published it meanwhile
                raise _name_taken(final) from error
            raise
        flush_path(final.parent)
        flush_path(staging.parent)
