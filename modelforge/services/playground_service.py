"""Questions to models: one model in memory, one answer at a time, and off the accelerator when training needs it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from modelforge.exceptions import ConflictError, ModelForgeException, TooManyRequestsError, restored
from modelforge.schemas.playground import (
    EndEvent,
    LoadingEvent,
    PieceEvent,
    PlaygroundState,
    Question,
    StartEvent,
    WaitingEvent,
)
from modelforge.schemas.prediction import Predicted, PredictionInput
from modelforge.schemas.problem import ErrorWords
from modelforge.schemas.remark import Remark, remark
from modelforge.security.caller import HOME_OWNER, Caller
from modelforge.services.answerable import check_answers, check_loads, check_reads, may_ask
from modelforge.services.answering_process import AnsweringProcess
from modelforge.services.model_service import ModelLibrary
from modelforge.services.seats import PROCESSOR, Seats, training_needs
from modelforge.services.talk import Talk

IDLE_SECONDS = 600.0
MOST_WAITING = 32
BUSY_SECONDS = 5
"""What a caller is told to wait when too many wait already."""


class PlaygroundService:
    """Lives in the server's event loop; `make_room`, `using` and `close` may be called from any thread."""

    def __init__(
        self,
        models: ModelLibrary,
        seats: Seats,
        environment: Mapping[str, str],
        *,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """`idle_seconds`: how long a model stays in memory after its last answer."""
        self.models = models
        self.seats = seats
        self.idle_seconds = idle_seconds
        self._environment = environment
        self._process: AnsweringProcess | None = None
        self._reason: str | None = None
        """Why the process was ended, where we did."""
        self._talks: dict[str, Talk] = {}
        self._turn = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    # Asking

    async def ask(self, model: str, question: Question, caller: Caller) -> Talk:
        """Begin to answer; the model is loaded first where it is not in memory.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: it does not write answers.
            TooManyRequestsError: too many wait already.
        """
        await asyncio.to_thread(check_answers, model, self.models, caller)
        return self._begin(Talk(question, model, caller))

    async def predict(self, model: str, inputs: tuple[PredictionInput, ...], caller: Caller) -> Talk:
        """Begin to read texts; the model is loaded first where it is not in memory.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: it does not read, but write.
            TooManyRequestsError: too many wait already.
        """
        await asyncio.to_thread(check_reads, model, self.models, caller)
        return self._begin(Talk(Question(id=new_answer_id(), inputs=inputs, sides=()), model, caller))

    async def load(self, model: str, caller: Caller) -> PlaygroundState:
        """Begin to load a model; the state then says when it is there.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: it cannot be asked as it is.
            TooManyRequestsError: too many wait already.
        """
        await asyncio.to_thread(check_loads, model, self.models, caller)
        self._begin(Talk(Question(id=new_answer_id(), sides=()), model, caller))
        await asyncio.sleep(0)  # so that the state shows it
        return self.state(caller)

    def stop(self, answer: str | None, caller: Caller) -> list[str]:
        """End the caller's answers, or that one, where they are; returns which."""
        mine = [talk for talk in self._talks.values() if talk.caller.owner == caller.owner]
        if answer is not None:
            known = list(self._talks.values()) if caller.is_admin else mine
            mine = [talk for talk in known if talk.id == answer]
        for talk in mine:
            talk.stop()
        return [talk.id for talk in mine]

    async def unload(self, caller: Caller) -> PlaygroundState:
        """Free the memory. Raises ConflictError while someone else's answer is under way."""
        if not caller.is_admin and any(talk.caller.owner != caller.owner for talk in self._talks.values()):
            raise ConflictError("Someone else waits for an answer.", hint="Try again in a moment.", code="other-waits")
        await self._leave(
            "unloaded",
            ConflictError("The model was unloaded.", hint="Ask again to load it anew.", code="model-unloaded"),
        )
        return self.state(caller)

    def state(self, caller: Caller = HOME_OWNER) -> PlaygroundState:
        """What is in memory and under way."""
        known: dict[str, Any] = {"waiting": max(len(self._talks) - 1, 0)}
        process = self._process
        if process is None or not process.is_alive:
            status: Any = "loading" if self._talks else "empty"
            return PlaygroundState(status=status, **known, **self._end())
        known["slot"] = process.slot
        loaded = process.answers_as
        if may_ask(process.model, self.models, caller):
            known["model"] = process.model
            known |= loaded.model_dump(include={"base_model", "context_length"}) if loaded else {}
        if loaded is None:
            return PlaygroundState(status="loading", **known)
        status = "answering" if self._talks else "ready"
        return PlaygroundState(status=status, loaded_at=process.loaded_at, **known)

    # From other threads

    def make_room(self, slot: str) -> None:
        """`slot` has been given to a run: whatever uses its accelerator leaves. The processor is shared."""
        if slot == PROCESSOR:
            return
        process = self._process
        if process is not None and process.slot == slot and process.is_alive:
            self._reason = "training"
            process.end(training_needs(slot))

    def using(self, model_id: str) -> list[Remark]:
        """That the model is in memory or asked for, where it is."""
        process = self._process
        loaded = process is not None and process.is_alive and process.model == model_id
        asked = any(talk.model == model_id for talk in list(self._talks.values()))
        return [remark("used-by-playground")] if loaded or asked else []

    def close(self) -> None:
        """End the process; nothing more is answered."""
        self._closed = True
        if self._process is not None:
            self._process.end(_closing())

    # Inside

    def _begin(self, talk: Talk) -> Talk:
        if self._closed:
            raise _closing()
        if len(self._talks) > MOST_WAITING:
            raise TooManyRequestsError(
                "Too many questions wait for their answer.",
                hint="Try again in a moment.",
                details={"retry_after": BUSY_SECONDS},
                code="too-many-questions",
            )
        if self._idle is not None:
            self._idle.cancel()
        self._talks[talk.id] = talk
        talk.task = asyncio.create_task(self._carry_out(talk), name=talk.id)
        talk.end_early = talk.task.cancel  # while it waits; later the process is asked
        return talk

    async def _carry_out(self, talk: Talk) -> None:
        """The life of one question. It belongs to no request, so no client that leaves can keep the turn."""
        try:
            if ahead := len(self._talks) - 1:
                talk.say(WaitingEvent(answer=talk.id, ahead=ahead))
            async with self._turn:
                process = await self._ready(talk)
                if not talk.question.is_empty:
                    await self._answer(talk, process)
        except ModelForgeException as error:
            talk.say(error)
        except asyncio.CancelledError:
            for side in talk.question.sides:
                end = {"finish_reason": "stopped", "prompt_tokens": 0, "new_tokens": 0, "seconds": 0.0}
                talk.say(EndEvent.model_validate({"side": side, **end}))
        finally:
            del self._talks[talk.id]
            talk.done()
            self._rest()

    async def _ready(self, talk: Talk) -> AnsweringProcess:
        """The process with the model of this talk; another one ends first."""
        process = self._process
        if process is None or not process.is_alive or process.model != talk.model:
            if process is not None:
                await asyncio.to_thread(process.end)
            slot = await asyncio.to_thread(self.seats.free)
            process = AnsweringProcess(talk.model, slot, self.models.files, self._environment)
            self._process, self._reason = process, None
            await asyncio.to_thread(process.start)
        if process.answers_as is None:
            talk.say(LoadingEvent(answer=talk.id, model=talk.model, slot=process.slot))
            await asyncio.shield(asyncio.wrap_future(process.loaded))
        return process

    async def _answer(self, talk: Talk, process: AnsweringProcess) -> None:
        loop, inbox, left = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any]](), _parts(talk.question)
        talk.end_early = lambda: process.stop(talk.id)
        process.ask(talk.question, lambda message: loop.call_soon_threadsafe(inbox.put_nowait, message))
        try:
            while left:
                message = await inbox.get()
                kind = message.pop("kind")
                if kind == "start":
                    talk.say(StartEvent(answer=talk.id, model=talk.model, **message))
                elif kind == "piece":
                    talk.say(PieceEvent.model_validate(message))
                elif kind == "end":
                    talk.say(EndEvent.model_validate(message))
                    left.discard(message["side"])
                elif kind == "predicted":
                    talk.say(Predicted.model_validate(message))
                    left.clear()
                else:
                    raise restored(message["error"]) if kind == "error" else process.reason()
        finally:
            process.forget(talk.id)

    def _end(self) -> dict[str, Any]:
        """Why there is no model in memory, where there was one."""
        if self._process is None or self._process.is_alive:
            return {}
        if self._reason is not None:
            return {"reason": self._reason}
        error = self._process.reason()
        reason = "failed" if self._process.answers_as is None else "died"
        return {"reason": reason, "error": ErrorWords.of(error)}

    def _rest(self) -> None:
        if not self._talks and self._process is not None and self._process.is_alive:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self.idle_seconds, lambda: loop.create_task(self._leave("idle")))

    async def _leave(self, reason: str, farewell: ModelForgeException | None = None) -> None:
        if self._process is not None and self._process.is_alive:
            self._reason = reason
            await asyncio.to_thread(self._process.end, farewell)


def new_answer_id() -> str:
    """A number for an answer."""
    return f"answer-{secrets.token_hex(8)}"


def _parts(question: Question) -> set[str]:
    """What an answer consists of."""
    return {"predictions"} if question.inputs else set(question.sides)


def _closing() -> ConflictError:
    return ConflictError("The server is ending.", hint="Ask again once it is back.", code="server-ending")
