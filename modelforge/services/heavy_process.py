"""Work that needs torch or much time, carried out in a process of its own: the API stays light and quick.

Children are forked from the same forkserver as the workers, which has imported everything once. A call's result comes
back as JSON; an error of ours comes back as the same class with the same words.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeVar

import orjson
from pydantic import TypeAdapter
from pydantic_core import to_json

from modelforge.exceptions import HardwareError, ModelForgeException, restored, told
from modelforge.storage.file_manager import FileManager
from modelforge.training.launcher import PRELOAD

Result = TypeVar("Result")
KILLED = -9
AT_ONCE = 2
"""Calls carried out at the same time; the others wait for their turn."""


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
        if method == "forkserver":
            multiprocessing.get_context(method).set_forkserver_preload(list(preload))
        self.context: Any = multiprocessing.get_context(method)  # typed as a base that has no `Process`
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="heavy")

    def warm_up(self) -> None:
        """Start the forkserver and its imports in the background, so that the first call need not wait for them."""
        threading.Thread(target=_start_forkserver, name="warm-up", daemon=True).start()

    async def call(self, result: type[Result], function: Callable[..., Any], *arguments: Any) -> Result:
        """`function(*arguments)` in a child process; waits for a free turn. See `call_now`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: self.call_now(result, function, *arguments))

    def call_now(self, result: type[Result], function: Callable[..., Any], *arguments: Any) -> Result:
        """`function(*arguments)` in a child process, at once.

        Args:
            result: the type of what the function returns; it travels as JSON.
            function: importable by name in the child.

        Raises:
            ModelForgeException: what the function raised, or that the child died.
        """
        reader, writer = self.context.Pipe(duplex=False)
        with reader:
            with writer:
                child = self.context.Process(
                    target=_carry_out, args=(str(self.files.cache), function, arguments, writer), daemon=True
                )
                child.start()
            try:
                answer = orjson.loads(reader.recv_bytes())
            except EOFError:
                child.join()
                raise _death(child.exitcode, function.__name__) from None
        child.join()
        if (error := answer.get("error")) is not None:
            raise restored(error)
        return TypeAdapter(result).validate_python(answer["result"], strict=False)

    def close(self) -> None:
        """Take no more calls; those under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _start_forkserver() -> None:
    from multiprocessing.forkserver import ensure_running

    ensure_running()


def _carry_out(folder: str, function: Callable[..., Any], arguments: tuple[Any, ...], answer: Connection) -> None:
    """Runs in the child. Its current folder holds nothing, so no name from outside means a file there."""
    nowhere = os.path.join(folder, "nowhere")
    os.makedirs(nowhere, exist_ok=True)
    os.chdir(nowhere)
    try:
        reply = {"result": function(*arguments)}
    except ModelForgeException as error:
        reply = {"error": told(error)}
    except MemoryError:
        reply = {"error": told(_no_memory(function.__name__))}
    answer.send_bytes(to_json(reply))


def _death(exitcode: int | None, name: str) -> ModelForgeException:
    if exitcode == KILLED:
        return _no_memory(name)
    return ModelForgeException(
        f"The process for `{name}` ended unexpectedly (exit code {exitcode}).",
        hint="The server's log holds its last words.",
    )


def _no_memory(name: str) -> HardwareError:
    return HardwareError(
        f"The process for `{name}` was ended, most likely because the machine has no memory left.",
        hint="Free some memory, or take a smaller model or dataset.",
    )
