"""A model of the library, a folder or a hub id → weights in memory, with its adapter attached and not merged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConflictError
from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.model_source import resolve_base, resolve_model
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.schemas.model import ModelManifest
from modelforge.storage.adapter_config import is_adapter
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.tasks.head import CAUSAL, Head
from modelforge.tasks.summarization import EncoderDecoderSummarization
from modelforge.tasks.task import Task
from modelforge.tasks.task_factory import TaskFactory
from modelforge.tasks.text_generation import TextGeneration

PROVIDER = HuggingFaceProvider()
"""What reads the library, whichever provider trained a model of it: they are standard folders."""


@dataclass(frozen=True)
class LoadedModel:
    """A model that can answer."""

    model: Any
    """A transformers model, or a `PeftModel` around its base."""
    tokenizer: Any
    manifest: ModelManifest | None
    """What the library knows of it; nothing for models from elsewhere."""
    head: Head = CAUSAL

    @property
    def is_adapter(self) -> bool:
        """Whether the base answers once the adapter is disabled."""
        from peft import PeftModel

        return isinstance(self.model, PeftModel)

    @property
    def plain_prompts(self) -> bool:
        """Whether it was trained on bare texts, without its chat template, and so is asked without it."""
        return self.manifest is not None and self.manifest.plain_prompts

    @property
    def source_prefix(self) -> str:
        """What stands before every text that it is asked about."""
        return self.manifest.source_prefix if self.manifest else ""

    @property
    def system_prompt(self) -> str | None:
        """The system turn that its conversations begin with; nothing where it is asked with bare texts."""
        return self.manifest.system_prompt if self.manifest and not self.plain_prompts else None


def find_model(reference: str, files: FileManager) -> ModelSource:
    """A model of the library by its id, else a starter, a folder or a hub id."""
    return resolve_model(reference, PROVIDER, files)


def load_model(source: ModelSource, options: LoadOptions, manifest: ModelManifest | None = None) -> LoadedModel:
    """Load weights, adapter and tokenizer.

    Args:
        manifest: of a model that is not in the library yet; else it is read from the folder.

    Raises:
        ProviderError: the model, or the base that its adapter names, cannot be found or loaded.
        ConflictError: it is a reward model.
    """
    PROVIDER.validate_model_access(source)
    manifest = manifest or _manifest(source.folder)
    if manifest is not None and manifest.scores:
        raise ConflictError(
            f"{manifest.id} is a reward model: it scores answers and writes none.",
            hint="Name it as strategy.reward_model of a run with strategy: rlhf; it needs no merging for that.",
            code="reward-model-writes-none",
            params={"model": manifest.id},
        )
    head = task_of(source, manifest).head()
    options = replace(options, head_arguments=head.arguments, merges_adapters=False)
    model = PROVIDER.load_model(source, head.model_class(), options).eval()
    tokenizer = PROVIDER.load_tokenizer(source)
    head.match(model, tokenizer)
    return LoadedModel(model, tokenizer, manifest, head)


def adapter_base(source: ModelSource) -> ModelSource | None:
    """The base of an adapter folder; nothing for full weights. Raises ProviderError where it was a folder now gone."""
    if source.folder is None or not is_adapter(source.folder):
        return None
    return resolve_base(source.folder, PROVIDER)


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


def task_of(source: ModelSource, manifest: ModelManifest | None) -> Task:
    """The task that a model was trained for, as this kind of model does it; that of its classes, where it has some."""
    while (base := adapter_base(source)) is not None:
        source = base
    if manifest is None:
        return EncoderDecoderSummarization() if _is_encoder_decoder(source) else TextGeneration()
    task = TaskFactory.create_task(manifest.task)
    return task.for_model(ModelShape.read(source.location, source.revision)).for_classes(manifest.classes)


def _is_encoder_decoder(source: ModelSource) -> bool:
    from transformers import AutoConfig

    try:
        return bool(AutoConfig.from_pretrained(source.location, revision=source.revision).is_encoder_decoder)
    except (OSError, ValueError):
        return False  # loading the weights will say what is wrong


def _manifest(folder: Path | None) -> ModelManifest | None:
    if folder is None or not ModelFolder(folder).manifest.is_file():
        return None
    return ModelFolder(folder).read_manifest()
