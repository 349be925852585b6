"""The model service over a real database and real folders."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import ConflictError, NotFoundError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelManifest, ModelView
from modelforge.schemas.run import RunStatus, RunView
from modelforge.services.model_service import ModelLibrary, ModelService
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def service(files: FileManager, tmp_path: Path) -> Iterator[ModelService]:
    database = DatabaseManager(f"sqlite:///{tmp_path / 'index.db'}")
    database.migrate()
    yield ModelService(database, files)
    database.close()


def add(service: ModelService, model_id: str, *, age: int = 0, indexed: bool = True, **more: Any) -> None:
    values: dict[str, Any] = {"kind": "full", "task": "text-generation", "base_model": "starter:chat", **more}
    manifest = ModelManifest(id=model_id, name=model_id, created_at=NOON - timedelta(hours=age), **values)
    with service.files.scratch() as scratch:
        staging = scratch / "model"
        staging.mkdir()
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        folder = service.files.publish_model(staging, model_id)
    if indexed:
        service.database.save_model(ModelView.of(manifest, str(folder.root)))


def add_run(service: ModelService, run_id: str, model: str, status: RunStatus) -> None:
    config = TrainingConfig(model=model, dataset="sample:support")
    service.database.add_run(RunView(id=run_id, name=run_id, status=status, created_at=NOON, config=config))


def test_models_are_listed_newest_first(service: ModelService) -> None:
    add(service, "older", age=2)
    add(service, "newest")
    add(service, "oldest", age=9)
    assert [model.id for model in service.list_models().models] == ["newest", "older", "oldest"]
    assert service.newest().id == "newest"
    assert service.get("older").path == str(service.files.model("older").root)


def test_an_empty_library_tells_how_to_fill_it(service: ModelService) -> None:
    assert service.list_models().models == ()
    with pytest.raises(NotFoundError) as caught:
        service.newest()
    assert "modelforge train" in str(caught.value.hint)
    with pytest.raises(NotFoundError):
        service.get("nothing-here")


def test_a_damaged_manifest_is_named_and_hides_no_other(service: ModelService) -> None:
    add(service, "good-one")
    add(service, "bad-one")
    service.files.model("bad-one").manifest.write_text("{")
    listing = service.list_models()
    assert [model.id for model in listing.models] == ["good-one"]
    [unreadable] = listing.unreadable
    assert (unreadable.id, unreadable.error.code) == ("bad-one", "file-damaged")
    assert unreadable.error.params["path"] == str(service.files.model("bad-one").manifest)
    service.files.model("bad-one").manifest.write_text('{"id": 1}')
    [unreadable] = service.list_models().unreadable
    assert (unreadable.error.code, unreadable.error.params["place"]) == ("file-damaged-at", "id")


def test_reading_needs_no_database(service: ModelService, files: FileManager) -> None:
    add(service, "one-model", indexed=False)
    assert ModelLibrary(files).newest().id == "one-model"


@pytest.mark.parametrize("indexed", [True, False])
def test_deleting_removes_folder_and_row(service: ModelService, indexed: bool) -> None:
    add(service, "gone-soon", indexed=indexed)
    service.delete("gone-soon")
    assert service.list_models().models == ()
    assert service.database.list_models() == []
    with pytest.raises(NotFoundError):
        service.delete("gone-soon")


def test_a_base_in_use_is_not_deleted(service: ModelService) -> None:
    add(service, "the-base")
    add(service, "the-child", kind="adapter", base_model="the-base")
    with pytest.raises(ConflictError, match="needed by the adapter the-child"):
        service.delete("the-base")
    service.delete("the-child")
    add(service, "whole-child", kind="full", base_model="the-base")  # answers without its base
    add_run(service, "a-run", "the-base", "running")
    with pytest.raises(ConflictError, match="needed by the run a-run"):
        service.delete("the-base")
    service.database.update_run("a-run", status="succeeded")
    service.delete("the-base")


def test_merging_adds_the_merged_model_to_library_and_index(service: ModelService, tiny_model: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32),
        LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False),
    )
    manifest = ModelManifest(
        id="small-adapter",
        name="small",
        kind="adapter",
        task="text-generation",
        base_model=str(tiny_model),
        created_at=NOON,
    )
    with service.files.scratch() as scratch:
        model.save_pretrained(scratch / "model", save_embedding_layers=False)
        AutoTokenizer.from_pretrained(tiny_model).save_pretrained(scratch / "model")
        write_json(scratch / "model" / "manifest.json", manifest.model_dump(mode="json"))
        service.files.publish_model(scratch / "model", manifest.id)
    merged = service.merge("small-adapter", dtype="float32", new_id="small-whole")
    assert (merged.id, merged.kind) == ("small-whole", "merged")
    assert service.database.get_model("small-whole") == merged
    assert merged.merge_check is not None
    card = (service.files.model("small-whole").root / "README.md").read_text()
    assert "The run that made this model has been deleted." in card
