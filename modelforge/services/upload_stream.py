"""A body that comes in, block by block, into a file: hashed on the way, in constant memory, up to a limit."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from starlette.requests import ClientDisconnect

from modelforge.exceptions import RequestRefusedError, StorageError, TooLargeError
from modelforge.storage.atomic import storage_errors

BLOCK = 1 << 20
"""Bytes that are gathered before a thread writes them: few hops between threads, little memory."""


@dataclass(frozen=True)
class Received:
    """A file that has come in whole."""

    bytes: int
    sha256: str


async def receive(blocks: AsyncIterator[bytes], path: Path, limit: int) -> Received:
    """Write `blocks` to `path`.

    Raises:
        TooLargeError: more than `limit` bytes came.
        RequestRefusedError: the sender broke off.
        StorageError: the disk is full, for example.
    """
    digest, size, gathered = hashlib.sha256(), 0, bytearray()
    with storage_errors("written", path), path.open("wb", buffering=0) as file:
        try:
            async for block in blocks:
                size += len(block)
                if size > limit:
                    raise too_large(limit)
                gathered += block
                if len(gathered) >= BLOCK:
                    await asyncio.to_thread(_write, file, digest, gathered)
                    gathered.clear()
        except ClientDisconnect as error:
            raise RequestRefusedError(
                "The upload was cut off.", hint="Send it again; nothing of it was kept."
            ) from error
        await asyncio.to_thread(_write, file, digest, gathered)
    return Received(size, digest.hexdigest())


def refuse_unfitting(announced: int | None, limit: int, folder: Path) -> None:
    """Refuse an upload before it begins, by the size that it announces. Raises TooLargeError, StorageError."""
    if announced is None:
        return
    if announced > limit:
        raise too_large(limit)
    free = shutil.disk_usage(folder).free
    if announced > free:
        raise StorageError(
            f"The upload takes {announced:,} bytes, and the disk has {free:,} free.",
            hint="Free some space on the disk, then try again.",
            details={"reason": "disk_full"},
        )


def too_large(limit: int) -> TooLargeError:
    """The error for an upload above the limit."""
    return TooLargeError(
        f"The file is larger than {limit:,} bytes.",
        hint="Split it, or raise MODELFORGE_MAX_UPLOAD_BYTES and start the server again.",
    )


def _write(file: BinaryIO, digest: hashlib._Hash, data: bytearray) -> None:
    digest.update(data)
    view = memoryview(data)
    try:
        while view:
            view = view[file.write(view) :]
    finally:
        view.release()
