"""A row of the index that another version of ModelForge wrote: it is named, and the other runs go on."""

from __future__ import annotations

import json
import logging

import engines
import pytest
from fault_home import Home, wait_until
from sqlalchemy import text

from modelforge.database.database_manager import DatabaseManager
from modelforge.services.index_care import open_index
from modelforge.services.model_service import ModelService
from modelforge.services.training_service import TrainingService
from modelforge.storage.folders import RunFolder

pytestmark = pytest.mark.faults


def rewrite_row(database: DatabaseManager, run_id: str, model: str = "starter:chat") -> None:
    """What a newer version may write, which has another group of settings."""
    config = json.dumps({"model": model, "dataset": "sample:support", "of_tomorrow": {"a": 1}})
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE runs SET config = :config WHERE id = :id"), {"config": config, "id": run_id})


def rewrite_spec(folder: RunFolder) -> None:
    spec = json.loads(folder.spec.read_bytes())
    spec["config"]["of_tomorrow"] = {"a": 1}
    folder.spec.write_text(json.dumps(spec))


def test_a_row_of_another_version_keeps_no_run_from_starting_and_is_told_once(
    place: Home, caplog: pytest.LogCaptureFixture
) -> None:
    place.submit("run-newer", optimization={"max_steps": 2})
    rewrite_row(place.database, "run-newer")
    place.submit("run-good", optimization={"max_steps": 120})
    with caplog.at_level(logging.WARNING):
        place.supervise(engines.count, ENGINE_PAUSE="0.05")
        wait_until(lambda: place.status("run-good") == "succeeded")
    told = [record.getMessage() for record in caplog.records if "run-newer" in record.getMessage()]
    assert told == ["run run-newer: The database holds a TrainingConfig of another version of ModelForge."]
    assert "supervisor:" not in caplog.text
    assert [one.id for one in place.database.list_runs().unreadable] == ["run-newer"]


def test_a_server_begins_over_a_run_that_a_newer_version_has_made(
    place: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Its folder and its row are of that version: neither is touched, and the others are there."""
    newer = place.submit("run-newer")
    rewrite_spec(newer)
    rewrite_row(place.database, "run-newer")
    place.submit("run-good", optimization={"max_steps": 2})
    written = newer.spec.read_bytes()
    with caplog.at_level(logging.WARNING):
        open_index(place.database, place.files)
    assert "run-newer" in caplog.text
    assert newer.spec.read_bytes() == written
    assert [run.id for run in place.database.queued_runs()] == ["run-good"]
    place.supervise(engines.count)
    wait_until(lambda: place.status("run-good") == "succeeded")


def test_a_terminal_lists_all_runs_but_those_that_cannot_be_read_and_names_them(place: Home) -> None:
    place.submit("run-good")
    place.submit("run-newer")
    rewrite_row(place.database, "run-newer")
    place.submit("run-damaged").events.mkdir()
    listed = TrainingService(place.database, place.files).list_runs()
    assert {run.id for run in listed} == {"run-good", "run-damaged"}
    assert {one.id: one.error.code for one in listed.unreadable} == {
        "run-newer": "database-of-other-version",
        "run-damaged": "storage-failed",
    }


def test_a_model_that_an_unreadable_run_names_counts_as_in_use(place: Home) -> None:
    place.submit("run-newer")
    rewrite_row(place.database, "run-newer", model="my-model-1")
    models = ModelService(place.database, place.files)
    assert [one.params["id"] for one in models.needed_by("my-model-1")] == ["run-newer"]
    assert models.needed_by("my-model-2") == ()
