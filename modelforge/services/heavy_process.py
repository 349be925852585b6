"""Work that needs torch or much time, carried out in a process of its own: the API stays light and quick.

Children are forked from the same forkserver as the workers, which has imported everything once. A call's result comes
back as JSON; an error of ours comes back as the same class with the same words.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Literal, TypeVar

import orjson
from pydantic import TypeAdapter
from pydantic_core import to_json

from modelforge.exceptions import ExhaustedError, HardwareError, ModelForgeException, StorageError, restored, told
from modelforge.storage.file_manager import FileManager
from modelforge.training.forkserver import PRELOAD, forkserver_context, start_forkserver

Result = TypeVar("Result")
KILLED = -9
AT_ONCE = 2
"""Calls carried out at the same time; the others wait for their turn."""
RETRY_AFTER = 30
"""Seconds after which what was at work when a process could not be started may have ended."""


class Ended(Exception):
    """Whoever held a call by its handle has ended it."""


class CallHandle:
    """A call that is carried out: what it tells is heard, and it may be ended, from any thread."""

    def __init__(self, hear: Callable[[Any], object] | None = None) -> None:
        """`hear` is called in a thread of its own with everything that the function tells, as JSON has it.

        Where nobody hears, the function is not asked to tell.
        """
        self.hear = hear
        self.on_begin: Callable[[], object] = lambda: None
        """Called in a thread of its own when the call's turn has come."""
        self.has_ended = False
        self._turn: Future[Any] | None = None
        self._child: Any = None
        self._lock = threading.Lock()

    def wait(self, turn: Future[Any]) -> None:
        """The call waits for its turn."""
        with self._lock:
            self._turn = turn
            if self.has_ended:
                turn.cancel()

    def begin(self, child: Any) -> None:
        """The call has begun, in this process."""
        with self._lock:
            self._child = child
            if self.has_ended:
                child.kill()
                return
        self.on_begin()

    def end(self) -> None:
        """End the call where it is, also one that waits for its turn."""
        with self._lock:
            self.has_ended = True
            if self._child is not None:
                self._child.kill()
            elif self._turn is not None:
                self._turn.cancel()


class HeavyProcess:
    """Calls functions in child processes, a few at a time."""

    def __init__(
        self,
        files: FileManager,
        *,
        at_once: int = AT_ONCE,
        preload: Sequence[str] = PRELOAD,
        method: Literal["forkserver", "spawn"] = "forkserver",
    ) -> None:
        """`spawn` starts a fresh interpreter for each call, for work that needs none of what is preloaded."""
        self.files = files
        self._is_forked = method == "forkserver"
        self.context: Any = forkserver_context(preload) if self._is_forked else multiprocessing.get_context(method)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="heavy")
        self._children: set[Any] = set()
        self._is_closed = False

    def warm_up(self) -> None:
        """Start the forkserver and its imports in the background, so that the first call need not wait for them."""
        threading.Thread(target=start_forkserver, name="warm-up", daemon=True).start()

    async def call(
        self, result: type[Result], function: Callable[..., Any], *arguments: Any, handle: CallHandle | None = None
    ) -> Result:
        """`function(*arguments)` in a child process; waits for a free turn. See `call_now`."""
        turn = self._pool.submit(self.call_now, result, function, *arguments, handle=handle)
        if handle is not None:
            handle.wait(turn)
        try:
            return await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            if handle is not None and handle.has_ended:
                raise Ended from None
            raise

    def call_now(
        self, result: type[Result], function: Callable[..., Any], *arguments: Any, handle: CallHandle | None = None
    ) -> Result:
        """`function(*arguments)` in a child process, at once.

        Args:
            result: the type of what the function returns; it travels as JSON.
            function: importable by name in the child.
            handle: hears what the function says, and may end it; the function is given `tell` behind its arguments
                where somebody hears.

        Raises:
            ModelForgeException: what the function raised, that the child died, or that `close` has ended it.
            ExhaustedError: no child could be started.
            Ended: the handle has ended it.
        """
        with _starting(function.__name__):
            if self._is_forked:
                start_forkserver()
            reader, writer = self.context.Pipe(duplex=False)
        with reader:
            with writer, _starting(function.__name__):
                child = self.context.Process(
                    target=_carry_out,
                    args=(str(self.files.cache), function, arguments, writer, _is_heard(handle)),
                    daemon=True,
                )
                child.start()
            self._children.add(child)
            if self._is_closed:
                child.kill()
            if handle is not None:
                handle.begin(child)
            try:
                answer = _hear_out(reader, handle)
            except EOFError:
                child.join()
                with contextlib.suppress(StorageError):  # else the next start sweeps
                    self.files.sweep()
                if handle is not None and handle.has_ended:
                    raise Ended from None
                raise server_ended() if self._is_closed else _death(child.exitcode, function.__name__) from None
            finally:
                self._children.discard(child)
        child.join()
        if (error := answer.get("error")) is not None:
            raise restored(error)
        return TypeAdapter(result).validate_python(answer["result"], strict=False)

    def close(self) -> None:
        """Take no more calls, and end those under way."""
        self._is_closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in list(self._children):
            child.kill()


@contextlib.contextmanager
def _starting(name: str) -> Iterator[None]:
    """Tell in words where no child can be started: no open files or processes left, here or in the forkserver."""
    try:
        yield
    except (EOFError, OSError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or type(error).__name__  # a closed pipe says nothing
        raise ExhaustedError(
            f"No process could be started for `{name}`: {reason}.",
            hint="Try again once other work has ended. If it stays, raise the server's limits, of open files first "
            "(`ulimit -n`), and start it again.",
            details={"retry_after": RETRY_AFTER},
            code="process-not-started",
            params={"name": name, "reason": reason},
        ) from error


def _is_heard(handle: CallHandle | None) -> bool:
    return handle is not None and handle.hear is not None


def _hear_out(line: Connection, handle: CallHandle | None) -> dict[str, Any]:
    """The answer, once what is told on the way there has been handed on. Raises EOFError where none comes."""
    while "told" in (said := orjson.loads(line.recv_bytes())):
        if handle is not None and handle.hear is not None:
            handle.hear(said["told"])
    return dict(said)


def _carry_out(
    folder: str, function: Callable[..., Any], arguments: tuple[Any, ...], answer: Connection, tells: bool
) -> None:
    """Runs in the child. Its current folder holds nothing, so no name from outside means a file there."""
    end_with_the_server()
    nowhere = os.path.join(folder, "nowhere")
    os.makedirs(nowhere, exist_ok=True)
    os.chdir(nowhere)
    if tells:
        arguments = (*arguments, lambda told: answer.send_bytes(to_json({"told": told})))
    try:
        reply = {"result": function(*arguments)}
    except ModelForgeException as error:
        reply = {"error": told(error)}
    except MemoryError:
        reply = {"error": told(_no_memory(function.__name__))}
    answer.send_bytes(to_json(reply))


def end_with_the_server() -> None:
    """In a child: end when the server dies, however it dies. The next one says that the work was not done."""
    server = multiprocessing.parent_process()
    if server is not None:
        threading.Thread(target=_outlive_not, args=(server,), name="server-watch", daemon=True).start()


def _outlive_not(server: BaseProcess) -> None:
    server.join()
    os._exit(1)


def server_ended() -> ModelForgeException:
    """What is said of work that was under way when its server ended."""
    return ModelForgeException(
        "The server ended before this was done.",
        hint="Nothing half-made is kept. Start it again.",
        code="server-ended",
    )


def _death(exitcode: int | None, name: str) -> ModelForgeException:
    if exitcode == KILLED:
        return _no_memory(name)
    return ModelForgeException(
        f"The process for `{name}` ended unexpectedly (exit code {exitcode}).",
        hint="The server's log holds its last words.",
        code="process-ended",
        params={"name": name},
    )


def _no_memory(name: str) -> HardwareError:
    return HardwareError(
        f"The process for `{name}` was ended, most likely because the machine has no memory left.",
        hint="Free some memory, or take a smaller model or dataset.",
        code="process-out-of-memory",
        params={"name": name},
    )
