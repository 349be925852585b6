"""The package's own door: `TrainingService(database, files).train_model(config)`."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import ConfigurationError, ConflictError, HardwareError, TrainingError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.events import Event
from modelforge.schemas.plan import Advice
from modelforge.services.run_making import default_name, refuse_broken
from modelforge.services.training_service import TrainingService
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.training.launcher import ForkserverLauncher
from modelforge.training.run_lock import read_owner

CONFIG = {
    "model": "starter:chat",
    "dataset": "sample:support",
    "data": {"max_length": 256, "max_samples": 40, "validation_split": 0.33},
    "optimization": {"max_steps": 4, "per_device_train_batch_size": 2, "gradient_accumulation_steps": 1},
    "evaluation": {"max_rows": 4, "max_new_tokens": 4, "bootstrap_resamples": 100},
    "compute": {"num_threads": 1},
    "logging": {"tensorboard": False},
}


@pytest.fixture
def service(tmp_path: Path) -> TrainingService:
    files = FileManager(tmp_path / "home")
    files.home.mkdir()
    database = DatabaseManager(f"sqlite:///{files.home / 'modelforge.db'}")
    database.migrate()
    return TrainingService(database, files, ForkserverLauncher())


def test_a_mapping_is_trained_in_the_foreground(service: TrainingService) -> None:
    heard: list[Event] = []

    result = service.train_model({**CONFIG, "lr": 1e-3}, heard.append)

    assert result["status"] == "success"
    assert result["report"]["metrics"]["perplexity"]["tuned"] < result["report"]["metrics"]["perplexity"]["base"]
    assert [event.seq for event in heard] == list(range(1, len(heard) + 1))
    run = service.get(result["run_id"])
    assert (run.status, run.model_id) == ("succeeded", result["model_id"])
    assert service.files.run(run.id).read_spec().versions["torch"]
    assert [listed.id for listed in service.list_runs()] == [run.id]
    with pytest.raises(ConflictError, match="succeeded already"):
        service.resume(run.id)


def test_a_killed_worker_is_told_and_the_run_resumes(service: TrainingService) -> None:
    config = parse_training_config({**CONFIG, "optimization": {**CONFIG["optimization"], "max_steps": 24}}).config  # type: ignore[dict-item]
    run = service.create(config)
    folder = service.files.run(run.id)

    def kill() -> None:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            owner = read_owner(folder)
            if owner is not None and any(folder.report.iterdir()):
                os.kill(owner.pid, signal.SIGKILL)
                return
            time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(TrainingError, match="died") as caught:
        service.carry_out(run.id)
    killer.join()

    assert f"runs resume {run.id}" in (caught.value.hint or "")
    assert service.get(run.id).status == "paused"
    heard: list[Event] = []
    assert service.resume(run.id, heard.append)["status"] == "success"
    assert heard[-1].epoch > 1


def test_a_stop_keeps_a_checkpoint_and_the_run_resumes(service: TrainingService) -> None:
    config = parse_training_config({**CONFIG, "optimization": {**CONFIG["optimization"], "max_steps": 400}}).config  # type: ignore[dict-item]
    run = service.create(config)
    folder = service.files.run(run.id)

    def listen(event: Event) -> None:
        if event.kind == "progress" and event.data["step"] == 2:
            folder.stop_request.touch()

    assert service.carry_out(run.id, listen)["status"] == "stopped"
    assert any(folder.checkpoints.iterdir())
    assert service.get(run.id).status == "stopped"


def test_what_breaks_a_truth_never_starts_and_what_does_not_fit_starts_only_by_force(service: TrainingService) -> None:
    short = parse_training_config({**CONFIG, "data": {"max_length": 8}}).config
    with pytest.raises(ConfigurationError, match="preflight refuses") as caught:
        service.create(short)
    assert caught.value.details["preflight"]["ok"] is False
    assert service.files.runs() == []

    preparation = service.check(parse_training_config(CONFIG).config)
    smaller = Advice(code="adapters", message="Smaller.")
    starved = preparation.plan.model_copy(update={"fits": False, "available_bytes": 1, "advice": (smaller,)})
    preparation = type(preparation)(preparation.preflight, starved, preparation.validation, None)
    with pytest.raises(HardwareError, match="GiB free") as caught:
        refuse_broken(preparation, force=False)
    assert caught.value.hint == "Smaller."
    assert caught.value.params["free"] == 0
    refuse_broken(preparation, force=True)


@pytest.mark.parametrize(
    ("model", "dataset", "name"),
    [
        ("starter:chat", "sample:support", "support-chat"),
        ("Qwen/Qwen3-0.6B", "/tmp/my data.jsonl", "my data-Qwen3-0"),
        ("a", "hub:owner/set", "set-a"),
    ],
)
def test_a_run_is_named_after_data_and_model(model: str, dataset: str, name: str, tmp_path: Path) -> None:
    config = parse_training_config({"model": model, "dataset": dataset}).config
    assert default_name(config, FileManager(tmp_path)) == name


def test_a_run_is_named_after_what_the_library_calls_its_data_and_its_model(tmp_path: Path) -> None:
    files = FileManager(tmp_path)
    data = {
        "name": "cls v1.2.csv",
        "created_at": datetime.now(UTC),
        "bytes": 1,
        "sha256": "0" * 64,
        "rows": 2,
        "columns": {},
    }
    view = DatasetView.model_validate(
        {"id": "cls-20261129-140339-485577", "file_format": "csv", "shape": "text", **data}
    )
    (tmp_path / "draft").mkdir()
    write_json(tmp_path / "draft" / "manifest.json", view.model_dump(mode="json"))
    files.publish_dataset(tmp_path / "draft", view.id)
    config = parse_training_config({"model": "starter:encoder", "dataset": view.id}).config

    assert default_name(config, files) == "cls v1.2-encoder"
