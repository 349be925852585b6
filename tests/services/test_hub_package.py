"""What goes to the hub: real models of a library, and no word of the machine they were made on."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelforge.exceptions import ConflictError
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.run import RunSpec
from modelforge.services.hub_package import check_base, package
from modelforge.starter import starter_path
from modelforge.storage.file_manager import FileManager
from modelforge.training.merge import merge
from modelforge.training.publish import publish

MACHINE = "maria smith"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder whose name must not get out."""
    place = tmp_path / MACHINE
    place.mkdir()
    return place


@pytest.fixture
def files(place: Path) -> FileManager:
    return FileManager(place / "home")


def trained(files: FileManager, model: str, base: Path, run_id: str, **config: Any) -> ModelManifest:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    weights = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    if config.get("finetuning_type") != "full":
        weights = get_peft_model(weights, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    dataset = str(files.home.parent / "a folder with a name as long as names of folders are" / "rows.jsonl")
    spec = RunSpec(
        id=run_id,
        name="support",
        created_at=datetime.now(UTC),
        config=TrainingConfig(model=model, dataset=dataset, **config),
        dataset_sha256=None,
        versions={"torch": "2.13.0"},
    )
    with files.scratch() as scratch:
        (scratch / "data").mkdir()
        files.create_run(spec, scratch / "data")
    tokenizer = AutoTokenizer.from_pretrained(base)
    return publish(weights, tokenizer, spec=spec, base=ModelSource(str(base)), report=None, files=files)


def texts(packed: dict[str, Path | bytes]) -> dict[str, str]:
    """All that is sent, read as text."""
    read = {name: content if isinstance(content, bytes) else content.read_bytes() for name, content in packed.items()}
    return {name: content.decode(errors="replace") for name, content in read.items()}


def front(card: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return found


@pytest.fixture
def local_base(tiny_model: Path, place: Path) -> Path:
    return Path(shutil.copytree(tiny_model, place / "my base"))


def test_an_adapter_on_a_local_folder_is_refused_and_its_merged_model_goes(
    files: FileManager, local_base: Path
) -> None:
    prompt = "/no_think Answer in ```json."
    adapter = trained(files, str(local_base), local_base, "first", data={"system_prompt": prompt})
    for refuse in (check_base, lambda folder: package(folder, files)):
        with pytest.raises(ConflictError, match="`modelforge merge first`") as refused:
            refuse(files.model(adapter.id))
        assert refused.value.code == "base-not-on-hub"
        assert MACHINE not in str(refused.value)

    merged = files.model(merge(adapter.id, files=files).id)
    assert MACHINE in (merged.root / "README.md").read_text(), "it is not for want of paths that none is sent"
    sent = texts(package(merged, files))

    assert [name for name, text in sent.items() if MACHINE in text] == []
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= sent.keys()
    assert "manifest.json" not in sent
    assert "base_model" not in front(sent["README.md"])
    recipe = yaml.safe_load(sent["README.md"].split("## Recipe\n\n```yaml\n")[1].split("```\n\n## Versions")[0])
    assert (recipe["model"], recipe["dataset"]) == ("my base", "rows.jsonl")
    assert recipe["data"]["system_prompt"] == prompt, "what only looks like a path stays as it is"


def test_an_adapter_on_a_model_of_the_library_is_refused_too(files: FileManager, tiny_model: Path) -> None:
    base = trained(files, str(tiny_model), tiny_model, "whole", finetuning_type="full")
    adapter = trained(files, base.id, files.model(base.id).root, "upon-it")
    with pytest.raises(ConflictError, match="stands on whole, which lies on this machine alone"):
        package(files.model(adapter.id), files)

    card = (files.model(merge(adapter.id, files=files).id).root / "README.md").read_text()
    assert "base_model" not in front(card), "the id of a model of the library is no hub id, though it looks like one"


def test_a_card_of_an_earlier_version_loses_a_base_that_is_no_hub_id(files: FileManager, tiny_model: Path) -> None:
    base = trained(files, str(tiny_model), tiny_model, "whole", finetuning_type="full")
    adapter = trained(files, base.id, files.model(base.id).root, "upon-it")
    merged = files.model(merge(adapter.id, files=files).id)
    card = merged.root / "README.md"
    card.write_text(card.read_text().replace("\npipeline_tag", "\nbase_model: whole\npipeline_tag", 1))
    assert front(card.read_text())["base_model"] == "whole"

    assert "base_model" not in front(texts(package(merged, files))["README.md"])


@pytest.mark.parametrize("suffix", ["", "-merged"])
def test_a_card_of_an_earlier_version_loses_it_although_that_base_is_deleted(
    files: FileManager, tiny_model: Path, suffix: str
) -> None:
    name = f"{files.new_run_id('whole')}{suffix}"
    base = trained(files, str(tiny_model), tiny_model, name, finetuning_type="full")
    made_of_it = files.model(trained(files, name, files.model(base.id).root, "upon-it", finetuning_type="full").id)
    card = made_of_it.root / "README.md"
    card.write_text(card.read_text().replace("\npipeline_tag", f"\nbase_model: {name}\npipeline_tag", 1))
    shutil.rmtree(files.model(name).root)
    assert front(card.read_text())["base_model"] == name

    assert "base_model" not in front(texts(package(made_of_it, files))["README.md"])


@pytest.mark.parametrize("hub", ["gpt2", "bert-base-uncased", "HuggingFaceTB/SmolLM2-135M-Instruct"])
def test_a_base_of_the_hub_stays_in_the_card(files: FileManager, tiny_model: Path, hub: str) -> None:
    folder = files.model(trained(files, hub, tiny_model, "upon-the-hub", finetuning_type="full").id)
    card = folder.root / "README.md"
    card.write_text(card.read_text().replace("\npipeline_tag", f"\nbase_model: {hub}\npipeline_tag", 1))

    assert front(texts(package(folder, files))["README.md"])["base_model"] == hub


def test_a_base_of_the_hub_is_named_by_its_id_and_commit(files: FileManager, tiny_model: Path, place: Path) -> None:
    snapshot = place / "hub" / "models--own--tiny" / "snapshots" / COMMIT
    shutil.copytree(tiny_model, snapshot)
    adapter = trained(files, str(snapshot), snapshot, "from-the-cache")

    sent = texts(package(files.model(adapter.id), files))

    config = json.loads(sent["adapter_config.json"])
    assert (config["base_model_name_or_path"], config["revision"]) == ("own/tiny", COMMIT)
    assert [name for name, text in sent.items() if MACHINE in text] == []
    kept = json.loads((files.model(adapter.id).root / "adapter_config.json").read_text())
    assert kept["base_model_name_or_path"] == str(snapshot), "what lies here stays as it is"


def test_a_starter_is_named_whichever_way_the_run_named_it(files: FileManager) -> None:
    folder = starter_path("chat")
    for run_id, model in (("by-name", "starter:chat"), ("by-path", str(folder))):
        adapter = trained(files, model, folder, run_id)
        config = json.loads(texts(package(files.model(adapter.id), files))["adapter_config.json"])
        assert config["base_model_name_or_path"] == "starter:chat"


def test_an_untouched_card_is_sent_byte_for_byte(files: FileManager) -> None:
    adapter = trained(files, "starter:chat", starter_path("chat"), "plain")
    folder = files.model(adapter.id)
    card = folder.root / "README.md"
    card.write_text("# Mine\n\n## Recipe\n\n```yaml\n: [by hand\n```\n\n## Versions\n")
    assert package(folder, files)["README.md"] == card.read_bytes()
