from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from modelforge.data.canonical_file import CanonicalRows, read_canonical
from modelforge.data.materialise import materialise
from modelforge.data.source import resolve_dataset
from modelforge.exceptions import DatasetValidationError
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import Problem
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.text_generation import TextGeneration

SHAPES = TextGeneration.shapes


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_good_rows_are_written_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"input": "a", "output": "b"}\n\n{"input": "c", "output": "d"}\n{"input": "a", "output": "b"}\n')
    target = tmp_path / "rows.parquet"

    report = materialise(resolve_dataset(str(path), FileManager(tmp_path)), DataConfig(), SHAPES, target)

    assert [row["row"] for row in read_canonical(target)] == [1, 3, 4]
    assert CanonicalRows(target)[1]["prompt"] == [{"role": "user", "content": "c"}]
    assert (report.ok, report.rows, report.exact_duplicates) == (True, 3, 1)
    assert (report.file_format, report.shape) == ("jsonl", "input_output")
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [problem.kind for problem in report.warnings] == ["duplicate-rows", "blank-line"]


def test_bad_rows_refuse_the_dataset_and_leave_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"input": "a", "output": "b"}, *[{"input": "a", "output": n} for n in range(30)])
    target = tmp_path / "rows.parquet"

    with pytest.raises(DatasetValidationError) as caught:
        materialise(resolve_dataset(str(path), FileManager(tmp_path)), DataConfig(), SHAPES, target)

    error = caught.value
    assert (
        error.message == "a.jsonl has 30 problems. The first: a.jsonl, line 2, output: found number 0, expected text."
    )
    assert error.hint == "Put the value in quotes."
    assert error.details["total"] == 30
    assert [Problem(**problem).line for problem in error.details["errors"]] == list(range(2, 22))
    assert not target.exists()


def test_the_users_columns_are_used(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"q": "a", "r": "b"}, {"q": "c", "r": "d"})
    config = DataConfig(columns={"input": "q", "output": "r"})
    target = tmp_path / "rows.parquet"

    report = materialise(resolve_dataset(str(path), FileManager(tmp_path)), config, SHAPES, target)

    assert report.columns == {"input": "q", "output": "r"}
    assert CanonicalRows(target)[1]["completion"] == [{"role": "assistant", "content": "d"}]


def test_the_users_shape_settles_a_doubt(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *[{"text": f"t{n}", "input": "a", "output": "b"} for n in range(3)])
    source = resolve_dataset(str(path), FileManager(tmp_path))

    report = materialise(source, DataConfig(shape="text"), SHAPES, tmp_path / "rows.parquet")

    assert CanonicalRows(tmp_path / "rows.parquet")[2] == {"text": "t2", "row": 3}
    assert {problem.column for problem in report.warnings} == {"input", "output"}


def test_tool_arguments_of_different_types_live_in_one_file(tmp_path: Path) -> None:
    def row(arguments: dict[str, object]) -> dict[str, object]:
        call = {"type": "function", "function": {"name": "f", "arguments": arguments}}
        turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "tool_calls": [call]}]
        return {"messages": turns}

    values: list[dict[str, object]] = [{"x": 1}, {"x": "one"}, {"y": [1, {"z": None}]}, {}]
    path = write(tmp_path / "a.jsonl", *map(row, values))
    target = tmp_path / "rows.parquet"

    materialise(resolve_dataset(str(path), FileManager(tmp_path)), DataConfig(), SHAPES, target)

    stored = [rows["messages"][1]["tool_calls"][0]["function"]["arguments"] for rows in read_canonical(target)]
    assert stored == values


MEASURE = """
import resource, sys
from pathlib import Path
from modelforge.data.duplicates import find_duplicates
from modelforge.data.materialise import materialise
from modelforge.data.source import resolve_dataset
from modelforge.evaluation.dataset_validator import DatasetValidator
from modelforge.schemas.config.data import DataConfig
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.text_generation import TextGeneration
import psutil
small, big, target, what = sys.argv[1:]
def work(path):
    if what == "check":
        assert DatasetValidator(FileManager(Path(target).parent)).validate(path, "text-generation").ok
    else:
        source = resolve_dataset(path, FileManager(Path(target).parent))
        materialise(source, DataConfig(), TextGeneration.shapes, Path(target))
work(small)
before = psutil.Process().memory_info().rss
import threading
peak, done = before, threading.Event()
def watch():
    global peak
    while not done.wait(0.01):
        peak = max(peak, psutil.Process().memory_info().rss)
watcher = threading.Thread(target=watch)
watcher.start()
work(big)
done.set(); watcher.join()
print(peak - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "what"),
    [("a.jsonl", "check"), ("a.json", "check"), ("a.csv", "check"), ("a.parquet", "check"), ("a.jsonl", "materialise")],
)
def test_memory_stays_constant(tmp_path: Path, name: str, what: str) -> None:
    """PROMISES.md V4 at a tenth of the size; `benchmarks/bench_validate.py` measures the full one."""
    small, big = tmp_path / f"small-{name}", tmp_path / f"big-{name}"
    write_rows(small, 200)
    write_rows(big, 100_000)
    assert big.stat().st_size > (90_000_000 if name != "a.parquet" else 40_000_000)

    command = [sys.executable, "-c", MEASURE, str(small), str(big), str(tmp_path / "out.parquet"), what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert int(done.stdout) <= 64_000_000


def write_rows(path: Path, count: int) -> None:
    """Rows of about 1 KB that compress badly."""
    import random

    import pyarrow as pa
    import pyarrow.parquet as pq

    draw = random.Random(1)
    filler = [draw.randbytes(225).hex() for _ in range(1000)]
    rows = ((f"{n} {filler[n % 1000]}", f"{filler[(n * 7 + n // 1000) % 1000]} {n}") for n in range(count))
    if path.suffix == ".parquet":
        schema = pa.schema([("input", pa.string()), ("output", pa.string())])
        with pq.ParquetWriter(path, schema, use_dictionary=False, compression="none") as writer:
            for _ in range(0, count, 1000):
                part = [next(rows) for _ in range(min(1000, count))] if count >= 1000 else list(rows)
                writer.write_table(pa.table(list(map(list, zip(*part, strict=True))), schema=schema))
        return
    with path.open("w") as file:
        opening, form, between, closing = {
            ".jsonl": ("", '{{"input": "{}", "output": "{}"}}', "\n", "\n"),
            ".json": ("[", '{{"input": "{}", "output": "{}"}}', ",\n", "]"),
            ".csv": ("input,output\n", "{},{}", "\n", "\n"),
        }[path.suffix]
        file.write(opening)
        for number, row in enumerate(rows):
            file.write((between if number else "") + form.format(*row))
        file.write(closing)
