"""Models of the library in the shape of OpenAI's API, for programs that speak it already."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from modelforge.dependencies import CurrentCaller, Models, Playground
from modelforge.schemas.openai import (
    ChatCompletion,
    ChatCompletionRequest,
    Completion,
    CompletionRequest,
    ModelCard,
    ModelList,
    OpenAIError,
)
from modelforge.services.openai_answers import Kind, begun, chunks, list_cards, read_card, whole
from modelforge.services.playground_service import new_answer_id
from modelforge.services.talk import Talk

FAULTS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "An error in OpenAI's shape",
        "content": {"application/json": {"schema": OpenAIError.model_json_schema()}},
    }
}
STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
}
NOT_KEPT = {"cache-control": "no-store", "x-accel-buffering": "no"}
router = APIRouter(prefix="/v1", tags=["openai"], responses=FAULTS)


@router.get("/models")
async def list_openai_models(models: Models, caller: CurrentCaller) -> ModelList:
    """The models of the library and the starters that can be asked."""
    return await run_in_threadpool(list_cards, models, caller)


@router.get("/models/{model}")
async def read_openai_model(
    model: Annotated[str, Path(max_length=110)], models: Models, caller: CurrentCaller
) -> ModelCard:
    """One model that can be asked."""
    return await run_in_threadpool(read_card, model, models, caller)


@router.post("/chat/completions", response_model=ChatCompletion, responses=STREAMED)
async def create_chat_completion(
    asked: ChatCompletionRequest, playground: Playground, caller: CurrentCaller, request: Request
) -> Any:
    """Answer a conversation, by the model's own chat template; whole, or with `stream` as it is written."""
    talk = await playground.ask(asked.model, asked.question(new_answer_id()), caller)
    return await _answered(talk, "chat", asked, request)


@router.post("/completions", response_model=Completion, responses=STREAMED)
async def create_completion(
    asked: CompletionRequest, playground: Playground, caller: CurrentCaller, request: Request
) -> Any:
    """Write on from a bare text, without a chat template; whole, or with `stream` as it is written."""
    talk = await playground.ask(asked.model, asked.question(new_answer_id()), caller)
    return await _answered(talk, "text", asked, request)


async def _answered(
    talk: Talk, kind: Kind, asked: ChatCompletionRequest | CompletionRequest, request: Request
) -> ChatCompletion | Completion | Response:
    if not asked.stream:
        return await whole(talk, kind, request.receive)
    events = await begun(talk, request.receive)
    frames = chunks(talk, events, kind, with_usage=asked.wants_usage)
    return StreamingResponse(frames, media_type="text/event-stream", headers=NOT_KEPT)
