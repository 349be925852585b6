"""No bytes crash the checks: whatever a file holds, it is either used or its problems are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import modelforge.data.lines
import modelforge.data.row_stream
from modelforge.data.canonical_file import encode_row
from modelforge.data.check import check_rows
from modelforge.data.quick_check import QuickCheck
from modelforge.data.row_stream import RowStream
from modelforge.data.shapes import ALL_SHAPES, SHAPES
from modelforge.data.source import resolve_dataset
from modelforge.schemas.config.data import DataConfig
from modelforge.storage.file_manager import FileManager
from tests.data.bad_inputs import BAD_INPUTS

NAMES = ("a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.parquet", "a.arrow", "a")
SEEDS = [case.content for case in BAD_INPUTS if case.content and len(case.content) < 20_000]
COLUMNS = sorted({name for shape in SHAPES.values() for column in shape for name in (column.name, *column.same)})
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*COLUMNS, "role", "content", "from", "value", "function", "name", "tool_calls"]), inner
        )
    ),
    max_leaves=12,
)


def check(path: Path, config: DataConfig | None = None) -> None:
    stream = RowStream(resolve_dataset(str(path), FileManager(path.parent)), config or DataConfig(), ALL_SHAPES)
    for line, row in stream:
        assert line >= 1
        assert json.loads(encode_row(row)) is not None
    report = stream.report()
    assert report.ok is (report.total == 0)
    assert report.ok is bool(stream.rows and not stream.log.total)
    assert len(report.errors) == min(report.total, 20)
    assert report.model_dump_json()
    again = RowStream(stream.source, stream.config, ALL_SHAPES)
    check_rows(again)
    assert again.report() == report


@FUZZ
@given(name=st.sampled_from(NAMES), content=st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    check(tmp_path / name)


@FUZZ
@given(name=st.sampled_from(NAMES), seed=st.sampled_from(SEEDS), data=st.data())
def test_damaged_files(tmp_path: Path, name: str, seed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(seed)))
    until = data.draw(st.integers(at, min(len(seed), at + 20)))
    (tmp_path / name).write_bytes(seed[:at] + data.draw(st.binary(max_size=8)) + seed[until:])
    check(tmp_path / name)


@FUZZ
@given(rows=st.lists(st.dictionaries(st.sampled_from(COLUMNS), VALUES, max_size=5), min_size=1, max_size=4))
@example(rows=[{"prompt": "a", "tools": '[{"name": "x", "y": ' + "[" * 300 + "]" * 300 + "}]"}] * 2)
def test_any_values_in_known_columns(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    check(tmp_path / "a.jsonl")


@pytest.mark.parametrize("shape", ALL_SHAPES)
@FUZZ
@given(data=st.data())
def test_any_values_in_every_shape(tmp_path: Path, shape: str, data: st.DataObject) -> None:
    columns = [column.name for column in SHAPES[shape]]  # type: ignore[index]
    rows = data.draw(
        st.lists(st.fixed_dictionaries({}, optional={name: VALUES for name in columns}), min_size=1, max_size=3)
    )
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    check(tmp_path / "a.jsonl", DataConfig(shape=shape))  # type: ignore[arg-type]


PLAIN = st.text('ab:\\"\0\ufffd \n{}', max_size=6)
PLAIN_ROWS = {
    "input_output": st.fixed_dictionaries({"input": PLAIN, "output": PLAIN}, optional={"id": st.integers() | PLAIN}),
    "alpaca": st.fixed_dictionaries({"instruction": PLAIN, "output": PLAIN}, optional={"input": PLAIN}),
    "text": st.fixed_dictionaries({"text": PLAIN}, optional={"id": st.floats() | st.integers()}),
    "messages": st.fixed_dictionaries({
        "messages": st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": PLAIN}),
            max_size=4,
        )
    }),
}  # fmt: skip


def test_white_space_alone_is_no_good_text_to_the_quick_check_either() -> None:
    columns = {name: name for name in ("instruction", "input", "output")}
    quick = QuickCheck("alpaca", columns, set(columns))
    assert quick.digests([b'{"instruction": "a", "input": "", "output": "b"}']) is not None
    assert quick.digests([b'{"instruction": "a", "input": " ", "output": "b"}']) is None


@pytest.mark.parametrize("shape", PLAIN_ROWS)
@FUZZ
@given(data=st.data())
def test_the_quick_check_agrees_with_the_slow_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(PLAIN_ROWS[shape], min_size=1, max_size=8))
    lines = [json.dumps(row, ensure_ascii=data.draw(st.booleans())) for row in rows]
    if data.draw(st.booleans()):
        lines[-1] = lines[-1].replace(": ", ":").replace('"', ' "', 1)
    if data.draw(st.booleans()):
        lines.insert(0, lines[0])
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(modelforge.data.lines, "BLOCK", data.draw(st.sampled_from([16, 64, 512])))
    monkeypatch.setattr(modelforge.data.row_stream, "SAMPLE", 1)
    check(tmp_path / "a.jsonl", DataConfig(shape=shape))  # type: ignore[arg-type]
