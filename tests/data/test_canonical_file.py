from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from modelforge.data import canonical_file
from modelforge.data.canonical_file import CanonicalRows, CanonicalWriter, count_rows, encode_row, read_canonical

ROWS = [
    {"messages": [{"role": "user", "content": f"ü {n}"}], "tools": [{"n": [n, None, {"x": 1.5}]}]} for n in range(25)
]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(canonical_file, "GROUP_ROWS", 10)
    target = tmp_path / "rows.parquet"
    with CanonicalWriter(target) as writer:
        for number, row in enumerate(ROWS, start=1):
            writer.write(2 * number, encode_row(row))
    return target


def test_rows_come_back_as_they_were(path: Path) -> None:
    assert list(read_canonical(path)) == [row | {"row": 2 * n} for n, row in enumerate(ROWS, start=1)]
    assert count_rows(path) == len(ROWS)


def test_rows_by_index(path: Path) -> None:
    rows = CanonicalRows(path)

    assert len(rows) == 25
    assert [rows[at]["row"] for at in (24, 0, 11, 10, 9, -1)] == [50, 2, 24, 22, 20, 50]
    assert [row["row"] for row in rows[8:12]] == [18, 20, 22, 24]
    assert [row["row"] for row in rows] == list(range(2, 52, 2))
    for outside in (25, -26):
        with pytest.raises(IndexError):
            rows[outside]


def test_an_opened_file_can_be_sent_to_another_process(path: Path) -> None:
    rows = CanonicalRows(path)
    assert rows[3]

    assert pickle.loads(pickle.dumps(rows))[3] == rows[3]


def test_a_big_row_makes_its_own_row_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    monkeypatch.setattr(canonical_file, "GROUP_BYTES", 1000)
    with CanonicalWriter(tmp_path / "rows.parquet") as writer:
        for number in range(4):
            writer.write(number, encode_row({"text": "x" * 600}))

    assert pq.read_metadata(tmp_path / "rows.parquet").num_row_groups == 2


def test_an_empty_file(tmp_path: Path) -> None:
    with CanonicalWriter(tmp_path / "rows.parquet"):
        pass

    assert list(read_canonical(tmp_path / "rows.parquet")) == []
    assert len(CanonicalRows(tmp_path / "rows.parquet")) == 0
