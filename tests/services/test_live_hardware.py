"""How busy the machine is said to be."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modelforge.services import live_hardware
from modelforge.services.live_hardware import LiveHardware, ProcessorTimes


@pytest.fixture
def work() -> Iterator[None]:
    """A core that is busy."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    time.sleep(0.3)  # until it has begun
    yield
    process.kill()
    process.wait()


@pytest.mark.usefixtures("work")
def test_work_is_seen_from_every_thread_and_from_the_first_look_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_hardware, "AGE", 0.2)
    live = LiveHardware(tmp_path)
    seen = []
    for _ in range(4):
        with ThreadPoolExecutor(1) as thread:
            seen.append(thread.submit(live.look).result().cpu_percent)
        time.sleep(0.3)
    assert min(seen) > 0
    assert max(seen) <= 100


def test_the_share_is_that_of_the_time_between_two_looks() -> None:
    before = ProcessorTimes(busy=10.0, whole=100.0)
    assert ProcessorTimes(busy=13.0, whole=104.0).percent_since(before) == 75.0
    assert ProcessorTimes(busy=10.0, whole=104.0).percent_since(before) == 0.0
    assert before.percent_since(before) == 0.0
