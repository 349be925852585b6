"""Questions and answers in the shape of OpenAI's API. What is not offered here is refused, and never passed over."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from modelforge.schemas.base import Schema
from modelforge.schemas.playground import ChatMessage, Question
from modelforge.schemas.prediction import ModelReference
from modelforge.schemas.sampling import Sampling, StopText
from modelforge.schemas.tools import ToolCall, Tools, check_results

LONGEST_ANSWER = 4096
"""Tokens of an answer for which no length is asked; the model's context may end it before."""
LONGEST_COMPLETION = 16
"""As OpenAI has it for `/v1/completions`."""
SMALLEST_SHARE = 1e-6
SEEDS = 2**63
FinishReason = Literal["stop", "length", "tool_calls"]
Nothing = Annotated[float | None, Field(ge=0, le=0)]
One = Annotated[int | None, Field(ge=1, le=1)]


class StreamOptions(Schema):
    """What a stream says beside its text."""

    include_usage: bool | None = None
    """One more chunk at the end, with the token counts."""


class SamplingRequest(Schema):
    """What both kinds of request have. Left out, `temperature` is 0: the likeliest answer, as in the report."""

    model: ModelReference
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    seed: int | None = Field(default=None, ge=-SEEDS, le=SEEDS - 1)
    stop: StopText | Annotated[list[StopText], Field(max_length=4)] | None = None
    max_tokens: int | None = Field(default=None, ge=1, le=2**31)
    n: One = None
    """One answer is given."""
    presence_penalty: Nothing = None
    """Not offered; `repetition_penalty` is."""
    frequency_penalty: Nothing = None
    """Not offered; `repetition_penalty` is."""
    logit_bias: Annotated[dict[str, float], Field(max_length=0)] | None = None
    """Not offered."""
    user: str | None = None
    """Not used."""
    top_k: int | None = Field(default=None, ge=0, le=2**31)
    """Beyond OpenAI's: sample among this many likeliest tokens."""
    repetition_penalty: float | None = Field(default=None, gt=0, le=5)
    """Beyond OpenAI's: above 1, tokens that occurred already become less likely."""

    def sampling(self, longest: int) -> Sampling:
        """The settings in our own words; `longest`: tokens of an answer for which nothing is said."""
        given: dict[str, Any] = {
            "temperature": self.temperature,
            "top_p": None if self.top_p is None else max(self.top_p, SMALLEST_SHARE),
            "top_k": self.top_k,
            "repetition_penalty": self.repetition_penalty,
            "seed": None if self.seed is None else self.seed % SEEDS,
            "stop": (self.stop,) if isinstance(self.stop, str) else self.stop,
        }
        return Sampling.model_validate({
            **{name: value for name, value in given.items() if value is not None},
            "max_new_tokens": self.max_tokens or longest,
        })  # fmt: skip

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with the token counts."""
        return bool(self.stream_options and self.stream_options.include_usage)


class TextPart(Schema):
    """A part of a message."""

    type: Literal["text"]
    text: str


class Message(Schema):
    """One turn of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    """May be left out of an assistant turn that calls functions."""
    name: str | None = None
    """Used of a tool's result: the function."""
    refusal: None = None
    tool_calls: Annotated[list[ToolCall], Field(max_length=128)] | None = None
    """Of an assistant turn: the functions that it called."""
    tool_call_id: str | None = None
    """Of a tool's result: which call it belongs to."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.content is None and not self.tool_calls:
            raise ValueError("content is missing; only an assistant turn with tool_calls can be without")
        return self

    def turn(self) -> ChatMessage:
        """The turn in our own words."""
        parts = self.content or ""
        text = parts if isinstance(parts, str) else "".join(part.text for part in parts)
        if self.tool_calls and not text.strip():
            text = ""
        return ChatMessage(
            role="system" if self.role == "developer" else self.role,
            content=text,
            tool_calls=tuple(self.tool_calls or ()),
            tool_call_id=self.tool_call_id,
            name=self.name if self.role == "tool" else None,
        )


def _checked_turns(turns: list[Message]) -> list[Message]:
    check_results(turns)
    return turns


def _checked_choice(choice: Any) -> Any:
    if choice not in (None, "auto", "none"):
        raise ValueError('only "auto" and "none" are offered: a model cannot be made to call a function')
    return choice


class ResponseFormat(Schema):
    """How the answer is written: as the model writes it."""

    type: Literal["text"]


class ChatCompletionRequest(SamplingRequest):
    """A conversation to be answered."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=1000), AfterValidator(_checked_turns)]
    tools: Tools | None = None
    """Functions that the model may call; it must have been made for that, and its chat template write them."""
    tool_choice: Annotated[Literal["auto", "none"] | None, BeforeValidator(_checked_choice)] = None
    """`none`: the model is not told of the tools."""
    parallel_tool_calls: Literal[True] | None = None
    """A model that writes several calls in an answer cannot be kept from it."""
    max_completion_tokens: int | None = Field(default=None, ge=1, le=2**31)
    """The longest answer, in tokens; `max_tokens` is its older name."""
    response_format: ResponseFormat | None = None
    logprobs: Literal[False] | None = None
    """Not offered."""
    metadata: dict[str, str] | None = None
    """Not kept."""
    store: Literal[False] | None = None
    """Nothing is kept."""

    def question(self, answer_id: str) -> Question:
        """The request in our own words."""
        longest = self.max_completion_tokens or self.max_tokens or LONGEST_ANSWER
        sampling = self.sampling(longest).model_copy(update={"max_new_tokens": longest})
        tools = () if self.tool_choice == "none" else self.tools or ()
        messages = tuple(message.turn() for message in self.messages)
        return Question(id=answer_id, messages=messages, tools=tools, sampling=sampling)


class CompletionRequest(SamplingRequest):
    """A text to be written on."""

    prompt: str | Annotated[list[str], Field(min_length=1, max_length=1)]
    echo: Literal[False] | None = None
    """Not offered."""
    best_of: One = None
    logprobs: Nothing = None
    """Not offered."""
    suffix: None = None

    def question(self, answer_id: str) -> Question:
        """The request in our own words."""
        text = self.prompt if isinstance(self.prompt, str) else self.prompt[0]
        return Question(id=answer_id, text=text, sampling=self.sampling(LONGEST_COMPLETION))


class Usage(Schema):
    """The tokens that were read and written, the end token not counted."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class AnswerFunction(Schema):
    """Which function is called, with what."""

    name: str
    arguments: str
    """JSON text."""


class AnswerCall(Schema):
    """A call of a function."""

    id: str
    type: Literal["function"] = "function"
    function: AnswerFunction

    @classmethod
    def of(cls, call: ToolCall) -> AnswerCall:
        """The call with its arguments as JSON text."""
        arguments = json.dumps(call.function.arguments, ensure_ascii=False)
        return cls(id=call.id or "", function=AnswerFunction(name=call.function.name, arguments=arguments))


class AnswerMessage(Schema):
    """What the model says."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    """Nothing where the answer only calls functions."""
    tool_calls: tuple[AnswerCall, ...] | None = None


class ChatChoice(Schema):
    """The one answer."""

    index: Literal[0] = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: FinishReason


class ChatCompletion(Schema):
    """The answer to a conversation."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[ChatChoice, ...]
    usage: Usage


class TextChoice(Schema):
    """The one continuation."""

    index: Literal[0] = 0
    text: str
    logprobs: None = None
    finish_reason: FinishReason


class Completion(Schema):
    """A text that was written on."""

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    choices: tuple[TextChoice, ...]
    usage: Usage


class ModelCard(Schema):
    """A model that can be asked."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "modelforge"


class ModelList(Schema):
    """The models that can be asked."""

    object: Literal["list"] = "list"
    data: tuple[ModelCard, ...]


class OpenAIFault(Schema):
    """What went wrong, and what to do."""

    message: str
    type: str
    param: str | None = None
    """The field that cannot be used."""
    code: str | None = None


class OpenAIError(Schema):
    """An error in OpenAI's shape."""

    error: OpenAIFault
