"""Talk to a model: a conversation in, a stream of text out, from the tuned model or from its base."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any, Literal

from modelforge.data.conversations import Message
from modelforge.exceptions import ConfigurationError, ConflictError
from modelforge.inference.call_reader import CallReader
from modelforge.inference.loading import LoadedModel, find_model, inference_options, load_model
from modelforge.inference.next_token import NextToken
from modelforge.inference.refusals import reads_only, takes_no_tools
from modelforge.inference.stop_texts import StopTexts
from modelforge.inference.text_stream import TextStream
from modelforge.inference.writer import Writer
from modelforge.schemas.sampling import Sampling
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.call_core import Call
from modelforge.tasks.call_form import CallForm, call_form, takes_results, takes_tools
from modelforge.tasks.chat_rendering import encode, encode_beginning, encode_prompt
from modelforge.tasks.generation import all_end_token_ids, context_length
from modelforge.tasks.reasoning import OPENS

FinishReason = Literal["end", "length", "stopped"]
"""The model ended its turn or came to a stop text; it used up its tokens; someone asked to stop."""
Tools = Sequence[Mapping[str, Any]]
"""Functions that the model may call, as OpenAI describes them."""
LONGEST_OPENING = 16
"""Tokens within which `<think>` and white space behind it stand, a byte each at worst."""


class ChatEngine:
    """One model in memory, and with an adapter its base at no further cost."""

    def __init__(self, loaded: LoadedModel, files: FileManager, name: str | None = None) -> None:
        """`name`: what the model is called where it is told what it cannot do; its id, if it is of the library."""
        self._loaded = loaded
        self._files = files
        self._name = name or (loaded.manifest.id if loaded.manifest else "this model")
        self._base: ChatEngine | None = None
        self.ends = frozenset(all_end_token_ids(loaded.model, loaded.tokenizer))

    @classmethod
    def load(cls, reference: str, files: FileManager) -> ChatEngine:
        """Load a model of the library by its id, or a starter, a folder or a hub id.

        Raises:
            ProviderError: it cannot be found or loaded.
            ConflictError: it reads and does not write.
        """
        loaded = load_model(find_model(reference, files), inference_options())
        if loaded.head.is_by_row:
            raise reads_only(reference)
        return cls(loaded, files, reference)

    @property
    def base_name(self) -> str | None:
        """The model that this one was made from; nothing where that is not known."""
        return self._loaded.manifest.base_model if self._loaded.manifest else None

    @cached_property
    def takes_tools(self) -> bool:
        """Whether functions that may be called can be described to it."""
        return self._is_templated and takes_tools(self.tokenizer)

    @cached_property
    def takes_results(self) -> bool:
        """Whether a conversation may hold calls and their results."""
        return self._is_templated and takes_results(self.tokenizer)

    @cached_property
    def call_form(self) -> CallForm | None:
        """The form in which it calls functions; nothing where that is not understood."""
        return call_form(self.tokenizer)

    @property
    def _is_templated(self) -> bool:
        """Whether its prompts are written by its chat template alone."""
        is_text = self._loaded.plain_prompts or self._loaded.source_prefix or self.is_encoder_decoder
        return not is_text and self.tokenizer.chat_template is not None

    def prompt_ids(self, messages: Sequence[Message], tools: Tools = ()) -> list[int]:
        """The ids that the model answers to: those it was trained on, its system prompt included.

        Raises:
            ConfigurationError: the model's chat template does not allow such a conversation, or takes no tools.
        """
        loaded = self._loaded
        called = any(message.get("tool_calls") or message["role"] == "tool" for message in messages)
        if (tools and not self.takes_tools) or (called and not self.takes_results):
            raise takes_no_tools(self._name)
        if loaded.source_prefix:
            messages = _one_text(messages, loaded.source_prefix)
        if self.is_encoder_decoder or loaded.plain_prompts:
            return self._text_ids(str(messages[-1]["content"]))
        if loaded.system_prompt and messages[0]["role"] != "system":
            messages = [{"role": "system", "content": loaded.system_prompt}, *messages]
        return encode_prompt(loaded.tokenizer, messages, list(tools) or None)

    def _text_ids(self, text: str) -> list[int]:
        """A bare text as it is asked: read as a whole by an encoder, written on from by others."""
        return (encode if self.is_encoder_decoder else encode_beginning)(self.tokenizer, text)

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling | None = None,
        *,
        tools: Tools = (),
        base: bool = False,
        should_stop: Callable[[], bool] | None = None,
    ) -> AnswerStream:
        """Answer the conversation, one turn at least, the last the user's or a tool's; with `base`, as the untuned
        model would.

        Raises:
            ConfigurationError: the conversation is longer than the model can read, or the model takes no tools.
            ConflictError: `base` of a model whose base is not known.
        """
        asked, sampling = self.prompt_ids(messages, tools), sampling or Sampling()
        if base and not self._loaded.is_adapter:
            return AnswerStream(self._base_engine(), asked, sampling, False, should_stop, tools)
        return AnswerStream(self, asked, sampling, base, should_stop, tools)

    def complete(
        self, text: str, sampling: Sampling | None = None, *, should_stop: Callable[[], bool] | None = None
    ) -> AnswerStream:
        """Write on from a bare text, without the chat template.

        Raises:
            ConfigurationError: the text is longer than the model can read, or empty.
        """
        ids = self._text_ids(text)
        if not ids:
            raise ConfigurationError(
                "There is no text to write on from.", hint="Give at least one word.", code="nothing-to-write-on"
            )
        return AnswerStream(self, ids, sampling or Sampling(), False, should_stop)

    @property
    def is_encoder_decoder(self) -> bool:
        """Whether it reads one text and writes another, rather than writing on."""
        return bool(self.model.config.is_encoder_decoder)

    @property
    def model(self) -> Any:
        """The transformers or PEFT model."""
        return self._loaded.model

    @property
    def tokenizer(self) -> Any:
        """The tokenizer that was saved with the model."""
        return self._loaded.tokenizer

    def begins_reasoning(self, prompt: list[int]) -> bool:
        """Whether a prompt ends within reasoning."""
        return str(self.tokenizer.decode(prompt[-LONGEST_OPENING:])).rstrip().endswith(OPENS)

    def side(self, *, base: bool) -> AbstractContextManager[Any]:
        """Inside, a forward pass of `model` is the tuned model's, or the base's."""
        side: AbstractContextManager[Any] = self.model.disable_adapter() if base else nullcontext()
        return side

    def _base_engine(self) -> ChatEngine:
        """The base of full or merged weights, which is a model of its own; loaded on first use."""
        if self._base is None:
            if self.base_name is None:
                raise ConflictError(
                    "The base of this model is not known.",
                    hint="Ask for the base of a model of the library.",
                    code="base-not-known",
                )
            self._base = ChatEngine.load(self.base_name, self._files)
        return self._base


class AnswerStream(Iterator[str]):
    """The pieces of one answer; when they are used up, the figures say how it ended."""

    def __init__(
        self,
        engine: ChatEngine,
        prompt: list[int],
        sampling: Sampling,
        base: bool,
        should_stop: Callable[[], bool] | None,
        tools: Tools = (),
    ) -> None:
        """`tools`: the functions of which calls are read."""
        self.calls: tuple[Call, ...] = ()
        """What the model calls; known once the answer has ended."""
        self._tools = tools
        self.prompt_tokens = len(prompt)
        self.new_tokens = 0
        """Tokens written so far, the end token not counted."""
        self.finish_reason: FinishReason | None = None
        """How the answer ended; nothing while it has not."""
        limit = context_length(engine.model)
        taken = len(Writer.of(engine.model, prompt).begin)  # of the positions that the answer has to share
        if limit is not None and len(prompt) >= limit:
            raise ConfigurationError(
                f"The conversation has {len(prompt):,} tokens; the model reads at most {limit:,}.",
                hint="Shorten the message, or begin a new conversation.",
                code="conversation-too-long",
                params={"tokens": len(prompt), "limit": limit},
            )
        self._ended: FinishReason = "length"
        self._budget = min(sampling.max_new_tokens, limit - taken) if limit else sampling.max_new_tokens
        self._pieces = self._write(engine, prompt, sampling, base, should_stop or (lambda: False))

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        """Give the answer up; no more of it is computed."""
        self._pieces.close()

    def text(self) -> str:
        """The rest of the answer as one text."""
        return "".join(self)

    def _write(
        self, engine: ChatEngine, prompt: list[int], sampling: Sampling, base: bool, should_stop: Callable[[], bool]
    ) -> Generator[str, None, None]:
        form = engine.call_form if self._tools else None
        text, stops = TextStream(engine.tokenizer, form.marks if form else ()), StopTexts(sampling.stop)
        calls = CallReader(form, self._tools, within_reasoning=engine.begins_reasoning(prompt)) if form else None
        for token in self._tokens(engine, prompt, sampling, base, should_stop):
            if piece := _passed(calls, stops.push(text.push(token))):
                yield piece
            if stops.hit:
                break
        rest = "" if stops.hit else _passed(calls, stops.push(text.end()) + stops.end())
        if stops.hit:
            self._ended = "end"
        if calls is not None:
            held, self.calls = calls.end(by_itself=self._ended == "end")
            rest += held
        if rest:
            yield rest
        self.finish_reason = self._ended

    def _tokens(
        self, engine: ChatEngine, prompt: list[int], sampling: Sampling, base: bool, should_stop: Callable[[], bool]
    ) -> Iterator[int]:
        chooser = NextToken(sampling, engine.model.device)
        writer = Writer.of(engine.model, prompt)
        ids = list(writer.begin)
        fresh = list(ids)
        while self.new_tokens < self._budget:
            if should_stop():
                self._ended = "stopped"
                return
            # The side is set for one pass at a time, so that the answers of both sides may be read in turns.
            with engine.side(base=base):
                logits = writer.logits(fresh)
            token = chooser.choose(logits, ids)
            if token in engine.ends:
                self._ended = "end"
                return
            ids.append(token)
            fresh = [token]
            self.new_tokens += 1
            yield token


def _passed(calls: CallReader | None, piece: str) -> str:
    """A piece without what may belong to a call."""
    return piece if calls is None else calls.push(piece)


def _one_text(messages: Sequence[Message], prefix: str) -> list[Message]:
    """The last turn as the model was trained on it: a text of its own behind the prefix, and no earlier question."""
    system = [message for message in messages[:1] if message["role"] == "system"]
    return [*system, {**messages[-1], "content": prefix + str(messages[-1]["content"])}]
