"""The worker: one end per run, faults in words, no secret written down."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import read_events
from modelforge.training.failure import explain, is_disk_full, is_out_of_memory
from modelforge.training.run_lock import begin_attempt, take_run_lock
from modelforge.training.secrets import Redactor, worker_environment
from modelforge.training.worker import DONE, FAILED, INTERRUPTED, NOTHING_TO_DO

CANARY = "hf_CanaryCanaryCanary0123456789"
ENGINES = str(Path(__file__).with_name("tiny_engine.py"))


def run_worker(folder: RunFolder, engine: str, *more: str, **environment: str) -> int:
    """A worker in a process of its own, as a launcher would start it, waited for."""
    with folder.worker_log.open("ab") as log:
        return subprocess.run(
            [sys.executable, ENGINES, engine, str(folder.root), *more],
            env={**os.environ, "HF_TOKEN": CANARY, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=60,
        ).returncode


def told(folder: RunFolder) -> list[tuple[str, dict[str, Any]]]:
    return [(event.kind, event.data) for event in read_events(folder.events).events]


def test_a_run_succeeds_once(folder: RunFolder) -> None:
    assert run_worker(folder, "succeed") == DONE
    end = folder.read_exit()
    assert end is not None
    assert (end.status, end.epoch, end.error) == ("succeeded", 1, None)
    assert told(folder) == [("state", {"status": status}) for status in ("starting", "running", "succeeded")]
    written = folder.exit.read_bytes(), folder.events.read_bytes()
    assert run_worker(folder, "succeed") == NOTHING_TO_DO
    assert (folder.exit.read_bytes(), folder.events.read_bytes()) == written


def test_a_late_worker_of_an_earlier_attempt_leaves(folder: RunFolder) -> None:
    begin_attempt(folder)
    begin_attempt(folder)
    assert run_worker(folder, "succeed", "--epoch", "1") == NOTHING_TO_DO
    assert not folder.events.exists()
    assert run_worker(folder, "succeed", "--epoch", "2") == DONE


def test_a_second_worker_leaves(folder: RunFolder) -> None:
    with take_run_lock(folder) as lock:
        lock.write_owner(lock.raise_epoch())
        assert run_worker(folder, "succeed") == NOTHING_TO_DO
    assert b"is being worked on by process" in folder.worker_log.read_bytes()
    assert folder.read_exit() is None


def test_a_worker_without_a_folder_leaves(folder: RunFolder, tmp_path: Path) -> None:
    assert run_worker(folder, "succeed", "--epoch", "7") == NOTHING_TO_DO
    assert run_worker(folder, "succeed") == DONE
    gone = RunFolder(tmp_path / "gone")
    result = subprocess.run([sys.executable, ENGINES, "succeed", str(gone.root)], capture_output=True, timeout=60)
    assert result.returncode == NOTHING_TO_DO


FAULTS = {
    "own": ("TrainingError", "The loss is not a number [secret].", "Lower the learning rate."),
    "memory": ("HardwareError", "The machine ran out of memory.", "per_device_train_batch_size"),
    "cuda": ("HardwareError", "The GPU ran out of memory.", "gradient_checkpointing"),
    "cpu": ("HardwareError", "The machine ran out of memory.", "modelforge plan"),
    "exit": ("SystemExit", "5", "worker.log"),
    "surrogate": ("ValueError", "bad \\ud800 text", "worker.log"),
    "key": ("KeyError", "'[secret]'", "modelforge runs logs"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_ends_the_run_in_words(folder: RunFolder, kind: str) -> None:
    name, message, hint = FAULTS[kind]
    assert run_worker(folder, "fail", TINY_FAILURE=kind) == FAILED
    end = folder.read_exit()
    assert end is not None
    assert end.error is not None
    assert (end.status, end.error.type, end.error.message, end.error.step) == ("failed", name, message, 7)
    assert hint in (end.error.hint or "")
    assert told(folder)[-2:] == [("error", end.error.model_dump()), ("state", {"status": "failed"})]
    written = b"".join(path.read_bytes() for path in folder.root.rglob("*") if path.is_file())
    assert CANARY.encode() not in written
    assert b"printed [secret]" in folder.worker_log.read_bytes()
    assert b"Traceback" in folder.worker_log.read_bytes()


def test_a_full_disk_pauses_the_run(folder: RunFolder) -> None:
    assert run_worker(folder, "fail", TINY_FAILURE="disk") == INTERRUPTED
    assert folder.read_exit() is None
    assert told(folder)[-1] == ("state", {"status": "paused", "reason": "disk_full"})
    assert run_worker(folder, "succeed") == DONE


def test_a_damaged_spec_fails_the_run(folder: RunFolder) -> None:
    folder.spec.write_text("{}")
    assert run_worker(folder, "succeed") == FAILED
    end = folder.read_exit()
    assert end is not None
    assert end.error is not None
    assert end.error.type == "StorageError"


def test_a_request_made_before_the_start_is_heard(folder: RunFolder) -> None:
    folder.stop_request.touch()
    assert run_worker(folder, "wait_for_stop") == DONE
    end = folder.read_exit()
    assert end is not None
    assert end.status == "stopped"


def test_causes_are_looked_through() -> None:
    error = ValueError("could not build the dataset")
    error.__cause__ = MemoryError()
    assert is_out_of_memory(error)
    assert explain(error, None).message == "The machine ran out of memory."
    assert is_disk_full(RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"))
    assert not is_disk_full(FileNotFoundError(2, "No such file"))
    assert not is_out_of_memory(RuntimeError("shapes do not match"))


def test_an_error_without_a_text_says_its_type_and_its_place() -> None:
    def give_up() -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as caught:
        give_up()

    told = explain(caught.value, 3)
    assert re.fullmatch(r"AssertionError without a text, raised in give_up \(test_worker\.py:\d+\)", told.message)
    assert told.params == {"message": told.message}
    assert explain(ValueError(" "), None).message == "ValueError without a text"


def test_the_environment_keeps_only_the_secrets_that_are_needed() -> None:
    given = {
        "PATH": "/bin",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HOME": "/cache",
        "HUGGINGFACE_TOKEN": CANARY,
        "WANDB_API_KEY": "wandb-key",
        "MODELFORGE_TOKEN": "api-token",
        "MODELFORGE_DB_URL": "postgresql://user:password@host/db",
        "AWS_SECRET_ACCESS_KEY": "aws",
        "GITHUB_TOKEN": "gh",
        "OPENAI_API_KEY": "sk",
        "MY_PASSWORD": "pw",
        "MODELFORGE_HOME": "/home",
    }
    passed = worker_environment(given)
    assert set(passed) == {
        "PATH", "OMP_NUM_THREADS", "TOKENIZERS_PARALLELISM", "HF_HOME", "HF_TOKEN", "WANDB_API_KEY", "MODELFORGE_HOME",
        "PYTHONSAFEPATH",
    }  # fmt: skip
    assert passed["HF_TOKEN"] == CANARY
    assert worker_environment({"HF_TOKEN": "mine", "HUGGINGFACE_TOKEN": "other"})["HF_TOKEN"] == "mine"


def test_secrets_are_blotted_out_wherever_they_stand() -> None:
    redactor = Redactor({"HF_TOKEN": "secret-1", "API_KEY": "secret-12", "SHORT_TOKEN": "1", "HOME": "/root"})
    value = {"a": ["secret-12!", ("secret-1", 1, None, 2.5)], "secret-1": "/root 1"}
    assert redactor.value(value) == {"a": ["[secret]!", ["[secret]", 1, None, 2.5]], "[secret]": "/root 1"}
    assert Redactor({}).text("plain") == "plain"


def test_importing_the_worker_loads_nothing_heavy() -> None:
    heavy = "('torch', 'transformers', 'sqlalchemy')"
    code = f"import sys, modelforge.training.launcher; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
