"""How busy this machine is: one look per second, however many watch."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from modelforge.schemas.hardware import LiveHardwareView

AGE = 1.0
"""Seconds for which a look is good."""


class LiveHardware:
    """Looks at processor, memory, disk and GPUs."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._last: LiveHardwareView | None = None

    def look(self) -> LiveHardwareView:
        """The machine now, or up to a second ago."""
        with self._lock:
            if self._last is None or time.time() - self._last.time > AGE:
                self._last = self._measure()
            return self._last

    def _measure(self) -> LiveHardwareView:
        import psutil

        from modelforge.hardware.detector import detect

        found = detect(self._home)
        return LiveHardwareView(
            time=time.time(),
            cpu_percent=psutil.cpu_percent(interval=None),
            load=os.getloadavg()[0],
            memory_total_bytes=found.memory_total_bytes,
            memory_available_bytes=found.memory_available_bytes,
            disk_free_bytes=found.disk_free_bytes,
            server_bytes=psutil.Process().memory_info().rss,
            accelerators=found.accelerators,
        )
