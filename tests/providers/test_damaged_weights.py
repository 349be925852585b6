"""Weights that were cut or changed: one error that names the file, wherever a model is loaded, and before it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelforge.exceptions import ProviderError
from modelforge.exporting.export import export
from modelforge.inference.loading import inference_options, load_model
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.export import ExportKind
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.tasks.head import CAUSAL
from modelforge.training.merge import merge
from modelforge.training.publish import publish

RUN = "support-20261123-231100-9f2c"


@pytest.fixture
def base(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "base"))


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def adapter(base: Path, files: FileManager) -> ModelFolder:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    weights = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = get_peft_model(weights, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    spec = RunSpec(
        id=RUN,
        name="support",
        created_at=datetime.now(UTC),
        config=TrainingConfig(model=str(base), dataset="sample:support"),
        dataset_sha256=None,
        versions={},
    )
    tokenizer = AutoTokenizer.from_pretrained(base)
    publish(model, tokenizer, spec=spec, base=ModelSource(str(base)), report=None, files=files)
    return files.model(RUN)


def cut_in_the_weights(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def cut_in_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_header(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[9] ^= 1  # the quote before the first name
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut_in_the_weights, cut_in_the_header, empty, other_header])
@pytest.mark.parametrize("which", ["base", "adapter"])
def test_wherever_a_model_is_loaded_a_damaged_file_is_named(
    base: Path, adapter: ModelFolder, files: FileManager, damage: Callable[[Path], None], which: str
) -> None:
    damaged = base / "model.safetensors" if which == "base" else adapter.root / "adapter_model.safetensors"
    damage(damaged)
    provider, source = HuggingFaceProvider(), ModelSource(str(adapter.root))
    roads: dict[str, Callable[[], object]] = {
        "preflight": lambda: provider.validate_model_access(ModelSource(str(damaged.parent))),
        "training": lambda: provider.load_model(source, CAUSAL.model_class(), LoadOptions("cpu", "float32")),
        "playground": lambda: load_model(source, inference_options()),
        "merge": lambda: merge(RUN, files=files),
        "export": lambda: export(RUN, ExportKind(format="safetensors", dtype="auto"), files=files),
    }
    for name, road in roads.items():
        with pytest.raises(ProviderError) as refused:
            road()
        assert (name, refused.value.code) == (name, "weights-damaged")
        assert refused.value.params == {"file": damaged.name, "folder": damaged.parent.name}
        assert f"{damaged} is damaged" in refused.value.message
    assert [folder.id for folder in files.models()] == [RUN]
