"""The playground: a model in memory, its answers as they are written, base and tuned side by side."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from modelforge.dependencies import CurrentCaller, Playground
from modelforge.schemas.playground import (
    ChatRequest,
    CompareRequest,
    ModelChoice,
    PlaygroundState,
    Question,
    Stopped,
    StopRequest,
)
from modelforge.schemas.prediction import PredictionRequest, Predictions
from modelforge.services.playground_service import new_answer_id
from modelforge.services.predictions import predicted
from modelforge.services.talk import Talk

router = APIRouter(prefix="/api/v1/playground", tags=["playground"])
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `waiting`, `loading`, `start`, `piece` many times, then `end` or `error`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
NOT_KEPT = {"cache-control": "no-store", "x-accel-buffering": "no"}


@router.get("")
async def read_playground(playground: Playground, caller: CurrentCaller) -> PlaygroundState:
    """Which model is in memory, and whether it is answering."""
    return await run_in_threadpool(playground.state, caller)


@router.post("/load", status_code=202)
async def load_model(
    choice: ModelChoice, playground: Playground, caller: CurrentCaller, response: Response
) -> PlaygroundState:
    """Begin to load a model; another one that is in memory leaves. Asking a model loads it, too."""
    response.headers["location"] = router.prefix
    return await playground.load(choice.model, caller)


@router.post("/chat", response_class=StreamingResponse, responses=EVENTS)
async def chat(question: ChatRequest, playground: Playground, caller: CurrentCaller) -> StreamingResponse:
    """One answer, piece by piece, from the model or from the one that it was made from."""
    asked = Question(
        id=new_answer_id(),
        messages=question.messages,
        tools=question.tools,
        sampling=question.sampling,
        sides=("base",) if question.base else ("tuned",),
    )
    return _stream(await playground.ask(question.model, asked, caller))


@router.post("/compare", response_class=StreamingResponse, responses=EVENTS)
async def compare(question: CompareRequest, playground: Playground, caller: CurrentCaller) -> StreamingResponse:
    """The answers of the model and of the one that it was made from, in turns; each has its own `end`."""
    asked = Question(
        id=new_answer_id(),
        messages=question.messages,
        tools=question.tools,
        sampling=question.sampling,
        sides=("tuned", "base"),
    )
    return _stream(await playground.ask(question.model, asked, caller))


@router.post("/predict")
async def predict(
    asked: PredictionRequest, playground: Playground, caller: CurrentCaller, request: Request
) -> Predictions:
    """What a model that reads says of each text: a classifier the class, a span head the place of the answer."""
    return await predicted(await playground.predict(asked.model, asked.inputs, caller), request.receive)


@router.post("/stop")
async def stop_answers(which: StopRequest, playground: Playground, caller: CurrentCaller) -> Stopped:
    """End answers where they are. A client that closes its connection does the same."""
    return Stopped(answers=tuple(playground.stop(which.answer, caller)))


@router.post("/unload")
async def unload_model(playground: Playground, caller: CurrentCaller) -> PlaygroundState:
    """Free the memory that the model takes."""
    return await playground.unload(caller)


def _stream(talk: Talk) -> StreamingResponse:
    return StreamingResponse(talk.frames(), media_type="text/event-stream", headers=NOT_KEPT)
