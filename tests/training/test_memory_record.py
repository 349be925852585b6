"""What a run took of memory: its own peak, whoever started it."""

from __future__ import annotations

import subprocess
import sys

from modelforge.training.memory_record import memory_in_use, peak_memory

HELD = 400 << 20
SAY = 'from modelforge.training.memory_record import peak_memory; print(peak_memory("cpu"))'


def test_the_peak_is_that_of_the_process_and_not_of_the_one_that_started_it() -> None:
    held = b"\x01" * HELD
    said = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True).stdout
    assert len(held) < memory_in_use("cpu") <= peak_memory("cpu")
    assert 1 << 20 < int(said) < HELD
    del held
    assert peak_memory("cpu") > HELD
