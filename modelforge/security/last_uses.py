"""When each session was last used: a session lasts as long as somebody works in it."""

from __future__ import annotations

import threading
import time


class LastUses:
    """Remembers the sessions of this process. Of one that it does not know, the beginning counts as its last use."""

    def __init__(self, idle_seconds: float) -> None:
        self.idle_seconds = idle_seconds
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def use(self, session: str, begun: float) -> bool:
        """Note a use, unless the session has not been used for too long: then it has ended."""
        now = time.time()
        with self._lock:
            if now - self._last.get(session, begun) > self.idle_seconds:
                return False
            if session not in self._last:
                self._last = {old: last for old, last in self._last.items() if now - last <= self.idle_seconds}
            self._last[session] = now
            return True
