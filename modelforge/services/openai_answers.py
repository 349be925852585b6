"""Answers in the shape of OpenAI's API: whole, or in chunks as they are written."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import orjson

from modelforge.exceptions import ConflictError, ModelForgeException, NotFoundError
from modelforge.schemas.openai import (
    AnswerCall,
    AnswerMessage,
    ChatChoice,
    ChatCompletion,
    Completion,
    FinishReason,
    ModelCard,
    ModelList,
    OpenAIError,
    OpenAIFault,
    TextChoice,
    Usage,
)
from modelforge.schemas.playground import EndEvent, PieceEvent, StartEvent
from modelforge.security.caller import Caller
from modelforge.security.secret_registry import redactor
from modelforge.services.answerable import answering_models, answering_starters
from modelforge.services.model_service import ModelLibrary
from modelforge.services.talk import KEEP_ALIVE_SECONDS, STILL_HERE, Event, Talk, stopped_when_gone

Kind = Literal["chat", "text"]
Receive = Callable[[], Awaitable[Any]]
DONE = b"data: [DONE]\n\n"
TYPES = {429: "rate_limit_error", 403: "permission_error", 409: "conflict_error"}
INVALID = "invalid_request_error"


async def whole(talk: Talk, kind: Kind, receive: Receive) -> ChatCompletion | Completion:
    """The whole answer; a client that leaves stops it.

    Raises:
        ModelForgeException: there is no answer, or only a part of it.
    """
    text, end = "", None
    async with stopped_when_gone(talk, receive):
        async for event in talk.events():
            if isinstance(event, PieceEvent):
                text += event.text
            elif isinstance(event, EndEvent):
                end = event
    if end is None:
        raise _stopped()
    known = {"id": _number(talk, kind), "created": int(time.time()), "model": talk.model, "usage": _usage(end)}
    if kind == "chat":
        calls = tuple(AnswerCall.of(call) for call in end.tool_calls) or None
        message = AnswerMessage(content=text if text or calls is None else None, tool_calls=calls)
        return ChatCompletion(**known, choices=(ChatChoice(message=message, finish_reason=_finish(end)),))
    return Completion(**known, choices=(TextChoice(text=text, finish_reason=_finish(end)),))


async def begun(talk: Talk, receive: Receive) -> AsyncGenerator[Event | None]:
    """The events behind `start`, once the model has begun to answer: what went wrong before is no part of a stream.

    Raises:
        ModelForgeException: there is no answer.
    """
    events = talk.events(KEEP_ALIVE_SECONDS)
    async with stopped_when_gone(talk, receive):
        async for event in events:
            if isinstance(event, StartEvent):
                return events
    raise _stopped()


async def chunks(
    talk: Talk, events: AsyncGenerator[Event | None], kind: Kind, *, with_usage: bool
) -> AsyncIterator[bytes]:
    """The answer as server-sent events; an error is the last one of them."""
    made = _Chunks(talk, kind, with_usage)
    try:
        async with contextlib.aclosing(events):
            if kind == "chat":
                yield made.chunk({"delta": {"role": "assistant", "content": ""}})
            async for event in events:
                if event is None:
                    yield STILL_HERE
                elif isinstance(event, PieceEvent):
                    yield made.piece(event.text)
                elif isinstance(event, EndEvent):
                    yield made.end(event)
        yield DONE
    except ModelForgeException as error:
        yield _data(openai_error(error.status, error.slug, error.message, error.hint).model_dump())


class _Chunks:
    """The chunks of one answer."""

    def __init__(self, talk: Talk, kind: Kind, with_usage: bool) -> None:
        self._kind = kind
        self._with_usage = with_usage
        self._known = {
            "id": _number(talk, kind),
            "object": "chat.completion.chunk" if kind == "chat" else "text_completion",
            "created": int(time.time()),
            "model": talk.model,
        }

    def chunk(self, choice: dict[str, Any] | None, usage: Usage | None = None) -> bytes:
        """One chunk, of which most fields are always the same."""
        choices = [] if choice is None else [{"index": 0, "logprobs": None, "finish_reason": None, **choice}]
        counted = {"usage": usage.model_dump() if usage else None} if self._with_usage else {}
        return _data({**self._known, "choices": choices, **counted})

    def piece(self, text: str) -> bytes:
        """Some more text."""
        return self.chunk({"delta": {"content": text}} if self._kind == "chat" else {"text": text})

    def end(self, event: EndEvent) -> bytes:
        """How the answer ended, and what it took if that was asked for."""
        last: dict[str, Any] = {"delta": {}} if self._kind == "chat" else {"text": ""}
        calls = [{"index": index, **AnswerCall.of(call).model_dump()} for index, call in enumerate(event.tool_calls)]
        called = self.chunk({"delta": {"tool_calls": calls}}) if calls else b""
        ended = called + self.chunk({**last, "finish_reason": _finish(event)})
        return ended + self.chunk(None, _usage(event)) if self._with_usage else ended


def list_cards(models: ModelLibrary, caller: Caller) -> ModelList:
    """The models of the library and the starters that can be asked."""
    mine = [ModelCard(id=one.id, created=int(one.created_at.timestamp())) for one in answering_models(models, caller)]
    bundled = [ModelCard(id=one.id, created=0) for one in answering_starters()]
    return ModelList(data=(*mine, *bundled))


def read_card(model: str, models: ModelLibrary, caller: Caller) -> ModelCard:
    """One model that can be asked. Raises NotFoundError."""
    for card in list_cards(models, caller).data:
        if card.id == model:
            return card
    raise NotFoundError(f"There is no model {model[:110]!r} that can be asked.", hint="GET /v1/models lists them.")


def openai_error(status: int, slug: str, message: str, hint: str | None, param: str | None = None) -> OpenAIError:
    """An error in OpenAI's shape."""
    text = redactor().text(f"{message} {hint}" if hint else message)
    kind = TYPES.get(status, INVALID if status < 500 else "server_error")
    code = {401: "invalid_api_key", 404: "model_not_found"}.get(status, slug.replace("-", "_"))
    return OpenAIError(error=OpenAIFault(message=text, type=kind, param=param, code=code))


def _number(talk: Talk, kind: Kind) -> str:
    return f"{'chatcmpl' if kind == 'chat' else 'cmpl'}-{talk.id.removeprefix('answer-')}"


def _finish(end: EndEvent) -> FinishReason:
    if end.tool_calls:
        return "tool_calls"
    return "length" if end.finish_reason == "length" else "stop"


def _usage(end: EndEvent) -> Usage:
    total = end.prompt_tokens + end.new_tokens
    return Usage(prompt_tokens=end.prompt_tokens, completion_tokens=end.new_tokens, total_tokens=total)


def _stopped() -> ConflictError:
    return ConflictError("The answer was stopped before it began.", hint="Ask again.")


def _data(document: dict[str, Any]) -> bytes:
    return b"data: %s\n\n" % orjson.dumps(document)
