"""Whether the hub answers, where a person waits for what it says.

Its client tries again for half a minute where nothing answers, which is right for a run and wrong for a page. So where
somebody waits, the hub is asked once whether it is there; that it is not is remembered for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PATIENCE = 5.0
"""Seconds until the hub counts as silent."""
SILENT_FOR = 30.0
"""Seconds for which a silent hub is not asked again."""
ANSWERS_FOR = 5.0
"""Seconds for which one that has answered is taken to be there."""
SERVER_ERROR = 500

_waited_for: ContextVar[bool] = ContextVar("waited_for", default=False)


@contextmanager
def waited_for() -> Iterator[None]:
    """Inside, a person waits: a hub that does not answer is left alone."""
    token = _waited_for.set(True)
    try:
        yield
    finally:
        _waited_for.reset(token)


class HubReach:
    """What is known of the hub in this process; safe to ask from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._answers = True
        self._until = 0.0

    def answers(self) -> bool:
        """Whether the hub is there, asked now or some seconds ago; of several who ask at once one does, for all."""
        with self._turn:
            if time.monotonic() >= self._until:
                self._answers = _is_there()
                self._until = time.monotonic() + (ANSWERS_FOR if self._answers else SILENT_FOR)
            return self._answers


REACH = HubReach()


def may_be_asked() -> bool:
    """Whether the hub may be asked here and now: always, unless a person waits and it does not answer."""
    return not _waited_for.get() or REACH.answers()


def _is_there() -> bool:
    from huggingface_hub import constants, get_session
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined] # of whichever client the hub's uses

    if constants.HF_HUB_OFFLINE:
        return True  # its client says so itself, at once
    try:
        answer = get_session().head(constants.ENDPOINT, timeout=PATIENCE, follow_redirects=False)
    except (HTTPError, OSError):
        return False
    return bool(answer.status_code < SERVER_ERROR)
