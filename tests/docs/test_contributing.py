"""The examples in CONTRIBUTING are real: each block runs, and what it defines keeps its contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.schemas.config import parse_training_config
from modelforge.tasks.task import Task

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


def test_the_strategy_opens_the_last_layers_alone(defined: dict[str, Any], tiny_model: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    config: Any = SimpleNamespace(strategy=defined["LastLayersConfig"](layers=1))
    prepared = defined["LastLayersStrategy"]().prepare_model(model, config, HuggingFaceProvider())

    trained = {name.split(".")[2] for name, weight in prepared.named_parameters() if weight.requires_grad}
    assert trained == {"1"}


def test_the_provider_looks_into_its_mirror_first(
    defined: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "owner" / "model").mkdir(parents=True)
    monkeypatch.setitem(defined, "MIRROR", tmp_path)
    provider = defined["MirrorProvider"]()

    assert provider.resolve("owner/model").folder == tmp_path / "owner" / "model"
    assert provider.resolve("owner/other").location == "owner/other"
    assert provider.get_provider_name() == "mirror"


def test_the_task_is_whole(defined: dict[str, Any]) -> None:
    task: Task = defined["ShortAnswer"]()
    row = {"prompt": [{"role": "user", "content": "Where?"}], "completion": [{"role": "assistant", "content": "Rome"}]}

    assert task.primary_metric in task.metrics
    assert (task.prompt_text(row), task.reference(row)) == ("Where?", "Rome")


def test_the_names_are_not_taken(defined: dict[str, Any]) -> None:
    config = parse_training_config({"model": "starter:chat", "dataset": "sample:support"}).config
    names = (defined["LastLayersStrategy"].name, defined["MirrorProvider"].name, defined["ShortAnswer"].name)
    assert not {config.strategy.name, config.provider, config.task} & set(names)
