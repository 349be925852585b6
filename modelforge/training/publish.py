"""A trained model → a folder of the library that appears complete or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.inference.loading import adapter_base
from modelforge.providers.provider import ModelSource
from modelforge.schemas.model import ModelKind, ModelManifest, ModelMode
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunSpec
from modelforge.starter import STARTER
from modelforge.storage.atomic import read_json, write_bytes, write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.training.adapter_start import save_relative_to_start
from modelforge.training.model_card import render_model_card
from modelforge.training.saved_tokenizer import save_tokenizer


def publish(
    model: Any,
    tokenizer: Any,
    *,
    spec: RunSpec,
    base: ModelSource,
    report: EvaluationReport | None,
    files: FileManager,
    plain_prompts: bool = False,
    task: str | None = None,
    mode: ModelMode | None = None,
    classes: tuple[str, ...] = (),
    source_prefix: str = "",
    enable_thinking: bool | None = None,
) -> ModelManifest:
    """Publish what a run has trained under the run's id: an adapter alone, or full weights.

    A worker that was killed behind the rename finds its model published and publishes no second one.

    Args:
        model: a `PeftModel`, or a transformers model that was trained in full.
        base: where the base model's files are.
        report: its metrics go into the manifest and the card; None where the run was not evaluated.
        classes: of a classifier, the names of its outputs.
        plain_prompts: the rows were texts, or prompts as strings, on which no chat template was applied.
        task: what the model does; default: the run's task.
        mode: how it is asked; default: as models for that task are.
        source_prefix: what stood before every text.
        enable_thinking: whether its answers are to begin with reasoning; None: as its chat template says.

    Raises:
        StorageError: the model could not be written; nothing is listed.
    """
    from peft import PeftModel

    if (earlier := _published(files, spec)) is not None:
        return earlier
    kind: ModelKind = "adapter" if isinstance(model, PeftModel) else "full"
    with files.scratch() as scratch:
        staging = scratch / spec.id
        staging.mkdir()
        if kind == "adapter":
            _save_adapter(model, staging, spec, base, files)
        else:
            save_full(model, staging, published_dtype(model.dtype, base, spec.config.output.dtype))
        save_tokenizer(tokenizer, staging, enable_thinking=enable_thinking)
        manifest = ModelManifest(
            id=spec.id,
            name=spec.name,
            kind=kind,
            task=task or spec.config.task,
            base_model=spec.config.model,
            base_revision=base.revision,
            run_id=spec.id,
            created_at=datetime.now(UTC),
            metrics=_metrics(report),
            system_prompt=spec.config.data.system_prompt,
            plain_prompts=plain_prompts,
            mode=mode,
            classes=classes,
            source_prefix=source_prefix,
            max_length=spec.config.data.max_length,
            max_target_length=spec.config.data.max_target_length if model.config.is_encoder_decoder else None,
            truncation_mode=spec.config.data.truncation_mode,
            completion_only_loss=spec.config.strategy.completion_only_loss,
            assistant_only_loss=spec.config.strategy.assistant_only_loss,
            doc_stride=spec.config.data.doc_stride if mode == "span" else None,
            owner=spec.owner,
        )
        card = render_model_card(manifest, spec, report, base)
        manifest = write_card_and_manifest(staging, manifest, card)
        files.publish_model(staging, spec.id)
    return manifest


def write_card_and_manifest(staging: Path, manifest: ModelManifest, card: str) -> ModelManifest:
    """Write `README.md`, then `manifest.json` with the bytes of all other files: the last file of a model folder."""
    write_bytes(staging / "README.md", card.encode())
    manifest = manifest.model_copy(update={"bytes": ModelFolder(staging).size})
    write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
    return manifest


def save_full(model: Any, folder: Path, dtype: Any) -> None:
    """Write all weights as safetensors in `dtype`, a `torch.dtype`; integer buffers keep theirs."""
    converted: dict[tuple[int, Any], Any] = {}  # by place in memory, so that tied weights stay one
    state = {}
    for name, tensor in model.state_dict().items():
        place = (tensor.data_ptr(), tensor.shape)
        state[name] = converted.setdefault(place, tensor.to(dtype) if tensor.is_floating_point() else tensor)
    model.save_pretrained(folder, state_dict=state)
    # The config names the type that the model was held in; the type of the files is what loading goes by.
    config = read_json(folder / "config.json")
    write_json(folder / "config.json", {**config, "dtype": str(dtype).removeprefix("torch.")})


def _save_adapter(model: Any, folder: Path, spec: RunSpec, base: ModelSource, files: FileManager) -> None:
    # A starter's folder differs from machine to machine; its name does not.
    starter = spec.config.model if spec.config.model.startswith(STARTER) else None
    adapter = model.peft_config["default"]
    adapter.base_model_name_or_path = starter or base.location
    adapter.revision = base.revision
    if not spec.config.lora.begins_at_zero:
        save_relative_to_start(model, adapter, files.run(spec.id).adapter_start, folder)
        return
    # The vocabulary is never changed, so the base's embeddings are never part of the adapter; "auto" would ask the hub.
    model.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)


def _published(files: FileManager, spec: RunSpec) -> ModelManifest | None:
    found = [folder for folder in files.models() if folder.id == spec.id]
    return found[0].read_manifest() if found else None


def published_dtype(held_in: Any, base: ModelSource, dtype: str) -> Any:
    """The `torch.dtype` that weights are published in; `auto` is the one that the base is stored in.

    Args:
        held_in: the one that the model is held in, for a base that does not say how it is stored.
    """
    import torch
    from transformers import AutoConfig

    if dtype != "auto":
        return getattr(torch, dtype)
    while (inner := adapter_base(base)) is not None:
        base = inner
    return AutoConfig.from_pretrained(base.location, revision=base.revision).dtype or held_in


def _metrics(report: EvaluationReport | None) -> dict[str, Any]:
    """The shape of `report.json`, without its answers."""
    return {} if report is None else report.model_dump(mode="json", exclude={"examples"})
