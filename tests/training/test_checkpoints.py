"""D4: a torn checkpoint is never used; the newest valid one is, and what is needed is never pruned."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelforge.exceptions import StorageError
from modelforge.storage.folders import RunFolder
from modelforge.training import checkpoints
from modelforge.training.checkpoints import (
    MANIFEST,
    best_valid,
    fault,
    newest_valid,
    prune,
    publish_checkpoint,
    published,
    read_manifest,
)

FILES = {
    "adapter_model.safetensors": 5000,
    "optimizer.pt": 9000,
    "scheduler.pt": 900,
    "rng_state.pth": 1300,
    "trainer_state.json": 400,
    "adapter/adapter_config.json": 120,
}


def stage(folder: RunFolder, step: int, seed: int = 0) -> Path:
    """What a trainer would have written into staging."""
    chance = random.Random(f"{folder.id} {step} {seed}")
    staged = folder.staging / f"checkpoint-{step}"
    for name, size in FILES.items():
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).write_bytes(chance.randbytes(size))
    return staged


def publish(folder: RunFolder, step: int, loss: float | None = None, seed: int = 0) -> Path:
    return publish_checkpoint(stage(folder, step, seed), folder, step=step, epoch=1, evaluation_loss=loss)


def names(folder: RunFolder) -> list[str]:
    return [path.name for path in published(folder)]


def test_a_published_checkpoint_is_found(folder: RunFolder) -> None:
    assert newest_valid(folder).path is None
    for step in (9, 10, 100):
        path = publish(folder, step)
    assert newest_valid(folder).path == path == folder.checkpoints / "checkpoint-100"
    assert names(folder) == ["checkpoint-100", "checkpoint-10", "checkpoint-9"]
    assert not list(folder.staging.iterdir())
    manifest = read_manifest(path)
    assert (manifest.step, manifest.epoch, manifest.run_id) == (100, 1, folder.id)
    assert set(manifest.files) == set(FILES)


def test_a_second_checkpoint_of_a_step_outranks_the_first(folder: RunFolder) -> None:
    publish(folder, 100)
    again = publish(folder, 100, loss=0.5, seed=1)
    assert again.name == "checkpoint-100-2"
    assert newest_valid(folder).path == again
    assert prune(folder, 1) == [folder.checkpoints / "checkpoint-100"]


# Mutations: each file of a checkpoint, the manifest included, damaged in every way


def _missing(path: Path, _other: Path) -> None:
    path.unlink()


def _empty(path: Path, _other: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path, _other: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _longer(path: Path, _other: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def _zeroed(path: Path, _other: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _foreign(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def _flip(path: Path, where: float) -> None:
    data = bytearray(path.read_bytes())
    position = min(int(where * len(data)), len(data) - 1)
    data[position] ^= 1 << random.Random(str(path.name)).randrange(8)
    path.write_bytes(bytes(data))


MUTATIONS = {
    "missing": _missing,
    "empty": _empty,
    "cut": _cut,
    "longer": _longer,
    "zeroed": _zeroed,
    "foreign": _foreign,
    "flipped at the start": lambda path, _: _flip(path, 0.0),
    "flipped in the middle": lambda path, _: _flip(path, 0.5),
    "flipped at the end": lambda path, _: _flip(path, 1.0),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_torn_checkpoint_is_refused_by_name(make_run, name: str, mutation: str) -> None:  # type: ignore[no-untyped-def]
    folder, other = make_run("run-one"), make_run("run-two")
    good = publish(folder, 50)
    torn = publish(folder, 100)
    foreign = publish(other, 100)
    MUTATIONS[mutation](torn / name, foreign / name)
    found = newest_valid(folder)
    assert found.path == good
    assert [refusal.name for refusal in found.refused] == ["checkpoint-100"]
    assert name in found.refused[0].reason or (name, mutation) == (MANIFEST, "foreign")


def test_every_bit_of_a_manifest_counts(folder: RunFolder) -> None:
    path = publish(folder, 100) / MANIFEST
    whole = path.read_bytes()
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(data))
        assert newest_valid(folder).path is None
    path.write_bytes(whole)
    assert newest_valid(folder).path is not None


def test_a_whole_checkpoint_of_another_run_is_refused(make_run) -> None:  # type: ignore[no-untyped-def]
    folder, other = make_run("run-one"), make_run("run-two")
    shutil.copytree(publish(other, 100), folder.checkpoints / "checkpoint-100")
    found = newest_valid(folder)
    assert found.path is None
    assert found.refused[0].reason == "it belongs to run run-two"


def test_a_renamed_a_filled_up_and_a_linked_checkpoint_are_refused(folder: RunFolder) -> None:
    path = publish(folder, 100)
    path.rename(folder.checkpoints / "checkpoint-200")
    assert newest_valid(folder).refused[0].reason == "it is the checkpoint of step 100"
    (folder.checkpoints / "checkpoint-200").rename(path)
    (path / "pytorch_model.bin").write_bytes(b"pickle")
    assert newest_valid(folder).refused[0].reason == "pytorch_model.bin does not belong to it"
    (path / "pytorch_model.bin").unlink()
    (path / "optimizer.pt").rename(folder.root / "elsewhere.pt")
    (path / "optimizer.pt").symlink_to(folder.root / "elsewhere.pt")
    assert newest_valid(folder).refused[0].reason == "optimizer.pt is a link"


def test_what_was_never_published_is_not_found(folder: RunFolder) -> None:
    stage(folder, 100)
    (folder.checkpoints / "checkpoint-300").mkdir()
    (folder.checkpoints / "notes.txt").touch()
    found = newest_valid(folder)
    assert found.path is None
    assert [refusal.name for refusal in found.refused] == ["checkpoint-300"]


# Keeping and deleting


def test_the_newest_and_the_best_are_kept(folder: RunFolder) -> None:
    for step, loss in ((10, 0.9), (20, 0.2), (30, 0.5), (40, None), (50, 0.2), (60, 0.7)):
        path = publish(folder, step, loss)
        prune(folder, 2, verified=path)
    assert names(folder) == ["checkpoint-60", "checkpoint-50", "checkpoint-20"]
    assert best_valid(folder) == folder.checkpoints / "checkpoint-20"
    _flip(folder.checkpoints / "checkpoint-20" / "optimizer.pt", 0.3)
    assert best_valid(folder) == folder.checkpoints / "checkpoint-50"
    assert not list(folder.staging.iterdir())


def test_the_last_valid_one_is_never_deleted(folder: RunFolder) -> None:
    valid = publish(folder, 10)
    for step in (20, 30):
        _flip(publish(folder, step) / "optimizer.pt", 0.5)
    assert prune(folder, 1) == []
    assert newest_valid(folder).path == valid
    fresh = publish(folder, 15)
    assert prune(folder, 1, verified=fresh) == [folder.checkpoints / "checkpoint-20", valid]
    assert newest_valid(folder).path == fresh


def test_a_checkpoint_of_nothing_is_not_published(folder: RunFolder) -> None:
    with pytest.raises(StorageError):
        publish_checkpoint(folder.staging / "checkpoint-5", folder, step=5, epoch=1)


# Kills


def _publish_until_killed(folder: RunFolder) -> None:
    os.setsid()
    step = 10 * (1 + max((read_manifest(path).step for path in published(folder)), default=0))
    while True:
        step += 1
        shutil.rmtree(folder.staging)
        folder.staging.mkdir()
        path = publish(folder, step)
        prune(folder, 2, verified=path)


def killed_writers(folder: RunFolder, kills: int) -> Iterator[None]:
    chance = random.Random(3)
    for _ in range(kills):
        writer = multiprocessing.get_context("fork").Process(target=_publish_until_killed, args=(folder,))
        writer.start()
        time.sleep(chance.uniform(0.002, 0.08))
        writer.kill()
        writer.join()
        yield


def test_kills_at_any_instant_tear_nothing(folder: RunFolder) -> None:
    publish(folder, 1)
    for _ in killed_writers(folder, 25):
        assert [fault(path, folder.id) for path in published(folder)] == [None] * len(names(folder))
        assert newest_valid(folder).path is not None


def test_the_file_system_is_told_in_the_right_order(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file and folder of the checkpoint is flushed before the rename, the parent after it."""
    from modelforge.storage import atomic

    told: list[str] = []
    flush_path, rename = atomic.flush_path, os.rename

    def record_flush(path: Path) -> None:
        told.append(f"flush {path.name}")
        flush_path(path)

    def record_rename(source: Path, target: Path) -> None:
        told.append("rename")
        rename(source, target)

    monkeypatch.setattr(atomic, "flush_path", record_flush)
    monkeypatch.setattr(atomic.os, "rename", record_rename)
    publish(folder, 100)
    at = told.index("rename")
    expected = {f"flush {Path(name).name}" for name in (*FILES, MANIFEST, "adapter", "checkpoint-100")}
    assert expected <= set(told[:at])
    assert told[at - 1] == "flush checkpoint-100"
    assert told[at + 1] == "flush checkpoints"


def test_checkpoints_are_plain_to_import() -> None:
    assert "transformers" not in checkpoints.__dict__
