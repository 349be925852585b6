"""How busy this machine is: one look per second, however many watch."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

from modelforge.schemas.hardware import LiveHardwareView

AGE = 1.0
"""Seconds for which a look is good."""
SHORTEST = 0.1
"""Seconds over which the first look counts how busy the processor is."""


class ProcessorTimes(NamedTuple):
    """Seconds that all cores have been busy, and that have gone by on all of them, since the machine started.

    psutil's own percentage is counted anew in each thread, and is 0 when a thread first asks.
    """

    busy: float
    whole: float

    @classmethod
    def now(cls) -> ProcessorTimes:
        """As the kernel counts them."""
        import psutil

        times = psutil.cpu_times()
        whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)  # counted as user too
        return cls(whole - times.idle - getattr(times, "iowait", 0.0), whole)

    def percent_since(self, before: ProcessorTimes) -> float:
        """How much of the time since then the cores were busy."""
        passed = self.whole - before.whole
        return min(100.0, max(0.0, 100 * (self.busy - before.busy) / passed)) if passed > 0 else 0.0


class LiveHardware:
    """Looks at processor, memory, disk and GPUs."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._last: LiveHardwareView | None = None
        self._worked = ProcessorTimes.now()

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
        if self._last is None:
            time.sleep(SHORTEST)
        before, self._worked = self._worked, ProcessorTimes.now()
        return LiveHardwareView(
            time=time.time(),
            cpu_percent=self._worked.percent_since(before),
            load=os.getloadavg()[0],
            memory_total_bytes=found.memory_total_bytes,
            memory_available_bytes=found.memory_available_bytes,
            disk_free_bytes=found.disk_free_bytes,
            server_bytes=psutil.Process().memory_info().rss,
            accelerators=found.accelerators,
        )
