"""An adapter whose `adapter_config.json` does not say what it stands on: one error, wherever that is read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelforge.exceptions import ProviderError
from modelforge.exporting.export import export
from modelforge.hardware.model_shape import ModelShape
from modelforge.inference.loading import inference_options, load_model
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.export import ExportKind
from modelforge.schemas.run import RunSpec
from modelforge.services.hub_package import check_base, package
from modelforge.storage.adapter_config import ADAPTER_CONFIG, BASE, read_adapter_config
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.tasks.head import CAUSAL
from modelforge.training.merge import merge
from modelforge.training.publish import publish

RUN = "support-20261123-231100-9f2c"
WITHOUT: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "no base": lambda whole: json.dumps({key: value for key, value in whole.items() if key != BASE}).encode(),
    "a null": lambda whole: json.dumps({**whole, BASE: None}).encode(),
    "an empty name": lambda whole: json.dumps({**whole, BASE: " "}).encode(),
    "a number": lambda whole: json.dumps({**whole, BASE: 7}).encode(),
}
DAMAGED: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "a list": lambda whole: json.dumps([whole]).encode(),
    "half a file": lambda whole: json.dumps(whole).encode()[:40],
    "nothing": lambda _: b"",
    "no text": lambda _: b"\xff\xfe\x00",
}
FAULTS = {
    **{name: (write, "adapter-without-base") for name, write in WITHOUT.items()},
    **{name: (write, "adapter-config-damaged") for name, write in DAMAGED.items()},
}


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def adapter(tiny_model: Path, files: FileManager) -> ModelFolder:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    weights = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    model = get_peft_model(weights, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    config = TrainingConfig(model=str(tiny_model), dataset="sample:support")
    spec = RunSpec(
        id=RUN, name="support", created_at=datetime.now(UTC), config=config, dataset_sha256=None, versions={}
    )
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    publish(model, tokenizer, spec=spec, base=ModelSource(str(tiny_model)), report=None, files=files)
    return files.model(RUN)


@pytest.mark.parametrize("fault", FAULTS)
def test_wherever_the_base_of_an_adapter_is_looked_up_its_lack_is_named(
    adapter: ModelFolder, files: FileManager, tmp_path: Path, fault: str
) -> None:
    write, code = FAULTS[fault]
    path = adapter.root / ADAPTER_CONFIG
    path.write_bytes(write(json.loads(path.read_bytes())))
    elsewhere = Path(shutil.copytree(adapter.root, tmp_path / "elsewhere"))  # an adapter that is in no library
    (elsewhere / "manifest.json").unlink()
    provider, source = HuggingFaceProvider(), ModelSource(str(adapter.root))
    roads: dict[str, Callable[[], object]] = {
        "preflight": lambda: provider.validate_model_access(source),
        "fit": lambda: provider.check_fit(source, TrainingConfig(model=RUN, dataset="sample:support"), CAUSAL),
        "plan": lambda: ModelShape.read(source.location),
        "training": lambda: provider.load_model(source, CAUSAL.model_class(), LoadOptions("cpu", "float32")),
        "playground": lambda: load_model(source, inference_options()),
        "playground, from a folder": lambda: load_model(ModelSource(str(elsewhere)), inference_options()),
        "merge": lambda: merge(RUN, files=files),
        "export": lambda: export(RUN, ExportKind(format="safetensors", dtype="auto"), files=files),
        "push": lambda: check_base(adapter),
        "package": lambda: package(adapter, files),
    }
    for road, go in roads.items():
        with pytest.raises(ProviderError) as refused:
            go()
        assert (road, refused.value.code) == (road, code)
        assert ADAPTER_CONFIG in refused.value.message
        assert refused.value.hint
    assert [folder.id for folder in files.models()] == [RUN]


def test_the_refusal_says_where_what_was_found_and_what_belongs_there(adapter: ModelFolder) -> None:
    path = adapter.root / ADAPTER_CONFIG
    path.write_text('["r"]')
    with pytest.raises(ProviderError) as damaged:
        read_adapter_config(adapter.root)
    path.write_text('{"r": 4}')
    with pytest.raises(ProviderError) as without:
        read_adapter_config(adapter.root)

    assert damaged.value.params == {"model": RUN, "found": '["r"]'}
    assert str(path) in damaged.value.message
    assert 'Found: ["r"]' in damaged.value.message
    assert without.value.params == {"model": RUN}
    assert f"`{BASE}` is missing" in without.value.message
    assert str(path) in without.value.message
    assert f'"{BASE}": "owner/model"' in str(without.value.hint)


def test_of_a_base_on_the_hub_the_revision_is_read(adapter: ModelFolder) -> None:
    path = adapter.root / ADAPTER_CONFIG
    path.write_text(json.dumps({BASE: "owner/model", "revision": "v2"}))
    read = read_adapter_config(adapter.root)

    assert (read.base, read.revision) == ("owner/model", "v2")


def test_no_adapter_stands_on_itself(adapter: ModelFolder) -> None:
    path = adapter.root / ADAPTER_CONFIG
    path.write_text(json.dumps({BASE: str(adapter.root)}))
    with pytest.raises(ProviderError, match="or that very folder") as itself:
        ModelShape.read(str(adapter.root))
    assert itself.value.code == "adapter-without-base"


@pytest.mark.parametrize(
    "other",
    [{"peft_type": None}, {"peft_type": "NO_SUCH"}, {"r": "four"}, {"target_modules": ["of_another_model"]}],
    ids=["no kind", "a kind that PEFT has not", "a wrong setting", "layers of another base"],
)
def test_what_peft_can_make_nothing_of_is_named_when_it_is_loaded(
    adapter: ModelFolder, files: FileManager, other: dict[str, Any]
) -> None:
    path = adapter.root / ADAPTER_CONFIG
    changed = {**json.loads(path.read_bytes()), **other}
    path.write_text(json.dumps({key: value for key, value in changed.items() if value is not None}))

    for load in (
        lambda: load_model(ModelSource(str(adapter.root)), inference_options()),
        lambda: merge(RUN, files=files),
    ):
        with pytest.raises(
            ProviderError, match=r"cannot be put upon its base as adapter_config\.json has it"
        ) as refused:
            load()
        assert refused.value.code == "adapter-does-not-fit"
        assert refused.value.params["model"] == RUN
