"""`events.jsonl`: what a run says, one JSON object per line, numbered without a gap.

One process writes (the one that holds the run's lock), any number read. An event is one write; a writer killed inside
it leaves a torn last line, which no reader takes for an event and which the next writer cuts off. What a disk has
damaged between two events is passed over, and told instead.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
from pydantic import ValidationError

from modelforge.schemas.config.written import NO_TEXT
from modelforge.schemas.events import Event, EventKind
from modelforge.schemas.remark import remark
from modelforge.storage.atomic import flush, storage_errors, write_all

DURABLE: frozenset[EventKind] = frozenset({"checkpoint", "state", "error", "report", "model"})
"""Kinds that are on the disk before the run goes on; the others follow with the next one of these."""
BLOCK = 1 << 20
SHORTEST = len(b'{"seq":1,"epoch":1,"time":1.0,"kind":"plan","data":{}}\n')
"""Bytes of an event that says nothing: a broken line stands for one event, or for no more than it had room for."""


class EventLog:
    """Appends events; the first number follows the last whole event in the file."""

    def __init__(self, path: Path, epoch: int) -> None:
        """Open `path` for the attempt `epoch`, cutting off what a killed writer left unfinished.

        Raises:
            StorageError: the file cannot be opened.
        """
        self.path = path
        self.epoch = epoch
        self._turn = threading.Lock()
        with storage_errors("opened", path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self.seq, self._size = _last_event(self._file)
            os.ftruncate(self._file, self._size)

    def append(self, kind: EventKind, data: dict[str, Any]) -> Event:
        """Write one event; safe to call from any thread. A number that is no number (NaN) is written as null;
        U+FFFD stands for what no text can hold: NUL, and halves of characters.

        Raises:
            StorageError: it was not written, and left nothing behind; the disk is full, for example.
        """
        with self._turn, storage_errors("written", self.path):
            said = _storable(data)
            event = Event(seq=self.seq + 1, epoch=self.epoch, time=time.time(), kind=kind, data=said)
            line = orjson.dumps(event.model_dump(), option=orjson.OPT_APPEND_NEWLINE)
            try:
                write_all(self._file, line)
            except OSError:
                os.ftruncate(self._file, self._size)
                raise
            self.seq, self._size = event.seq, self._size + len(line)
            if kind in DURABLE:
                flush(self._file)
        return event

    def close(self) -> None:
        """Flush and close."""
        flush(self._file)
        os.close(self._file)

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class EventPage:
    """Events read, and where to read on."""

    events: tuple[Event, ...]
    offset: int
    """Bytes up to the end of the last event."""


def read_events(path: Path, offset: int = 0, *, limit: int = 1000) -> EventPage:
    """Read up to `limit` whole events from byte `offset`, in memory bounded by them. No file yet: no events.

    Lines that are no events are passed over where an event follows, and a notice stands in the place of what they were.
    Behind the last event they are left alone: a writer is at work on them, or the next one will cut them off.

    Raises:
        StorageError: the file cannot be read.
    """
    events: list[Event] = []
    if not path.exists():
        return EventPage((), offset)
    with storage_errors("read", path), path.open("rb") as file:
        file.seek(offset)
        broken: list[int] = []
        for line in file:
            event = _event(line)
            if event is None:
                broken.append(len(line))
                continue
            if broken:
                before = events[-1].seq if events else _last_event(file.fileno(), offset)[0]
                events += _in_place_of(broken, before, event)
            events.append(event)
            offset += sum(broken) + len(line)
            broken.clear()
            if len(events) >= limit:
                break
    return EventPage(tuple(events), offset)


def ends_a_line(path: Path, offset: int) -> bool:
    """Whether `offset` is still the end of a line: not so when the machine lost what it had not yet flushed.

    Raises:
        StorageError: the file cannot be read.
    """
    if offset == 0:
        return True
    if not path.exists():
        return False
    with storage_errors("read", path), path.open("rb") as file:
        file.seek(offset - 1)
        return file.read(1) == b"\n"


def _storable(value: Any) -> Any:
    """The same value with `NO_TEXT` replaced in every text of it, keys included."""
    if isinstance(value, str):
        return NO_TEXT.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_storable(key): _storable(part) for key, part in value.items()}
    return [_storable(part) for part in value] if isinstance(value, list | tuple) else value


def _event(line: bytes) -> Event | None:
    if not line.endswith(b"\n"):
        return None
    try:
        return Event.model_validate(orjson.loads(line))
    except (orjson.JSONDecodeError, ValidationError):
        return None


def _in_place_of(broken: Sequence[int], before: int, after: Event) -> list[Event]:
    """What stands in for the events between number `before` and `after`, so that no number is left out: a notice, and
    beats that say nothing.

    Nothing where none is missing, and where more are than can have stood there: that gap has another cause.

    Args:
        broken: bytes of each line that was passed over.
    """
    lost = after.seq - before - 1
    if not 0 < lost <= sum(max(1, size // SHORTEST) for size in broken):
        return []
    told = remark("events-not-read", before=before, lost=lost)
    place = {"epoch": after.epoch, "time": after.time}
    beats = [Event(seq=seq, kind="heartbeat", data={}, **place) for seq in range(before + 2, after.seq)]
    return [Event(seq=before + 1, kind="notice", data=told.as_event, **place), *beats]


def _last_event(file: int, end: int | None = None) -> tuple[int, int]:
    """(number of the last whole event, bytes up to its end), read backward from byte `end`, else from the last."""
    for line, at in _lines_backward(file, os.fstat(file).st_size if end is None else end):
        event = _event(line)
        if event is not None:
            return event.seq, at
    return 0, 0


def _lines_backward(file: int, end: int) -> Iterator[tuple[bytes, int]]:
    """(line with its newline, offset of its end), the last one before byte `end` first."""
    start = end
    held = b""
    while start > 0:
        size = min(BLOCK, start)
        start -= size
        held = os.pread(file, size, start) + held
        while (cut := held.rfind(b"\n", 0, len(held) - 1)) >= 0:
            yield held[cut + 1 :], end
            held = held[: cut + 1]
            end = start + len(held)
    if held:
        yield held, end
