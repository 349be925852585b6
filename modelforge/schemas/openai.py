"""Questions and answers in the shape of OpenAI's API. What is not offered here is refused, and never passed over."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from modelforge.schemas.base import Schema
from modelforge.schemas.playground import ChatMessage, Question
from modelforge.schemas.prediction import ModelReference
from modelforge.schemas.sampling import Sampling, StopText

LONGEST_ANSWER = 4096
"""Tokens of an answer for which no length is asked; the model's context may end it before."""
LONGEST_COMPLETION = 16
"""As OpenAI has it for `/v1/completions`."""
SMALLEST_SHARE = 1e-6
SEEDS = 2**63
FinishReason = Literal["stop", "length"]
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

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]
    name: str | None = None
    """Not used."""
    refusal: None = None

    def turn(self) -> ChatMessage:
        """The turn in our own words."""
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        role: Literal["system", "user", "assistant"] = "system" if self.role == "developer" else self.role
        return ChatMessage(role=role, content=text)


class ResponseFormat(Schema):
    """How the answer is written: as the model writes it."""

    type: Literal["text"]


class ChatCompletionRequest(SamplingRequest):
    """A conversation to be answered."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)]
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
        return Question(id=answer_id, messages=tuple(message.turn() for message in self.messages), sampling=sampling)


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


class AnswerMessage(Schema):
    """What the model says."""

    role: Literal["assistant"] = "assistant"
    content: str


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
