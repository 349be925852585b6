"""The examples in CONTRIBUTING are real: each block runs, and what it defines keeps its contract."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from safetensors.torch import load_file

from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.fields import strategy_classes
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.task import Task
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training import engine
from modelforge.training.preparation import prepare

sys.path.append(str(Path(__file__).parents[1] / "training"))  # runs of few steps, made there

from tiny_runs import tiny_config, write_rows

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def defined() -> dict[str, Any]:
    """Everything that the blocks define, by name."""
    module = ModuleType("contributing")  # pydantic looks a class's module up
    sys.modules[module.__name__] = module
    for block in BLOCK.findall(CONTRIBUTING.read_text(encoding="utf-8")):
        exec(compile(block, str(CONTRIBUTING), "exec"), vars(module))
    return vars(module)


def carry_out(config: TrainingConfig, files: FileManager) -> ModelFolder:
    """The model that a run puts into the library. The config holds names that the schema does not know yet."""
    with files.scratch() as scratch:
        prepare(config, files, scratch / "data")
        spec = RunSpec.model_construct(
            id="tutorial", name="t", created_at=datetime.now(UTC), config=config, dataset_sha256=None, versions={}
        )
        folder = files.create_run(spec, scratch / "data")
    assert engine.run(spec, folder, lambda *_: None, lambda: False).status == "succeeded"
    return files.model(spec.id)


@pytest.mark.parametrize("finetuning_type", ["lora", "full"])
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # the union does not know the new class
def test_the_strategy_trains_the_last_layers_alone(
    finetuning_type: str, defined: dict[str, Any], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strategy = defined["LastLayersStrategy"]
    monkeypatch.setitem(StrategyFactory.strategies, strategy.name, strategy)
    written = tiny_config(
        tiny_model,
        write_rows(tmp_path / "rows.jsonl"),
        finetuning_type=finetuning_type,
        optimization={"max_steps": 2},
        evaluation={"generate": False},
    )
    config = written.model_copy(update={"strategy": defined["LastLayersConfig"](layers=1)})

    model = carry_out(config, FileManager(tmp_path / "home")).root

    if finetuning_type == "lora":
        weights = load_file(model / "adapter_model.safetensors")
        moved = {name for name, weight in weights.items() if "lora_B" in name and weight.any()}
    else:
        base, weights = load_file(tiny_model / "model.safetensors"), load_file(model / "model.safetensors")
        moved = {name for name, weight in weights.items() if not weight.equal(base[name])}
    assert moved
    assert all("layers.1." in name for name in moved)


def test_the_provider_looks_into_its_mirror_first(
    defined: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "owner" / "model").mkdir(parents=True)
    monkeypatch.setitem(defined, "MIRROR", tmp_path)
    provider = defined["MirrorProvider"]()

    assert provider.resolve("owner/model").folder == tmp_path / "owner" / "model"
    assert provider.resolve("owner/other").location == "owner/other"
    assert provider.get_provider_name() == "mirror"


def test_the_provider_carries_a_run_from_its_mirror_to_the_library(
    defined: dict[str, Any], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_model, tmp_path / "mirror" / "owner" / "model")
    monkeypatch.setitem(defined, "MIRROR", tmp_path / "mirror")
    provider = defined["MirrorProvider"]
    monkeypatch.setitem(ProviderFactory.providers, provider.name, provider)
    written = tiny_config(Path("owner/model"), write_rows(tmp_path / "rows.jsonl"), optimization={"max_steps": 2})
    config = written.model_copy(update={"provider": provider.name})  # in the schema its name is the other line

    model = carry_out(config, FileManager(tmp_path / "home")).root

    adapter = json.loads((model / "adapter_config.json").read_text())
    assert adapter["base_model_name_or_path"] == str(tmp_path / "mirror" / "owner" / "model")


def test_the_provider_is_short() -> None:
    [block] = [block for block in BLOCK.findall(CONTRIBUTING.read_text(encoding="utf-8")) if "MirrorProvider" in block]
    assert len(block.splitlines()) < 40


def test_the_schema_offers_what_the_factories_make() -> None:
    offered = {name: set(get_args(TrainingConfig.model_fields[name].annotation)) for name in ("provider", "task")}
    strategies = {str(strategy.model_fields["name"].default) for strategy in strategy_classes()}

    assert offered == {"provider": set(ProviderFactory.providers), "task": set(TaskFactory.tasks)}
    assert strategies == set(StrategyFactory.strategies)


def test_the_task_is_whole(defined: dict[str, Any]) -> None:
    task: Task = defined["ShortAnswer"]()
    row = {"prompt": [{"role": "user", "content": "Where?"}], "completion": [{"role": "assistant", "content": "Rome"}]}

    assert task.primary_metric in task.metrics
    assert (task.prompt_text(row), task.reference(row)) == ("Where?", "Rome")


def test_the_task_carries_a_run_to_a_model_that_is_judged_by_its_measures(
    defined: dict[str, Any], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = defined["ShortAnswer"]
    monkeypatch.setitem(TaskFactory.tasks, task.name, task)
    written = tiny_config(tiny_model, write_rows(tmp_path / "rows.jsonl"), optimization={"max_steps": 2})

    model = carry_out(written.model_copy(update={"task": task.name}), FileManager(tmp_path / "home"))

    manifest = model.read_manifest()
    assert (manifest.task, manifest.metrics["primary_metric"]) == (task.name, "token_f1")
    assert set(task.metrics) <= set(manifest.metrics["metrics"])


def test_the_names_are_not_taken(defined: dict[str, Any]) -> None:
    config = parse_training_config({"model": "starter:chat", "dataset": "sample:support"}).config
    names = (defined["LastLayersStrategy"].name, defined["MirrorProvider"].name, defined["ShortAnswer"].name)
    assert not {config.strategy.name, config.provider, config.task} & set(names)
