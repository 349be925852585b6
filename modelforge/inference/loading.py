"""A model of the library, a folder or a hub id → weights in memory, with its adapter attached and not merged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConflictError
from modelforge.providers.model_source import resolve_base, resolve_model
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.model import ModelManifest
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.tasks.task_factory import TaskFactory

PROVIDER = "huggingface"
TASK = "text-generation"
REWARD = "reward"
"""What reward models are for, by their manifest."""


@dataclass(frozen=True)
class LoadedModel:
    """A model that can answer."""

    model: Any
    """A transformers model, or a `PeftModel` around its base."""
    tokenizer: Any
    manifest: ModelManifest | None
    """What the library knows of it; nothing for models from elsewhere."""

    @property
    def is_adapter(self) -> bool:
        """Whether the base answers once the adapter is disabled."""
        from peft import PeftModel

        return isinstance(self.model, PeftModel)


def find_model(reference: str, files: FileManager) -> ModelSource:
    """A model of the library by its id, else a starter, a folder or a hub id."""
    return resolve_model(reference, ProviderFactory.create_provider(PROVIDER), files)


def load_model(source: ModelSource, options: LoadOptions) -> LoadedModel:
    """Load weights, adapter and tokenizer.

    Raises:
        ProviderError: the model, or the base that its adapter names, cannot be found or loaded.
        ConflictError: it is a reward model.
    """
    provider = ProviderFactory.create_provider(PROVIDER)
    provider.validate_model_access(source)
    manifest = _manifest(source.folder)
    if manifest is not None and manifest.task == REWARD:
        raise ConflictError(
            f"{manifest.id} is a reward model: it scores answers and writes none.",
            hint="Name it as strategy.reward_model of a run with strategy: rlhf; it needs no merging for that.",
        )
    model_class = TaskFactory.create_task(manifest.task if manifest else TASK).head().model_class()
    if (base := adapter_base(source)) is not None:
        from peft import PeftModel

        provider.validate_model_access(base)
        model = PeftModel.from_pretrained(provider.load_model(base, model_class, options), source.location)
    else:
        model = provider.load_model(source, model_class, options)
    model.eval()
    return LoadedModel(model, provider.load_tokenizer(source), manifest)


def adapter_base(source: ModelSource) -> ModelSource | None:
    """The base of an adapter folder; nothing for full weights. Raises ProviderError where it was a folder now gone."""
    if source.folder is None or not (source.folder / "adapter_config.json").is_file():
        return None
    return resolve_base(source.folder, ProviderFactory.create_provider(PROVIDER))


def inference_options() -> LoadOptions:
    """The fastest device of this machine, and a number type that it computes quickly.

    On a CPU that is fp32, since half precision is emulated on many of them; on an accelerator the type of the weights.
    """
    import torch

    if torch.cuda.is_available():
        return LoadOptions(device="cuda:0", dtype="auto")
    if torch.backends.mps.is_available():
        return LoadOptions(device="mps", dtype="auto")
    return LoadOptions(device="cpu", dtype=torch.float32)


def _manifest(folder: Path | None) -> ModelManifest | None:
    if folder is None or not ModelFolder(folder).manifest.is_file():
        return None
    return ModelFolder(folder).read_manifest()
