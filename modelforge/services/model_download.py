"""A model folder as one zip file, written while it is sent: nothing of it is held in memory or on the disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import BinaryIO

from modelforge.storage.atomic import storage_errors
from modelforge.storage.folders import ModelFolder

BLOCK = 1 << 20


def zipped(folder: ModelFolder) -> Generator[bytes]:
    """Blocks of a zip file of the whole folder. Its files are opened at once, so that a deletion cuts nothing.

    Weights do not compress, so they are stored as they are.

    Raises:
        StorageError: a file cannot be opened; nothing was sent yet.
    """
    with ExitStack() as opening, storage_errors("read", folder.root):
        files = {
            f"{folder.id}/{path.relative_to(folder.root).as_posix()}": opening.enter_context(path.open("rb"))
            for path in folder.content
        }
        held = opening.pop_all()
    return _blocks(files, held)


def begun(folder: ModelFolder) -> Iterator[bytes]:
    """No blocks at all, for who asks how the zip file would be sent and takes none of it. Raises as `zipped` does."""
    with closing(zipped(folder)) as blocks:
        next(blocks)
    return iter(())


def _blocks(files: Mapping[str, BinaryIO], held: ExitStack) -> Generator[bytes]:
    sink = _Sink()
    with held, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, file in files.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                while block := file.read(BLOCK):
                    entry.write(block)
                    yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """Where the archive is written to: keeps what was written since the last look. It cannot seek."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: object) -> int:
        """Keep a copy of `data`."""
        block = bytes(data)  # type: ignore[call-overload]
        self._waiting += block
        return len(block)

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken
