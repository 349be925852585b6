"""What a run took of memory: its own peak, whoever started it, without the files that programs are read from."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

from modelforge.training.memory_record import MemoryMeter

HELD = 400 << 20
PROGRAMS = 50 << 20
"""Less than torch's files take."""
SAY = 'from modelforge.training.memory_record import MemoryMeter; print(MemoryMeter("cpu").peak())'


def said(program: str) -> list[int]:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return [int(figure) for figure in run.stdout.split()]


def test_the_peak_is_that_of_the_process_and_not_of_the_one_that_started_it() -> None:
    meter = MemoryMeter("cpu")
    held = b"\x01" * HELD
    (its_own,) = said(SAY)
    assert len(held) < meter.now() <= meter.peak()
    assert 1 << 20 < its_own < HELD
    del held
    assert meter.peak() > HELD


def test_files_of_programs_do_not_count_and_none_that_come_later_lower_the_peak_below_what_was_held() -> None:
    first, now, resident, peak, a_new_meters, highest = said(
        "from modelforge.training.memory_record import MemoryMeter, _status\n"
        "meter = MemoryMeter('cpu')\n"
        f"held = b'1' * {HELD}\n"
        "first = meter.now()\n"
        "del held\n"
        "import torch\n"
        "print(first, meter.now(), _status('VmRSS'), meter.peak(), MemoryMeter('cpu').peak(), _status('VmHWM'))"
    )

    assert now < resident - PROGRAMS
    assert a_new_meters < highest - PROGRAMS
    assert a_new_meters < first <= peak


def test_files_of_weights_and_rows_count(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"\x01" * (HELD // 8))
    (without,) = said(SAY)
    touched = (
        f"import mmap; f = open({str(path)!r}, 'rb'); m = mmap.mmap(f.fileno(), 0, prot=1); sum(m[::{mmap.PAGESIZE}]); "
    )

    assert said(touched + SAY)[0] > without + HELD // 16
