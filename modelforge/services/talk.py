"""One question on its way to its answer: what is said about it, and how it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from modelforge.exceptions import ModelForgeException
from modelforge.schemas.base import Schema
from modelforge.schemas.playground import (
    EndEvent,
    ErrorEvent,
    LoadingEvent,
    PieceEvent,
    Question,
    StartEvent,
    WaitingEvent,
)
from modelforge.schemas.prediction import Predicted
from modelforge.security.caller import Caller
from modelforge.security.secret_registry import redactor

Event = WaitingEvent | LoadingEvent | StartEvent | PieceEvent | EndEvent | Predicted
KEEP_ALIVE_SECONDS = 15.0
STILL_HERE = b": still here\n\n"


@dataclass
class Talk:
    """A question and its answer. The answer is computed whether or not anybody reads; who leaves early stops it."""

    question: Question
    model: str
    caller: Caller
    end_early: Callable[[], object] = lambda: None
    """What ends the answer where it is, while it is being written."""
    task: asyncio.Task[None] | None = None
    _said: asyncio.Queue[Event | ModelForgeException | None] = field(default_factory=asyncio.Queue)

    @property
    def id(self) -> str:
        """The number of the answer."""
        return self.question.id

    def say(self, event: Event | ModelForgeException) -> None:
        """To whoever reads."""
        self._said.put_nowait(event)

    def done(self) -> None:
        """There is nothing more to say."""
        self._said.put_nowait(None)

    def stop(self) -> None:
        """End it where it is; nothing where it has ended."""
        if self.task is not None and not self.task.done():
            self.end_early()

    async def events(self, still: float | None = None) -> AsyncGenerator[Event | None]:
        """Everything that is said, once and in order; whoever stops reading stops the answer.

        Args:
            still: after so many seconds of silence, nothing is said in so many words.

        Raises:
            ModelForgeException: there will be no answer, or no more of it.
        """
        try:
            while True:
                try:
                    async with asyncio.timeout(still):
                        event = await self._said.get()
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                if isinstance(event, ModelForgeException):
                    raise event
                yield event
        finally:
            self.stop()

    async def frames(self) -> AsyncIterator[bytes]:
        """What is said as server-sent events; an error is the last one of them."""
        try:
            async with contextlib.aclosing(self.events(KEEP_ALIVE_SECONDS)) as events:
                async for event in events:
                    yield STILL_HERE if event is None else frame(event)
        except ModelForgeException as error:
            yield frame(error_event(error))


def frame(event: Schema) -> bytes:
    """One event as server-sent events have it."""
    kind = type(event).__name__.removesuffix("Event").lower()
    return f"event: {kind}\ndata: {event.model_dump_json()}\n\n".encode()


def error_event(error: ModelForgeException) -> ErrorEvent:
    """An error as the last event of a stream."""
    document: dict[str, Any] = redactor().value(
        {"detail": error.message, "hint": error.hint, "code": error.code, "params": error.params}
    )
    return ErrorEvent(status=error.status, title=error.title, **document)


@contextlib.asynccontextmanager
async def stopped_when_gone(talk: Talk, receive: Callable[[], Awaitable[Any]]) -> AsyncIterator[None]:
    """Inside, the talk is stopped as soon as the client has gone; `receive` is the request's."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        talk.stop()

    watcher = asyncio.create_task(watch(), name=f"client of {talk.id}")
    try:
        yield
    finally:
        watcher.cancel()
