"""Writes are there completely or not at all."""

from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path

import pytest

from modelforge.exceptions import ConflictError, StorageError
from modelforge.storage import atomic


def test_a_file_is_replaced_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "value.json"
    atomic.write_json(path, {"a": 1})
    atomic.write_json(path, {"a": 2})
    assert atomic.read_json(path) == {"a": 2}
    assert [entry.name for entry in tmp_path.iterdir()] == ["value.json"]


def test_a_failed_write_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "value.json"
    atomic.write_bytes(path, b"old")

    def full(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[:1])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic, "write_all", full)
    with pytest.raises(StorageError, match="No space left") as caught:
        atomic.write_bytes(path, b"new")
    assert caught.value.details["reason"] == "disk_full"
    assert "Free some space" in (caught.value.hint or "")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["value.json"]


def test_another_fault_of_the_disk_is_not_called_full(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        atomic.write_bytes(tmp_path / "missing" / "value", b"x")
    assert caught.value.details["reason"] == "input_output"


def test_a_damaged_json_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "value.json"
    path.write_bytes(b'{"a": ')
    with pytest.raises(StorageError, match=r"value\.json is damaged"):
        atomic.read_json(path)
    with pytest.raises(StorageError, match="could not be read"):
        atomic.read_json(tmp_path / "none.json")


def test_a_folder_is_published_once(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "inner" / "file").write_text(name)
    atomic.publish_folder(tmp_path / "first", tmp_path / "all" / "final")
    with pytest.raises(ConflictError, match="final exists already"):
        atomic.publish_folder(tmp_path / "second", tmp_path / "all" / "final")
    assert (tmp_path / "all" / "final" / "inner" / "file").read_text() == "first"


def test_an_empty_folder_in_the_place_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "staging").mkdir()
    (tmp_path / "final").mkdir()
    with pytest.raises(ConflictError):
        atomic.publish_folder(tmp_path / "staging", tmp_path / "final")


def _write_until_killed(path: str) -> None:
    value = 0
    while True:
        value += 1
        atomic.write_bytes(Path(path), str(value).encode() * 20_000)


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_bytes(b"0" * 20_000)
    context = multiprocessing.get_context("fork")
    for pause in (0.005, 0.01, 0.02, 0.03, 0.04):
        writer = context.Process(target=_write_until_killed, args=(str(path),))
        writer.start()
        writer.join(pause)
        writer.kill()
        writer.join()
        data = path.read_bytes()
        number = data[: len(data) // 20_000]
        assert data == number * 20_000
