"""The process that answers: it holds one model from its beginning to its end, and is asked through a line.

Both ends of the line speak JSON, a message at a time. Down: a `Question`, or `{"stop": ID}`. Up: `loaded` or `failed`,
then for each question `start`, many times `piece`, an `end` for each side, or one `error`; for texts to be read
`start`, then `predicted` or `error`. When whoever asks has gone, the process ends.
"""

from __future__ import annotations

import faulthandler
import os
import secrets
import string
import sys
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

from modelforge.exceptions import HardwareError, ModelForgeException, told
from modelforge.inference.chat_engine import AnswerStream, ChatEngine
from modelforge.inference.loading import LoadedModel, find_model, inference_options, load_model
from modelforge.inference.reader import longest, read
from modelforge.inference.refusals import prediction_stopped, reads_only, writes_only
from modelforge.schemas.playground import Loaded, Question, Side
from modelforge.schemas.tools import CalledFunction, ToolCall
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.generation import context_length
from modelforge.training.failure import is_out_of_memory
from modelforge.training.secrets import RedactingWriter, Redactor

ID_LETTERS = string.ascii_letters + string.digits
BESIDE_TRAINING = 10
"""Niceness on the processor: a run that trains there goes first."""


@dataclass(frozen=True)
class Post:
    """What an answering process is started with."""

    home: Path
    model: str
    environment: dict[str, str]
    log: Path
    """What the libraries print, from the start of this process on."""
    on_processor: bool


def live(post: Post, line: Connection) -> None:
    """Load the model and answer until the line is closed. Runs in a process of its own, forked with torch loaded."""
    _settle(post)
    try:
        try:
            desk = _Desk.open(post.model, FileManager(post.home), line)
        except (ModelForgeException, MemoryError, RuntimeError) as error:
            _say(line, kind="failed", error=_told(error))
            return
        _say(line, kind="loaded", **desk.loaded_as().model_dump())
        desk.work()
    except (EOFError, ConnectionError):
        return  # the parent has gone


class _Desk:
    """Answers one question after the other, and looks between two tokens or texts whether somebody asks to stop."""

    def __init__(self, model: str, loaded: LoadedModel, files: FileManager, line: Connection) -> None:
        self._model = model
        self._loaded = loaded
        self._engine = None if loaded.head.is_by_row else ChatEngine(loaded, files, model)
        """What writes; nothing where the model only reads."""
        self._line = line
        self._waiting: deque[Question] = deque()
        self._current = ""
        self._stopped: set[str] = set()

    @classmethod
    def open(cls, model: str, files: FileManager, line: Connection) -> _Desk:
        """Load the model. Raises ProviderError, ConflictError."""
        return cls(model, load_model(find_model(model, files), inference_options()), files, line)

    def loaded_as(self) -> Loaded:
        """What is there now."""
        model = self._loaded.model
        return Loaded(
            base_model=self._engine.base_name if self._engine else None,
            context_length=context_length(model) if self._engine else longest(self._loaded),
            device=str(model.device),
        )

    def work(self) -> None:
        """Until the line is closed. Raises EOFError then."""
        while True:
            if not self._waiting:
                self._read()
                continue
            question = self._waiting.popleft()
            self._current = question.id
            try:
                self._predict(question) if question.inputs else self._answer(question)
            except (ModelForgeException, MemoryError, RuntimeError) as error:
                _say(self._line, kind="error", id=question.id, error=_told(error))

    def _predict(self, question: Question) -> None:
        if self._engine is not None:
            raise writes_only(self._model)
        began, found = time.monotonic(), []
        _say(self._line, kind="start", id=question.id, prompt_tokens=0)
        for one in question.inputs:
            if self._should_stop():
                raise prediction_stopped()
            found.append(read(self._loaded, one).model_dump())
        _say(
            self._line,
            kind="predicted",
            id=question.id,
            predictions=found,
            seconds=round(time.monotonic() - began, 3),
        )

    def _answer(self, question: Question) -> None:
        began = time.monotonic()
        streams = {side: self._stream(question, side) for side in question.sides}
        first = next(iter(streams.values()))
        _say(self._line, kind="start", id=question.id, prompt_tokens=first.prompt_tokens)
        while streams:
            for side, stream in list(streams.items()):
                text = next(stream, None)
                if text is not None:
                    _say(self._line, kind="piece", id=question.id, side=side, text=text)
                    continue
                del streams[side]
                calls = [
                    ToolCall(function=CalledFunction(**call._asdict()), id=_call_id()).model_dump()
                    for call in stream.calls
                ]
                _say(
                    self._line,
                    kind="end",
                    id=question.id,
                    side=side,
                    finish_reason=stream.finish_reason,
                    prompt_tokens=stream.prompt_tokens,
                    new_tokens=stream.new_tokens,
                    tool_calls=calls,
                    seconds=round(time.monotonic() - began, 3),
                )

    def _stream(self, question: Question, side: Side) -> AnswerStream:
        if self._engine is None:
            raise reads_only(self._model)
        if question.text is not None:
            return self._engine.complete(question.text, question.sampling, should_stop=self._should_stop)
        return self._engine.stream(
            [message.turn() for message in question.messages],
            question.sampling,
            tools=question.tools,
            base=side == "base",
            should_stop=self._should_stop,
        )

    def _should_stop(self) -> bool:
        while self._line.poll():
            self._read()
        return self._current in self._stopped

    def _read(self) -> None:
        said = orjson.loads(self._line.recv_bytes())
        if "stop" in said:
            self._stopped.add(said["stop"])
        else:
            self._waiting.append(Question.model_validate(said))


def _settle(post: Post) -> None:
    """A session of its own, an environment without secrets, a log instead of the server's terminal."""
    os.setsid()
    if post.on_processor:
        os.nice(BESIDE_TRAINING)
    os.environ.clear()
    os.environ.update(post.environment)
    log = os.open(post.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    redactor = Redactor(os.environ)
    sys.stdout = RedactingWriter(os.fdopen(os.dup(1), "wb", 0), redactor.text)
    sys.stderr = RedactingWriter(os.fdopen(os.dup(2), "wb", 0), redactor.text)
    faulthandler.enable(file=2)


def _call_id() -> str:
    """Nine letters and digits: the only ids that Mistral's chat templates take."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(9))


def _say(line: Connection, **message: Any) -> None:
    line.send_bytes(orjson.dumps(message))


def _told(error: BaseException) -> dict[str, Any]:
    """An error for the parent. What nobody foresaw goes on: its traceback belongs into the log."""
    if isinstance(error, ModelForgeException):
        return told(error)
    if not is_out_of_memory(error):
        raise error
    return told(
        HardwareError(
            "There is not enough memory for this model or this conversation.",
            hint="Take a smaller model or a shorter conversation, or free some memory.",
            code="answer-out-of-memory",
        )
    )
