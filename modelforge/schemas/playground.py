"""Questions to a model, and what is said on the way to the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from modelforge.schemas.base import Schema
from modelforge.schemas.prediction import ModelReference, PredictionInput
from modelforge.schemas.problem import ErrorWords, Worded
from modelforge.schemas.sampling import Sampling
from modelforge.schemas.tools import ToolCall, Tools, check_results

Side = Literal["tuned", "base"]
"""The model as it is, or the one that it was made from."""


class ChatMessage(Schema):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    """Empty where an assistant turn only calls functions."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Of an assistant turn: the functions that were called."""
    tool_call_id: str | None = None
    """Of a tool's result: which call it belongs to."""
    name: str | None = None
    """Of a tool's result: the function."""

    def turn(self) -> dict[str, Any]:
        """As chat templates read it, and as it stands in data that models learn from: without what it does not have."""
        turn: dict[str, Any] = {"role": self.role}
        if self.tool_calls:
            turn["tool_calls"] = [call.turn() for call in self.tool_calls]
        given = {"name": self.name, "tool_call_id": self.tool_call_id}
        return {**turn, "content": self.content, **{key: value for key, value in given.items() if value is not None}}


def _checked_turns(turns: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    check_results(turns)
    return turns


Conversation = Annotated[
    tuple[ChatMessage, ...],
    Field(min_length=1, max_length=1000, description="The turns so far, the one to be answered last."),
    AfterValidator(_checked_turns),
]


class ModelChoice(Schema):
    """A model to have in memory."""

    model: ModelReference


class CompareRequest(Schema):
    """A question to a model and to the model that it was made from."""

    model: ModelReference
    messages: Conversation
    tools: Tools = ()
    """Functions that the model may call, as OpenAI describes them."""
    sampling: Sampling = Field(default_factory=Sampling)


class ChatRequest(CompareRequest):
    """A question to one model."""

    base: bool = False
    """Have the model answer that it was made from."""


class StopRequest(Schema):
    """Which answer is to end where it is."""

    answer: str | None = Field(default=None, max_length=64)
    """Its number, as the event `start` gives it. Empty: all of the caller's answers."""


class Stopped(Schema):
    """What was stopped."""

    answers: tuple[str, ...]


class PlaygroundState(Schema):
    """What the playground holds in memory and does."""

    status: Literal["empty", "loading", "ready", "answering"]
    model: str | None = None
    """The model in memory, or on its way there; nothing where it belongs to another account."""
    slot: str | None = None
    """What it computes on: `cpu`, `cuda:0`."""
    base_model: str | None = None
    """What it was made from; with it, both can be compared."""
    context_length: int | None = None
    """How many tokens it reads and writes together."""
    loaded_at: datetime | None = None
    waiting: int = 0
    """Questions that wait for their turn."""
    reason: Literal["unloaded", "idle", "training", "failed", "died"] | None = None
    """Why there is no model in memory now, where there was one."""
    error: ErrorWords | None = None
    """Why the last model could not be loaded, or was lost."""


# Between the server and the process that answers


class Question(Schema):
    """What an answering process is asked."""

    id: str
    messages: tuple[ChatMessage, ...] = ()
    text: str | None = None
    """Instead of messages: a bare text to write on from."""
    inputs: tuple[PredictionInput, ...] = ()
    """Instead of messages: texts for a model that reads."""
    tools: Tools = ()
    sampling: Sampling = Field(default_factory=Sampling)
    sides: tuple[Side, ...] = ("tuned",)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked, and the model only loaded."""
        return not self.sides and not self.inputs


class Loaded(Schema):
    """What an answering process says once its model is there."""

    base_model: str | None
    context_length: int | None
    device: str


# The events of a stream


class WaitingEvent(Schema):
    """`waiting`: others are before this question."""

    answer: str
    ahead: int


class LoadingEvent(Schema):
    """`loading`: the model is on its way into memory."""

    answer: str
    model: str
    slot: str


class StartEvent(Schema):
    """`start`: the model begins to answer."""

    answer: str
    """For `POST /api/v1/playground/stop`."""
    model: str
    prompt_tokens: int


class PieceEvent(Schema):
    """`piece`: some more text of the answer."""

    side: Side
    text: str


class EndEvent(Schema):
    """`end`: the answer of one side is complete."""

    side: Side
    finish_reason: Literal["end", "length", "stopped"]
    """The model ended its turn or came to a stop text; it used up its tokens; someone asked to stop."""
    prompt_tokens: int
    new_tokens: int
    seconds: float
    tool_calls: tuple[ToolCall, ...] = ()
    """The functions that the answer calls, beside its text."""


class ErrorEvent(Schema, Worded):
    """`error`: there will be no answer, or no more of it."""

    status: int
    """What the answer's status would have been, had the stream not begun."""
    title: str
    detail: str
    hint: str | None = None
