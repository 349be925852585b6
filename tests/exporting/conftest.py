"""A library with models to export."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training.publish import publish

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

RUN = "support-20261123-231100-9f2c"
MakeAdapter = Callable[..., ModelManifest]


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


@pytest.fixture
def adapter(files: FileManager) -> MakeAdapter:
    """(base, its name in a recipe) → an adapter of the library that changes every answer, for the task as it is done
    with such a base."""

    def make(
        base: Path, model: str | None = None, task: str = "text-generation", *, plain: bool = False, **data: Any
    ) -> ModelManifest:
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoTokenizer

        done = TaskFactory.create_task(task).for_model(ModelShape.read(str(base)))
        head = done.head()
        torch.manual_seed(1)
        weights = head.model_class().from_pretrained(base, dtype=torch.float32)
        tuned = get_peft_model(weights, LoraConfig(r=4, target_modules="all-linear", task_type=head.peft_task_type))
        with torch.no_grad():
            for name, parameter in tuned.named_parameters():
                if "lora_B" in name:
                    parameter.normal_(std=0.05)
        config = TrainingConfig(model=model or str(base), dataset="sample:support", task=task, data=data)
        spec = RunSpec(
            id=RUN,
            name="support",
            created_at=datetime.now(UTC),
            config=config,
            dataset_sha256=None,
            versions={},
        )
        return publish(
            tuned,
            AutoTokenizer.from_pretrained(base),
            spec=spec,
            base=ModelSource(str(base)),
            report=None,
            files=files,
            plain_prompts=plain,
            mode=done.mode,
            source_prefix=done.source_prefix(config),
        )

    return make
