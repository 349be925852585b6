"""The two ways to ask a worker to stop: a signal, and a file in the run's folder."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignal:
    """Whether this process was asked to stop. The training sees it between two steps, saves and ends."""

    def __init__(self, request: Path) -> None:
        self._request = request
        self._signalled = False

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as requests from now on. Forked children, such as data loaders, still die of them.

        Only the main thread of a process may call this.
        """
        for number in SIGNALS:
            signal.signal(number, self._receive)
        os.register_at_fork(after_in_child=_die_as_usual)

    def __call__(self) -> bool:
        return self._signalled or self._request.exists()

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True


def _die_as_usual() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
