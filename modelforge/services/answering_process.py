"""The process that answers, as the server holds it: started, asked, stopped, ended. The web process loads no torch."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

import orjson

from modelforge.exceptions import HardwareError, ModelForgeException, restored
from modelforge.schemas.playground import Loaded, Question
from modelforge.services.heavy_process import KILLED
from modelforge.services.slots import environment_on
from modelforge.storage.file_manager import FileManager
from modelforge.training.forkserver import forkserver_context, start_forkserver
from modelforge.training.secrets import worker_environment

END_SECONDS = 10.0
Hear = Callable[[dict[str, Any]], object]
"""Called in a thread of its own with each message about a question; `{"kind": "gone"}` is the last one of all."""


class AnsweringProcess:
    """One model in a process of its own. A process is never used for a second model: nothing is left behind."""

    def __init__(self, model: str, slot: str, files: FileManager, environment: Mapping[str, str]) -> None:
        self.model = model
        self.slot = slot
        self.loaded: Future[Loaded] = Future()
        """What the process says once it can answer; or why it cannot."""
        self.loaded.set_running_or_notify_cancel()  # several may wait for it, and none of them may give it up
        self.loaded_at: datetime | None = None
        self.farewell: ModelForgeException | None = None
        """Why it has ended, once it has, if it was for a reason."""
        self._files = files
        self._environment = environment
        self._hearers: dict[str, Hear] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="question")
        """Keeps messages in order; a process that is busy does not hold up who asks it."""
        self._line: Connection | None = None
        self._process: Any = None
        self._listener: threading.Thread | None = None
        self._lock = threading.Lock()
        self._has_ended = threading.Event()

    def start(self) -> None:
        """Begin to load the model; returns at once, but for the first start of the forkserver."""
        from modelforge.inference.answer_process import Post, live

        context = forkserver_context()
        post = Post(
            home=self._files.home,
            model=self.model,
            environment=worker_environment(environment_on(self.slot, self._environment)),
            log=self._files.inference_log,
            on_processor=self.slot == "cpu",
        )
        with self._lock:
            if self._has_ended.is_set():
                return
            start_forkserver()
            self._line, theirs = context.Pipe()
            with theirs:
                self._process = context.Process(target=live, args=(post, theirs), name="answers", daemon=True)
                self._process.start()
            self._listener = threading.Thread(target=self._listen, name="answers", daemon=True)
            self._listener.start()

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked, or will be once its model is there."""
        return not self._has_ended.is_set()

    @property
    def answers_as(self) -> Loaded | None:
        """What is loaded; nothing before it is, also where it failed."""
        done = self.loaded.done() and self.loaded.exception() is None
        return self.loaded.result() if done else None

    @property
    def pid(self) -> int | None:
        """The number of the process, once it was started."""
        return self._process.pid if self._process is not None else None

    def ask(self, question: Question, hear: Hear) -> None:
        """Ask; what is said about the question goes to `hear`. Raises ModelForgeException when it has ended."""
        with self._lock:
            if self._has_ended.is_set():
                raise self.reason()
            self._hearers[question.id] = hear
            self._writer.submit(self._send, question.model_dump(mode="json"))

    def stop(self, question_id: str) -> None:
        """Have the answer end where it is."""
        with self._lock:
            if not self._has_ended.is_set():
                self._writer.submit(self._send, {"stop": question_id})

    def forget(self, question_id: str) -> None:
        """Hear no more of a question."""
        self._hearers.pop(question_id, None)

    def end(self, farewell: ModelForgeException | None = None) -> None:
        """End the process and wait until what it held is free. `farewell` is what those hear who wait for an answer."""
        with self._lock:
            if self.farewell is None and not self._has_ended.is_set():
                self.farewell = farewell
            listener = self._listener
            if listener is None:
                self._gone()
            elif self._process is not None:
                self._process.kill()
        if listener is not None:
            listener.join(END_SECONDS)

    def reason(self) -> ModelForgeException:
        """Why it has ended."""
        return self.farewell or _death(self._process.exitcode if self._process else None)

    def _send(self, message: dict[str, Any]) -> None:
        """To the process; when it has gone, its hearers are told so anyway."""
        if self._line is not None:
            with contextlib.suppress(OSError, ValueError):
                self._line.send_bytes(orjson.dumps(message))

    def _listen(self) -> None:
        """Runs in a thread: hands on what the process says, until it ends."""
        assert self._line is not None
        with self._line:
            while True:
                try:
                    message = orjson.loads(self._line.recv_bytes())
                except (EOFError, OSError):
                    break
                self._take(message)
        self._process.join()
        with self._lock:
            self._gone()

    def _take(self, message: dict[str, Any]) -> None:
        kind = message.pop("kind")
        if kind == "loaded":
            self.loaded_at = datetime.now(UTC)
            self.loaded.set_result(Loaded.model_validate(message))
        elif kind == "failed":
            self.farewell = self.farewell or restored(message["error"])
        elif (hear := self._hearers.get(message.pop("id"))) is not None:
            hear({"kind": kind, **message})

    def _gone(self) -> None:
        self._has_ended.set()
        self._writer.shutdown(wait=False, cancel_futures=True)
        if not self.loaded.done():
            self.loaded.set_exception(self.reason())
        for hear in list(self._hearers.values()):
            hear({"kind": "gone"})


def _death(exitcode: int | None) -> ModelForgeException:
    if exitcode == KILLED:
        return HardwareError(
            "The process that answers was killed, most likely because the machine has no memory left.",
            hint="Free some memory or take a smaller model, then ask again: the process starts anew.",
            code="answer-out-of-memory",
        )
    return ModelForgeException(
        f"The process that answers has died (exit code {exitcode}).",
        hint="Ask again: it starts anew. Its last words are in inference.log in ModelForge's home folder.",
        code="answering-process-died",
        params={"exitcode": str(exitcode)},
    )
