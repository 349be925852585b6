"""Who works on a run: one process at a time, and no dead one for long."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

from modelforge.exceptions import ConflictError, StorageError
from modelforge.schemas.run import RunExit
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.training.process_group import created, is_same, kill_group, members
from modelforge.training.run_lock import (
    Owner,
    begin_attempt,
    current_epoch,
    is_worked_on,
    read_owner,
    take_run_lock,
)

FORK = multiprocessing.get_context("fork")


def _sleep_deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def _own(folder: RunFolder, with_child: bool) -> None:
    os.setsid()
    lock = take_run_lock(folder)
    lock.write_owner(lock.raise_epoch())
    if with_child:
        child = FORK.Process(target=_sleep_deaf)
        child.start()
    (folder.root / "ready").touch()
    time.sleep(600)


@pytest.fixture
def start_owner(folder: RunFolder) -> Callable[..., BaseProcess]:
    def start(with_child: bool = False) -> BaseProcess:
        process = FORK.Process(target=_own, args=(folder, with_child))
        process.start()
        while not (folder.root / "ready").exists():
            time.sleep(0.005)
        return process

    return start


def write_exit(folder: RunFolder, status: str, epoch: int = 1) -> None:
    end = RunExit.model_validate({"status": status, "epoch": epoch, "finished_at": datetime.now(UTC)})
    write_json(folder.exit, end.model_dump(mode="json"))


def test_owner_json_has_the_agreed_shape(folder: RunFolder) -> None:
    with take_run_lock(folder) as lock:
        lock.write_owner(lock.raise_epoch())
    document = json.loads(folder.owner.read_text())
    assert set(document) == {"pid", "created", "epoch", "host"}
    assert document["pid"] == os.getpid()
    owner = read_owner(folder)
    assert owner is not None
    assert owner.is_alive


def test_a_living_owner_keeps_the_run(folder: RunFolder, start_owner: Any) -> None:
    process = start_owner()
    assert is_worked_on(folder)
    with pytest.raises(ConflictError, match=f"process {process.pid}"):
        take_run_lock(folder)
    with pytest.raises(ConflictError):
        begin_attempt(folder)
    assert process.is_alive()
    process.kill()
    process.join()
    assert not is_worked_on(folder)
    take_run_lock(folder).release()


def test_children_of_a_dead_owner_are_ended_and_the_lock_taken(folder: RunFolder, start_owner: Any) -> None:
    """Rule 7: a forked data loader has inherited the lock."""
    process = start_owner(with_child=True)
    owner = read_owner(folder)
    assert owner is not None
    left = [pid for pid in members(owner.pid, owner.created) if pid != owner.pid]
    assert len(left) == 1
    process.kill()
    process.join()
    assert is_worked_on(folder)
    begun = time.monotonic()
    with take_run_lock(folder):
        assert time.monotonic() - begun < 5
        assert created(left[0]) is None


def test_a_suspended_owner_is_alive(folder: RunFolder, start_owner: Any) -> None:
    process = start_owner()
    os.kill(process.pid, signal.SIGSTOP)
    with pytest.raises(ConflictError):
        take_run_lock(folder)
    assert kill_group(process.pid, created(process.pid) or 0)
    process.join()


def test_a_lock_held_elsewhere_is_given_up_on(folder: RunFolder, start_owner: Any) -> None:
    process = start_owner()
    write_json(folder.owner, Owner(pid=process.pid, created=1.0, epoch=1, host="another-host").model_dump())
    with pytest.raises(ConflictError, match="cannot be found") as caught:
        take_run_lock(folder, patience=0.1)
    assert "another-host" in (caught.value.hint or "")
    assert process.is_alive()
    process.kill()
    process.join()


def test_a_reused_number_is_another_process() -> None:
    mine = created(os.getpid())
    assert mine is not None
    assert is_same(os.getpid(), mine)
    assert not is_same(os.getpid(), mine - 60)
    stranger = FORK.Process(target=_sleep_deaf)
    stranger.start()
    assert stranger.pid is not None
    os.setpgid(stranger.pid, stranger.pid)
    assert members(stranger.pid, 1_000_000.0) == []
    assert kill_group(stranger.pid, 1_000_000.0)
    assert stranger.is_alive()
    assert members(os.getpgrp(), 0) == []
    stranger.kill()
    stranger.join()
    assert kill_group(2**22 - 1, 1_000_000.0)


def test_attempts_are_counted(folder: RunFolder) -> None:
    assert current_epoch(folder) == 0
    assert [begin_attempt(folder) for _ in range(3)] == [1, 2, 3]
    assert current_epoch(folder) == 3


def test_a_run_that_has_ended_begins_no_attempt(folder: RunFolder) -> None:
    begin_attempt(folder)
    write_exit(folder, "succeeded")
    with pytest.raises(ConflictError, match="has ended: succeeded"):
        begin_attempt(folder, resume=True)
    write_exit(folder, "stopped")
    with pytest.raises(ConflictError, match="has ended: stopped") as caught:
        begin_attempt(folder)
    assert "runs resume run-one" in (caught.value.hint or "")


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_a_stopped_or_failed_run_is_opened_again(folder: RunFolder, status: str) -> None:
    begin_attempt(folder)
    folder.stop_request.touch()
    write_exit(folder, status)
    assert begin_attempt(folder, resume=True) == 2
    assert folder.read_exit() is None
    assert not folder.stop_request.exists()
    assert folder.earlier_exit(1).exists()


def test_an_owner_that_has_written_the_end_is_waited_for(folder: RunFolder, start_owner: Any) -> None:
    process = start_owner()
    write_exit(folder, "stopped")
    threading.Timer(0.3, process.kill).start()
    assert begin_attempt(folder, resume=True) == 2
    process.join()


def test_a_request_to_stop_outlives_a_retry(folder: RunFolder) -> None:
    begin_attempt(folder)
    folder.stop_request.touch()
    begin_attempt(folder)
    assert folder.stop_request.exists()


def test_a_deleted_run_cannot_be_taken(files: FileManager, folder: RunFolder) -> None:
    files.delete_run(folder.id)
    with pytest.raises(StorageError):
        take_run_lock(folder)
