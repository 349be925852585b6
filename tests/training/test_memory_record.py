"""What a run took of memory: its own peak, whoever started it, without the files that programs are read from."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

from modelforge.training.memory_record import _recent_program_pages, memory_in_use, peak_memory

HELD = 400 << 20
SAY = 'from modelforge.training.memory_record import peak_memory; print(peak_memory("cpu"))'


def said(program: str) -> int:
    return int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)


def test_the_peak_is_that_of_the_process_and_not_of_the_one_that_started_it() -> None:
    _recent_program_pages.cache_clear()
    held = b"\x01" * HELD
    its_own = said(SAY)
    assert len(held) < memory_in_use("cpu") <= peak_memory("cpu")
    assert 1 << 20 < its_own < HELD
    del held
    assert peak_memory("cpu") > HELD


def test_files_of_programs_do_not_count() -> None:
    all_of_it = "from modelforge.training.memory_record import _status; print(_status('VmHWM'))"

    assert said(f"import torch; {SAY}") < said(f"import torch; {all_of_it}") - (50 << 20)


def test_files_of_weights_and_rows_count(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"\x01" * (HELD // 8))
    without = said(SAY)
    touched = (
        f"import mmap; f = open({str(path)!r}, 'rb'); m = mmap.mmap(f.fileno(), 0, prot=1); sum(m[::{mmap.PAGESIZE}]); "
    )

    assert said(touched + SAY) > without + HELD // 16
