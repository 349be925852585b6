"""A run's events to any number of viewers: each event once and in order, from wherever a viewer left off.

One reader per run and process follows `events.jsonl`, however many watch. It keeps the last events ready to send, and
now and then a place in the file, so that a viewer who asks for old events is served from the disk in pages. A viewer
holds a number and nothing else: a slow one costs no memory.
"""

from __future__ import annotations

import asyncio
import bisect
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import orjson

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import NotFoundError
from modelforge.schemas.events import Event
from modelforge.schemas.run import FINISHED
from modelforge.services.run_guard import unforeseen
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import read_events

LOOK_EVERY = 0.1
"""Seconds between two looks at the file."""
KEPT = 1024
"""Events kept ready to send, per run."""
PAGE = 256
"""Events between two remembered places in the file, and in one page read for a viewer."""
LOOKS_PER_END = 5
"""Looks between two questions to the index whether the run has ended."""
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = b": still here\n\n"
log = logging.getLogger(__name__)


@dataclass
class _Feed:
    """One run's events, followed."""

    folder: RunFolder
    kept: list[bytes] = field(default_factory=list)
    """Frames of the last events, `last` the number of the last one."""
    joined: dict[int, bytes] = field(default_factory=dict)
    """What was sent behind an event since the last news: most viewers ask for the same."""
    places: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    """(number of an event, bytes of the file up to its end), every `PAGE` events."""
    last: int = 0
    offset: int = 0
    end: str | None = None
    """The status in which the run ended; nothing while it has not."""
    has_failed: bool = False
    """Whether nobody follows it any more: viewers come back, and are given another."""
    viewers: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def after(self, seq: int) -> tuple[bytes, int] | None:
        """What is kept behind event `seq`, and the number of its last event; nothing when older ones were let go."""
        if seq >= self.last:
            return b"", seq
        missing = self.last - seq
        if missing > len(self.kept):
            return None
        if seq not in self.joined:
            self.joined[seq] = b"".join(self.kept[-missing:])
        return self.joined[seq], self.last

    def take(self, events: tuple[Event, ...], offset: int) -> None:
        """Keep what was read."""
        for event in events:
            if event.seq > self.last:
                self.kept.append(frame(event))
                self.last = event.seq
        del self.kept[:-KEPT]
        self.joined.clear()
        self.offset = offset
        if self.last - self.places[-1][0] >= PAGE:
            self.places.append((self.last, offset))
        self.announce()

    def announce(self) -> None:
        """Wake every viewer."""
        self.news.set()
        self.news = asyncio.Event()

    def place_before(self, seq: int) -> int:
        """Bytes of the file that may be skipped on the way to the event behind `seq`."""
        index = bisect.bisect_right(self.places, (seq, 1 << 62)) - 1
        return self.places[max(index, 0)][1]


def frame(event: Event) -> bytes:
    """One event as server-sent events have it."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.kind.encode(), orjson.dumps(event.model_dump()))


def end_frame(status: str) -> bytes:
    """The last word of a stream: the run has ended; there is nothing to reconnect for."""
    return b"event: end\ndata: %s\n\n" % orjson.dumps({"status": status})


class EventFeeds:
    """The feeds of the runs that are watched now. Lives in the server's event loop."""

    def __init__(self, database: DatabaseManager, files: FileManager) -> None:
        self.database = database
        self.files = files
        self._feeds: dict[str, _Feed] = {}
        self._closed = False

    @property
    def viewers(self) -> int:
        """Viewers of all runs."""
        return sum(feed.viewers for feed in self._feeds.values())

    async def watch(self, run_id: str, after: int = 0) -> AsyncIterator[bytes]:
        """Frames behind event `after` until the run has ended; then a frame that says so.

        Raises:
            NotFoundError: there is no such run.
        """
        feed = self._join(self.files.run(run_id))
        try:
            async for chunk in self._frames(feed, after):
                yield chunk
        finally:
            self._leave(feed)

    def close(self) -> None:
        """End all streams; viewers come back to the next server with the number of their last event."""
        self._closed = True
        for feed in self._feeds.values():
            feed.announce()

    async def _frames(self, feed: _Feed, seq: int) -> AsyncIterator[bytes]:
        while not self._closed:
            news = feed.news  # before looking, so that nothing said meanwhile is slept through
            found = feed.after(seq)
            if found is None:
                found = await asyncio.to_thread(_old_frames, feed, seq)
            chunk, seq = found
            if chunk:
                yield chunk
            elif feed.end is not None:
                yield end_frame(feed.end)
                return
            elif feed.has_failed:
                return
            elif not await _happens(news):
                yield KEEP_ALIVE

    def _join(self, folder: RunFolder) -> _Feed:
        feed = self._feeds.get(folder.id)
        if feed is None:
            feed = self._feeds[folder.id] = _Feed(folder)
            feed.task = asyncio.create_task(self._follow(feed), name=f"events of {folder.id}")
        feed.viewers += 1
        return feed

    def _leave(self, feed: _Feed) -> None:
        feed.viewers -= 1
        if feed.viewers == 0 and feed.task is not None:
            feed.task.cancel()
            self._drop(feed)

    def _drop(self, feed: _Feed) -> None:
        if self._feeds.get(feed.folder.id) is feed:
            del self._feeds[feed.folder.id]

    async def _follow(self, feed: _Feed) -> None:
        """Read to the end of the run. After a fault the streams end, and viewers come back behind their last event."""
        try:
            await self._read(feed)
        except Exception as error:
            log.warning("events of %s: %s", feed.folder.id, error, exc_info=unforeseen(error))
            feed.has_failed = True
            self._drop(feed)
        feed.announce()

    async def _read(self, feed: _Feed) -> None:
        looks = 0
        while feed.end is None:
            size = feed.folder.events_size()
            if size < feed.offset:  # the machine lost what was not yet on its disk; the numbers go on from there
                feed.offset = feed.last = 0
                feed.places, feed.kept = [(0, 0)], []
            if size > feed.offset:
                page = await asyncio.to_thread(read_events, feed.folder.events, feed.offset, limit=PAGE)
                if page.events:
                    feed.take(page.events, page.offset)
                    continue
            if looks % LOOKS_PER_END == 0:
                feed.end = await asyncio.to_thread(self._end, feed.folder)
                if feed.end is not None and feed.folder.events_size() > size:
                    feed.end = None  # said between the two looks; what is torn behind the last event stays so
                    continue
            looks += 1
            await asyncio.sleep(LOOK_EVERY)

    def _end(self, folder: RunFolder) -> str | None:
        """The status in which the run ended, once its supervisor has said that it has."""
        if not folder.exit.exists():
            return None if folder.root.exists() else "deleted"
        try:
            status = self.database.get_run(folder.id).status
        except NotFoundError:
            return None
        return status if status in FINISHED else None


async def _happens(news: asyncio.Event, seconds: float = KEEP_ALIVE_SECONDS) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True


def _old_frames(feed: _Feed, seq: int) -> tuple[bytes, int]:
    """One page from the file behind event `seq`."""
    frames: list[bytes] = []
    offset, last = feed.place_before(seq), seq
    while len(frames) < PAGE:
        page = read_events(feed.folder.events, offset, limit=PAGE)
        if not page.events:
            break
        for event in page.events:
            if event.seq > last and len(frames) < PAGE:
                frames.append(frame(event))
                last = event.seq
        offset = page.offset
    return b"".join(frames), last
