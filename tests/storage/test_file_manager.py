"""The home folder: ids in, paths out, and only complete things listed."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelforge.exceptions import ConflictError, NotFoundError, StorageError
from modelforge.schemas.config.parse import parse_training_config
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.run import RunExit, RunSpec
from modelforge.storage.atomic import write_json
from modelforge.storage.file_lock import FileLock
from modelforge.storage.file_manager import ID, FileManager


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


def make_spec(run_id: str) -> RunSpec:
    config = TrainingConfig(model="starter:chat", dataset="sample:support")
    return RunSpec(
        id=run_id,
        name="A run",
        created_at=datetime.now(UTC),
        config=config,
        dataset_sha256="ab",
        versions={"torch": "2"},
    )


def make_manifest(model_id: str) -> ModelManifest:
    return ModelManifest(
        id=model_id, name="m", kind="adapter", task="text-generation", base_model="b", created_at=datetime.now(UTC)
    )


def stage_model(folder: Path, model_id: str) -> Path:
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(b"w" * 1000)
    write_json(folder / "manifest.json", make_manifest(model_id).model_dump(mode="json"))
    return folder


def create_run(files: FileManager, run_id: str = "run-one") -> Path:
    with files.scratch() as work:
        prepared = work / "prepared"
        prepared.mkdir()
        (prepared / "train.parquet").write_bytes(b"rows")
        return files.create_run(make_spec(run_id), prepared).root


def test_nothing_is_made_before_it_is_needed(files: FileManager) -> None:
    assert files.runs() == files.models() == files.datasets() == files.exports() == []
    assert not files.home.exists()
    assert files.cache.is_dir()


def test_a_run_appears_with_its_spec_recipe_and_data(files: FileManager) -> None:
    create_run(files)
    folder = files.run("run-one")
    assert [run.id for run in files.runs()] == ["run-one"]
    assert folder.read_spec().config.model == "starter:chat"
    assert folder.read_exit() is None
    assert (folder.data / "train.parquet").read_bytes() == b"rows"
    assert folder.staging.is_dir()
    assert folder.checkpoints.is_dir()
    assert not list((files.home / "cache" / "scratch").iterdir())


def test_the_recipe_can_be_run_again(files: FileManager) -> None:
    create_run(files)
    folder = files.run("run-one")
    again = parse_training_config(yaml.safe_load(folder.recipe.read_text(encoding="utf-8")))
    assert again.config == folder.read_spec().config
    assert again.notices == ()


def test_a_run_id_is_taken_once(files: FileManager) -> None:
    create_run(files)
    with pytest.raises(ConflictError):
        create_run(files)
    assert not list((files.home / "cache" / "scratch").iterdir())


def test_documents_lie_beside_the_spec(files: FileManager) -> None:
    with files.scratch() as work:
        (work / "prepared").mkdir()
        folder = files.create_run(make_spec("run-two"), work / "prepared", plan=make_manifest("stands-in"))
    assert folder.plan.exists()
    assert not folder.preflight.exists()


def test_a_failed_start_leaves_no_run(files: FileManager, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        files.create_run(make_spec("run-one"), tmp_path / "not there")
    assert files.runs() == []


def test_new_ids_are_valid_and_differ(files: FileManager) -> None:
    ids = [files.new_run_id(name) for name in ("Support, v2!", "Größe", "", "-" * 200, "x" * 200)]
    assert all(ID.fullmatch(run_id) for run_id in ids)
    assert len(set(ids)) == len(ids)
    assert ids[0].startswith("support-v2-")


HOSTILE = [
    "", ".", "..", "../runs", "a/../../b", "/etc/passwd", "a\x00b", "a\nb", "run-one\n", "RUN-ONE", "ab", "-abc",
    "x" * 65, "~root", "a\\b", "%2e%2e", "ｒｕｎ", "a b c", "run_one", "con:", "abc.",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_id_is_not_found(files: FileManager, name: str) -> None:
    create_run(files)
    for find in (files.run, files.model, files.dataset, files.delete_run, files.delete_model, files.delete_dataset):
        with pytest.raises(NotFoundError):
            find(name)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_id_opens_a_path_outside_the_home(name: str) -> None:
    files = FileManager(Path("/nonexistent/home"))
    try:
        path = files.run(name).root
    except NotFoundError:
        return
    assert path.parent == files.home / "runs"


def test_what_is_not_there_says_where_ids_are_listed(files: FileManager) -> None:
    with pytest.raises(NotFoundError, match="There is no run 'nothing-here'") as caught:
        files.run("nothing-here")
    assert "modelforge runs ls" in (caught.value.hint or "")


def test_a_deleted_run_is_gone_and_a_running_one_is_not_deleted(files: FileManager) -> None:
    create_run(files)
    folder = files.run("run-one")
    lock = FileLock.try_take(folder.lock)
    assert lock is not None
    with pytest.raises(ConflictError, match="being worked on"):
        files.delete_run("run-one")
    lock.release()
    files.delete_run("run-one")
    assert files.runs() == []
    assert not list((files.home / "cache" / "scratch").iterdir())


def test_a_damaged_file_is_named(files: FileManager) -> None:
    create_run(files)
    folder = files.run("run-one")
    folder.exit.write_text('{"status": "maybe"}')
    with pytest.raises(StorageError, match=r"exit\.json is damaged: status"):
        folder.read_exit()
    end = RunExit(status="stopped", epoch=1, finished_at=datetime.now(UTC))
    write_json(folder.exit, end.model_dump(mode="json"))
    assert folder.read_exit() == end


def test_models_are_listed_once_complete(files: FileManager) -> None:
    with files.scratch() as work:
        bare = work / "bare"
        bare.mkdir()
        with pytest.raises(ConflictError, match="no manifest"):
            files.publish_model(bare, "model-one")
        folder = files.publish_model(stage_model(work / "staged", "model-one"), "model-one")
    assert [model.id for model in files.models()] == ["model-one"]
    assert folder.read_manifest().kind == "adapter"
    assert folder.size > 1000
    files.delete_model("model-one")
    assert files.models() == []


def test_datasets_come_and_go(files: FileManager) -> None:
    view = DatasetView(
        id="data-one", name="d", created_at=datetime.now(UTC), file_format="jsonl", shape="text", columns={}, rows=1,
        bytes=2, sha256="ab",
    )  # fmt: skip
    with files.scratch() as work:
        (work / "d" / "source").mkdir(parents=True)
        write_json(work / "d" / "manifest.json", view.model_dump(mode="json"))
        folder = files.publish_dataset(work / "d", "data-one")
    assert files.datasets() == [folder]
    assert folder.read_manifest() == view
    assert folder.source.is_dir()
    assert not folder.canonical.exists()
    files.delete_dataset("data-one")
    assert files.datasets() == []


def test_no_half_model_is_ever_listed(files: FileManager) -> None:
    """D9: list and read in a loop while models are published and deleted."""
    incomplete: list[str] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for model in files.models():
                try:
                    whole = model.read_manifest().id == model.id and model.size >= 1000
                except (StorageError, FileNotFoundError):
                    whole = False
                if not whole and model.root.exists():  # it was not deleted just now
                    incomplete.append(model.id)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(100):
        with files.scratch() as work:
            files.publish_model(stage_model(work / "m", f"model-{number}"), f"model-{number}")
        if number % 5 == 4:
            files.delete_model(f"model-{number - 2}")
    done.set()
    watcher.join()
    assert incomplete == []
    assert len(files.models()) == 80


def _hold_scratch(home: str) -> None:
    with FileManager(Path(home)).scratch() as work:
        (work / "half").write_text("half a model")
        (work.parent.parent / "ready").touch()
        time.sleep(60)


def test_the_sweep_takes_only_what_the_dead_left(files: FileManager) -> None:
    worker = multiprocessing.get_context("fork").Process(target=_hold_scratch, args=(str(files.home),))
    worker.start()
    while not (files.home / "cache" / "ready").exists():
        time.sleep(0.01)
    with files.scratch() as mine:
        assert files.sweep() == []
        worker.kill()
        worker.join()
        removed = files.sweep()
        assert len(removed) == 1
        assert not removed[0].exists()
        assert mine.is_dir()
    assert not list((files.home / "cache" / "scratch").iterdir())


def test_a_lock_is_held_by_one_and_freed_by_death(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = FileLock.try_take(path)
    assert first is not None
    assert FileLock.try_take(path) is None
    first.release()
    first.release()
    with FileLock.try_take(path) as second:  # type: ignore[union-attr]
        assert FileLock.try_take(path) is None
        assert second.path == path
    with pytest.raises(StorageError):
        FileLock.try_take(tmp_path / "gone" / "lock")


def test_storage_loads_nothing_heavy() -> None:
    heavy = "('torch', 'sqlalchemy', 'pyarrow')"
    code = f"import sys, modelforge.storage.file_manager; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
