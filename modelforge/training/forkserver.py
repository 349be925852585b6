"""The forkserver: one process that has imported once what all children share, and from which each of them is forked."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Sequence
from multiprocessing import forkserver
from typing import Any

from modelforge.training.secrets import SAFE_PATH

PRELOAD = ("modelforge.training.preload",)
_starting = threading.Lock()


def forkserver_context(preload: Sequence[str] = PRELOAD) -> Any:
    """The context whose `Process` is forked from the forkserver; typed as a base that has no `Process`.

    Args:
        preload: the modules that it imports when it starts. There is one forkserver: the last to say so is heard.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def start_forkserver() -> None:
    """Start it, or anew if it has ended; call it before each `Process.start`, which would do so without `SAFE_PATH`.

    Its imports must mean the installed libraries, whatever lies in the folder that the command was started in.
    """
    name, value = SAFE_PATH
    with _starting:
        before = os.environ.get(name)
        os.environ[name] = value
        try:
            forkserver.ensure_running()
        finally:
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before
