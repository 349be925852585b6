from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from modelforge.exceptions import ProviderError
from modelforge.providers import folder_digest
from modelforge.providers.folder_digest import digest_of_folder, refuse_changed
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config import parse_training_config
from modelforge.services.run_making import make_run
from modelforge.storage.file_manager import FileManager
from modelforge.training import engine

WEIGHTS = "model.safetensors"


def digest(folder: Path) -> str | None:
    return digest_of_folder(ModelSource(str(folder)), HuggingFaceProvider())


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def change(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_a_copy_elsewhere_is_the_same_model_with_whatever_lies_beside_it(model: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(model, tmp_path / "elsewhere", copy_function=shutil.copyfile))
    (other / "README.md").write_text("A note.")
    (other / "checkpoint-1").mkdir()

    assert digest(other) == digest(model)
    assert digest_of_folder(ModelSource("own/on-the-hub", "main"), HuggingFaceProvider()) is None


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS])
def test_another_byte_is_another_model(model: Path, name: str) -> None:
    before = digest(model)
    change(model / name, -3)

    assert digest(model) != before


def test_a_file_that_comes_or_goes_is_another_model(model: Path) -> None:
    before = digest(model)
    (model / "chat_template.jinja").write_text("{{ messages }}")

    assert digest(model) != before


def test_long_files_are_read_from_end_to_end_in_samples(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_digest, "PIECE", 8)
    size = (model / WEIGHTS).stat().st_size
    assert size > 64 * 8 * 4
    before = {digest(model)}
    for at in (0, (size - 8) // 63 + 3, size - 1):
        change(model / WEIGHTS, at)
        before.add(digest(model))
    assert len(before) == 4

    change(model / WEIGHTS, 9)  # between two samples
    assert digest(model) in before


def test_an_adapter_changes_with_its_base(model: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(model)}))
    (adapter / "adapter_model.safetensors").write_bytes(b"adapter")
    before = digest(adapter)
    change(model / WEIGHTS, -1)

    assert digest(adapter) != before


def test_a_run_goes_on_with_the_model_that_it_was_prepared_with_and_with_no_other(model: Path, tmp_path: Path) -> None:
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps({"input": f"What is {n}?", "output": f"It is {n}"}) + "\n" for n in range(16)))
    written = {
        "model": str(model),
        "dataset": str(data),
        "max_length": 64,
        "max_steps": 2,
        "evaluation": {"generate": False, "eval_strategy": "no"},
        "compute": {"device": "cpu", "num_threads": 1, "precision": "fp32"},
        "tensorboard": False,
    }
    files = FileManager(tmp_path / "home")
    spec = make_run(parse_training_config(written).config, files)
    folder = files.run(spec.id)
    kept = (model / WEIGHTS).read_bytes()
    assert engine.run(spec, folder, lambda *_: None, lambda: True).status == "stopped"
    change(model / WEIGHTS, -1)

    with pytest.raises(ProviderError, match="no longer the one that this run was prepared with") as caught:
        engine.run(folder.read_spec(), folder, lambda *_: None, lambda: False)
    assert (caught.value.code, caught.value.params) == ("base-changed", {"model": str(model)})

    (model / WEIGHTS).write_bytes(kept)
    assert engine.run(folder.read_spec(), folder, lambda *_: None, lambda: False).status == "succeeded"


def test_a_run_of_an_earlier_version_expects_nothing(model: Path) -> None:
    refuse_changed(ModelSource(str(model)), HuggingFaceProvider(), "model", None)
