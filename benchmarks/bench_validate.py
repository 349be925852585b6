"""How fast 1 GB of JSON Lines is checked, and in how much memory (PROMISES.md, V4).

    python benchmarks/bench_validate.py [--megabytes 1000]

Rows are single exchanges and conversations of about 1 KB. Each check runs in a process of its own; its memory is the
rise of the peak RSS over that of a process that has checked ten rows, so that the libraries do not count. Speed is per
second of processor time of one core, which a busy neighbour does not change; wall time is given beside it.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESULTS = Path(__file__).with_suffix(".json")
WORDS = [
    f"{a}{b}" for a in ("re", "un", "over", "in", "out", "sub") for b in ("port", "call", "line", "set", "form", "ly")
]

CHECK = """
import json, resource, sys, time
from pathlib import Path
from modelforge.evaluation.dataset_validator import DatasetValidator
from modelforge.storage.file_manager import FileManager
small, big, home = sys.argv[1:]
validator = DatasetValidator(FileManager(Path(home)))
validator.validate(small, "text-generation")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
wall, cpu = time.perf_counter(), time.process_time()
report = validator.validate(big, "text-generation")
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
unit = 1 if sys.platform == "darwin" else 1024
extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) * unit
print(json.dumps({"ok": report.ok, "rows": report.rows, "wall": wall, "cpu": cpu, "extra_bytes": extra}))
"""


def sentence(draw: random.Random, words: int) -> str:
    """Words with a quote, a colon and a letter beyond ASCII among them, as real text has."""
    return " ".join(draw.choices([*WORDS, "é", '"so:"', "a:"], k=words))


def exchange(draw: random.Random) -> dict[str, object]:
    """A row of shape input_output."""
    return {"input": sentence(draw, 90), "output": sentence(draw, 60)}


def conversation(draw: random.Random) -> dict[str, object]:
    """A row of shape messages with four turns."""
    roles = ("user", "assistant", "user", "assistant")
    return {"messages": [{"role": role, "content": sentence(draw, 36)} for role in roles]}


def write(path: Path, row: object, size: int) -> int:
    """Write rows until `size` bytes; returns the bytes written."""
    draw = random.Random(7)
    pool = [row(draw) for _ in range(2000)]  # type: ignore[operator]
    written = number = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            text = json.dumps(pool[number % len(pool)], ensure_ascii=False)[:-1] + f', "id": {number}}}\n'
            written += len(text.encode())
            number += 1
            file.write(text)
    return written


def measure(folder: Path, name: str, row: object, size: int) -> dict[str, object]:
    """One shape: written, checked, deleted."""
    small, big = folder / "small.jsonl", folder / "big.jsonl"
    write(small, row, 10_000)
    written = write(big, row, size)
    command = [sys.executable, "-c", CHECK, str(small), str(big), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    big.unlink()
    found = json.loads(done.stdout)
    return {
        "shape": name,
        "ok": found["ok"],
        "megabytes": round(written / 1e6),
        "rows": found["rows"],
        "cpu_seconds": round(found["cpu"], 2),
        "wall_seconds": round(found["wall"], 2),
        "megabytes_per_cpu_second": round(written / 1e6 / found["cpu"], 1),
        "extra_rss_megabytes": round(found["extra_bytes"] / 1e6, 1),
    }


def main() -> None:
    """Measure both shapes, print and store the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = [
            measure(Path(folder), name, row, asked.megabytes * 1_000_000)
            for name, row in (("input_output", exchange), ("messages", conversation))
        ]
    result = {
        "measured": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cases": cases,
    }
    asked.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
