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
from modelforge.storage.atomic import flush, storage_errors

BLOCK = 1 << 20
"""Bytes that are gathered before a thread writes them: few hops between threads, little memory."""

SILENCE = 60.0
"""Seconds without a byte after which a part is taken to be cut, so that its sender can go on."""


@dataclass(frozen=True)
class Received:
    """A file that has come in whole."""

    bytes: int
    sha256: str


async def append(blocks: AsyncIterator[bytes], path: Path, room: int) -> None:
    """Write `blocks` behind what is in `path`. What has come when the sender breaks off is there, and on the disk.

    Args:
        room: bytes that may come; of more than these, nothing beyond the last full block is written.

    Raises:
        TooLargeError: more came.
        RequestRefusedError: the sender broke off, or said nothing for a while.
        StorageError: the disk is full, for example; what fitted is there.
    """
    gathered = bytearray()
    with storage_errors("written", path), path.open("ab", buffering=0) as file:
        try:
            async for block in _audible(blocks):
                room -= len(block)
                if room < 0:
                    raise TooLargeError(
                        "More came than was announced.", hint="Begin the upload anew.", code="upload-too-long"
                    )
                gathered += block
                if len(gathered) >= BLOCK:
                    await asyncio.to_thread(_write, file, None, gathered)
                    gathered.clear()
        except (ClientDisconnect, TimeoutError) as error:
            raise RequestRefusedError(
                "The upload was cut off.",
                hint="What came is kept: ask where it stands, and send the rest.",
                code="upload-cut-and-kept",
            ) from error
        finally:
            await asyncio.to_thread(_keep, file, gathered)


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
                "The upload was cut off.", hint="Send it again; nothing of it was kept.", code="upload-cut"
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
            code="disk-too-small",
            params={"wanted": announced, "free": free},
        )


def too_large(limit: int) -> TooLargeError:
    """The error for an upload above the limit."""
    return TooLargeError(
        f"The file is larger than {limit:,} bytes.",
        hint="Split it, or raise MODELFORGE_MAX_UPLOAD_BYTES and start the server again.",
        code="file-too-large",
        params={"limit": limit},
    )


def measured(path: Path) -> Received:
    """Size and hash of a file that is here whole. Raises StorageError."""
    with storage_errors("read", path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Received(file.tell(), digest.hexdigest())


async def _audible(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The blocks; TimeoutError when none has come for a while, as where the way between is gone without a word."""
    while True:
        async with asyncio.timeout(SILENCE):
            try:
                block = await anext(blocks)
            except StopAsyncIteration:
                return
        yield block


def _keep(file: BinaryIO, data: bytearray) -> None:
    _write(file, None, data)
    flush(file.fileno())


def _write(file: BinaryIO, digest: hashlib._Hash | None, data: bytearray) -> None:
    if digest is not None:
        digest.update(data)
    view = memoryview(data)
    try:
        while view:
            view = view[file.write(view) :]
    finally:
        view.release()
