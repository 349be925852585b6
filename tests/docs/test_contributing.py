"""The examples in CONTRIBUTING are real: each block runs, and what it defines keeps its contract."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from safetensors.torch import load_file
from typer.testing import CliRunner

from modelforge.cli.app import app
from modelforge.exceptions import ConfigurationError
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.fields import config_fields, strategy_classes
from modelforge.schemas.config.plug_ins import name_of
from modelforge.schemas.run import RunSpec
from modelforge.services.recipes import config_schema, parse_recipe, render_recipe
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.task import Task
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training import engine
from modelforge.training.preparation import prepare
from tests.routers.server_under_test import run_server

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


@pytest.fixture
def plugged(defined: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The three plug-ins, each with its line in its factory, and nothing else."""
    monkeypatch.setitem(ProviderFactory.providers, defined["MirrorProvider"].name, defined["MirrorProvider"])
    monkeypatch.setitem(TaskFactory.tasks, defined["ShortAnswer"].name, defined["ShortAnswer"])
    before = {field.dotted for field in config_fields()}
    monkeypatch.setitem(StrategyFactory.strategies, defined["LastLayersStrategy"].name, defined["LastLayersStrategy"])
    assert {field.dotted for field in config_fields()} - before == {"strategy.layers"}
    return defined


def carry_out(config: TrainingConfig, files: FileManager) -> ModelFolder:
    """The model that a run puts into the library, by the spec as it lies in the run's folder."""
    with files.scratch() as scratch:
        prepare(config, files, scratch / "data")
        spec = RunSpec(
            id="tutorial", name="t", created_at=datetime.now(UTC), config=config, dataset_sha256=None, versions={}
        )
        folder = files.create_run(spec, scratch / "data")
    assert folder.read_spec().config == config
    assert engine.run(folder.read_spec(), folder, lambda *_: None, lambda: False).status == "succeeded"
    return files.model(spec.id)


@pytest.mark.parametrize("finetuning_type", ["lora", "full"])
@pytest.mark.usefixtures("plugged")
def test_the_strategy_trains_the_last_layers_alone(finetuning_type: str, tiny_model: Path, tmp_path: Path) -> None:
    config = tiny_config(
        tiny_model,
        write_rows(tmp_path / "rows.jsonl"),
        strategy={"name": "last-layers", "layers": 1},
        finetuning_type=finetuning_type,
        optimization={"max_steps": 2},
        evaluation={"generate": False},
    )

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
    plugged: dict[str, Any], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_model, tmp_path / "mirror" / "owner" / "model")
    monkeypatch.setitem(plugged, "MIRROR", tmp_path / "mirror")
    rows = write_rows(tmp_path / "rows.jsonl")
    config = tiny_config(Path("owner/model"), rows, provider="mirror", optimization={"max_steps": 2})

    model = carry_out(config, FileManager(tmp_path / "home")).root

    adapter = json.loads((model / "adapter_config.json").read_text())
    assert adapter["base_model_name_or_path"] == str(tmp_path / "mirror" / "owner" / "model")


def test_the_provider_is_short() -> None:
    [block] = [block for block in BLOCK.findall(CONTRIBUTING.read_text(encoding="utf-8")) if "MirrorProvider" in block]
    assert len(block.splitlines()) < 40


def test_the_schema_offers_what_the_factories_make() -> None:
    described = TrainingConfig.model_json_schema()["properties"]
    strategies = [name_of(strategy) for strategy in strategy_classes()]

    assert described["provider"]["enum"] == list(ProviderFactory.providers)
    assert described["task"]["enum"] == list(TaskFactory.tasks)
    assert strategies == list(StrategyFactory.strategies)
    assert sorted(strategies) == sorted(described["strategy"]["discriminator"]["mapping"])


RECIPE: dict[str, Any] = {
    "model": "starter:chat",
    "dataset": "sample:support",
    "provider": "mirror",
    "task": "short-answer",
    "strategy": {"name": "last-layers", "layers": 3},
}


@pytest.mark.usefixtures("plugged")
def test_recipes_take_the_plug_ins_and_refuse_what_is_none() -> None:
    config = parse_training_config(RECIPE).config
    read_back = parse_recipe(render_recipe(config)).config

    assert type(config.strategy).__name__ == "LastLayersConfig"
    assert read_back == config == TrainingConfig.model_validate_json(config.model_dump_json())
    assert parse_training_config({**RECIPE, "strategy": "last-layers"}).config.strategy.model_dump()["layers"] == 2
    for wrong, key, expected in (
        ({"provider": "mirro"}, "provider", "'huggingface', 'unsloth' or 'mirror'"),
        ({"task": 5}, "task", "'short-answer'"),
        ({"strategy": {"name": "last-layers", "layers": 0}}, "strategy.layers", "greater than or equal to 1"),
        ({"strategy": {"name": "last-layers", "layer": 1}}, "strategy.layer", "a known key"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            parse_training_config({**RECIPE, **wrong})
        [fault] = caught.value.details["errors"]
        assert fault["key"] == key
        assert expected in fault["expected"]


@pytest.mark.usefixtures("plugged")
def test_the_form_is_offered_the_plug_ins() -> None:
    form = config_schema()
    properties = form.json_schema["properties"]
    knobs = form.json_schema["$defs"]["LastLayersConfig"]["properties"]

    assert properties["provider"]["enum"][-1] == "mirror"
    assert properties["task"]["enum"][-1] == "short-answer"
    assert properties["strategy"]["discriminator"]["mapping"]["last-layers"] == "#/$defs/LastLayersConfig"
    assert {"$ref": "#/$defs/LastLayersConfig"} in properties["strategy"]["oneOf"]
    assert (knobs["layers"]["default"], knobs["layers"]["minimum"]) == (2, 1)
    assert form.owners["strategy.layers"] == ("last-layers",)


@pytest.mark.usefixtures("plugged")
def test_the_command_line_takes_the_plug_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELFORGE_HOME", str(tmp_path))
    overrides = ["model=starter:chat", "dataset=sample:support", "provider=mirror", "task=short-answer"]
    done = CliRunner().invoke(app, ["plan", *overrides, "strategy=last-layers", "strategy.layers=3", "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["fits"]


@pytest.mark.usefixtures("plugged")
def test_the_api_takes_the_plug_ins(tmp_path: Path) -> None:
    with run_server(tmp_path) as server:
        planned = server.client.post("/api/v1/plans/memory", json=RECIPE)
        refused = server.client.post("/api/v1/plans/memory", json={**RECIPE, "provider": "none"})
        described = server.client.get("/api/v1/openapi.json").json()["components"]["schemas"]

    assert planned.status_code == 200, planned.text
    assert (refused.status_code, refused.json()["errors"][0]["key"]) == (422, "provider")
    assert "LastLayersConfig" in described


def test_the_task_is_whole(defined: dict[str, Any]) -> None:
    task: Task = defined["ShortAnswer"]()
    row = {"prompt": [{"role": "user", "content": "Where?"}], "completion": [{"role": "assistant", "content": "Rome"}]}

    assert task.primary_metric in task.metrics
    assert (task.prompt_text(row), task.reference(row)) == ("Where?", "Rome")


def test_the_task_carries_a_run_to_a_model_that_is_judged_by_its_measures(
    plugged: dict[str, Any], tiny_model: Path, tmp_path: Path
) -> None:
    task = plugged["ShortAnswer"]
    rows = write_rows(tmp_path / "rows.jsonl")

    model = carry_out(
        tiny_config(tiny_model, rows, task="short-answer", optimization={"max_steps": 2}),
        FileManager(tmp_path / "home"),
    )

    manifest = model.read_manifest()
    assert (manifest.task, manifest.metrics["primary_metric"]) == (task.name, "token_f1")
    assert set(task.metrics) <= set(manifest.metrics["metrics"])


def test_the_names_are_not_taken(defined: dict[str, Any]) -> None:
    config = parse_training_config({"model": "starter:chat", "dataset": "sample:support"}).config
    names = (defined["LastLayersStrategy"].name, defined["MirrorProvider"].name, defined["ShortAnswer"].name)
    assert not {config.strategy.name, config.provider, config.task} & set(names)
