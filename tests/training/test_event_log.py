"""Events: numbered without a gap, whole or not there."""

from __future__ import annotations

import errno
import multiprocessing
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelforge.exceptions import StorageError
from modelforge.schemas.events import Event
from modelforge.training import event_log
from modelforge.training.event_log import EventLog, ends_a_line, read_events


def seqs(path: Path) -> list[int]:
    return [event.seq for event in read_events(path).events]


def test_events_come_back_with_the_offset(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert read_events(path).events == ()
    with EventLog(path, epoch=1) as log:
        first = log.append("state", {"status": "running"})
        log.append("progress", {"step": 1, "loss": float("nan")})
    page = read_events(path, limit=1)
    assert page.events == (first,)
    rest = read_events(path, page.offset)
    assert [event.seq for event in rest.events] == [2]
    assert rest.events[0].data == {"step": 1, "loss": None}
    assert rest.offset == path.stat().st_size
    assert read_events(path, rest.offset).events == ()


def test_what_no_text_holds_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path, epoch=1) as log:
        written = log.append("notice", {"text": "a\0b", "\0": [{"file": "\udcff.txt"}, ("\\u0000",)], "step": 3})
        log.append("notice", {"text": "on"})

    first, second = read_events(path).events
    assert first == written
    assert first.data == {"text": "a\ufffdb", "\ufffd": [{"file": "\ufffd.txt"}, ["\\u0000"]], "step": 3}
    assert second.data == {"text": "on"}


def test_numbers_go_on_over_attempts(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for epoch in (1, 2, 3):
        with EventLog(path, epoch) as log:
            log.append("heartbeat", {"step": epoch})
            log.append("heartbeat", {"step": epoch})
    events = read_events(path).events
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.epoch for event in events] == [1, 1, 2, 2, 3, 3]


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1))
def test_a_log_cut_anywhere_goes_on_without_a_gap(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    path = tmp_path_factory.mktemp("cut") / "events.jsonl"
    with EventLog(path, epoch=1) as log:
        for step in range(6):
            log.append("notice", {"text": "ü\n" * step})
    whole = path.read_bytes()
    path.write_bytes(whole[: round(share * len(whole))])
    kept = seqs(path)
    with EventLog(path, epoch=2) as log:
        log.append("heartbeat", {"step": 1})
    assert seqs(path) == [*kept, len(kept) + 1]
    assert read_events(path).offset == path.stat().st_size


@pytest.mark.parametrize("tail", [b"\0" * 4096 + b"\n", b"{}\n", b'{"seq": 3}\n', b"\xff\xfe\n", b"\n\n", b"[1]\n{"])
def test_what_is_no_event_at_the_end_is_cut(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path, epoch=1) as log:
        log.append("heartbeat", {"step": 1})
    with path.open("ab") as file:
        file.write(tail)
    assert seqs(path) == [1]
    with EventLog(path, epoch=2) as log:
        log.append("heartbeat", {"step": 2})
    assert seqs(path) == [1, 2]


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
@pytest.mark.parametrize("first", [1, 4, 5])
def test_a_broken_line_between_events_hides_none_behind_it(tmp_path: Path, first: int, page: int) -> None:
    """Whatever page it falls on: what follows is read, and a notice says how many events are lost."""
    path = tmp_path / "events.jsonl"
    with EventLog(path, epoch=2) as log:
        for step in range(1, 9):
            log.append("progress", {"step": step})
    lines = path.read_bytes().splitlines(keepends=True)
    lines[first - 1 : first + 1] = [b"\0" * 4096 + b"\n"]
    path.write_bytes(b"".join(lines))

    events: list[Event] = []
    offset = 0
    while (found := read_events(path, offset, limit=page)).events:
        events += found.events
        offset = found.offset
    assert [event.seq for event in events] == list(range(1, 9))
    assert offset == path.stat().st_size
    assert [event.data.get("step") for event in events if event.kind == "progress"] == [
        step for step in range(1, 9) if step not in (first, first + 1)
    ]
    (notice,) = (event for event in events if event.kind == "notice")
    assert (notice.seq, notice.data["remark"]["params"]) == (first, {"before": first - 1, "lost": 2})
    assert f"behind event {first - 1} " in notice.data["text"]
    with EventLog(path, epoch=3) as log:
        assert log.append("heartbeat", {"step": 9}).seq == 9


def test_a_line_too_many_costs_nothing_and_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path, epoch=1) as log:
        log.append("heartbeat", {"step": 1})
        with path.open("ab") as file:
            file.write(b"warning: something else wrote here\n")
        log.append("heartbeat", {"step": 2})
    assert [(event.seq, event.kind) for event in read_events(path).events] == [(1, "heartbeat"), (2, "heartbeat")]


@pytest.mark.parametrize("seq", [9, 1 << 62])
def test_a_broken_line_explains_no_gap_that_it_had_no_room_for(tmp_path: Path, seq: int) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path, epoch=1) as log:
        log.append("heartbeat", {"step": 1})
        log.seq = seq - 1
        with path.open("ab") as file:
            file.write(b"x" * (7 * event_log.SHORTEST - 1) + b"\n" if seq == 9 else b"x\n")
        log.append("heartbeat", {"step": 2})
    assert seqs(path) == ([*range(1, 10)] if seq == 9 else [1, seq])


def test_lines_longer_than_a_block_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "BLOCK", 7)
    path = tmp_path / "events.jsonl"
    for _ in range(3):
        with EventLog(path, epoch=1) as log:
            log.append("notice", {"text": "x" * 50})
    with path.open("ab") as file:
        file.write(b'{"seq": 4, "epo')
    with EventLog(path, epoch=1) as log:
        assert log.seq == 3


def test_a_full_disk_leaves_no_half_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path, epoch=1)
    log.append("heartbeat", {"step": 1})

    def full(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(event_log, "write_all", full)
        with pytest.raises(StorageError) as caught:
            log.append("heartbeat", {"step": 2})
    assert caught.value.details["reason"] == "disk_full"
    log.append("heartbeat", {"step": 3})
    log.close()
    assert seqs(path) == [1, 2]
    assert read_events(path).offset == path.stat().st_size


def test_threads_do_not_mix_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path, epoch=1) as log:
        threads = [
            threading.Thread(target=lambda: [log.append("notice", {"text": "y" * 500}) for _ in range(50)])
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seqs(path) == list(range(1, 301))


def _write_until_killed(path: str) -> None:
    with EventLog(Path(path), epoch=1) as log:
        while True:
            log.append("notice", {"text": "z" * 3000})


def test_a_killed_writer_leaves_no_gap(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for pause in (0.01, 0.02, 0.05, 0.08):
        writer = multiprocessing.get_context("fork").Process(target=_write_until_killed, args=(str(path),))
        writer.start()
        writer.join(pause)
        writer.kill()
        writer.join()
    with EventLog(path, epoch=9) as log:
        log.append("heartbeat", {"step": 1})
    events, offset = [], 0
    while (page := read_events(path, offset)).events:
        events += [event.seq for event in page.events]
        offset = page.offset
    assert events == list(range(1, len(events) + 1))
    assert offset == path.stat().st_size


def test_the_end_of_a_line_is_known(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert ends_a_line(path, 0)
    assert not ends_a_line(path, 5)
    path.write_bytes(b"abc\ndef\n")
    assert ends_a_line(path, 4)
    assert ends_a_line(path, 8)
    assert not ends_a_line(path, 5)
    assert not ends_a_line(path, 20)
