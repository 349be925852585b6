"""Models for the library of a server under test, made in a moment: an adapter on the tiny or the starter model."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.schemas.model import ModelManifest, ModelView
from modelforge.services.server_services import ServerServices
from modelforge.storage.atomic import write_bytes, write_json


def put_folder(services: ServerServices, model_id: str, **more: Any) -> ModelView:
    """A model without weights, in the library and in the index."""
    values = {"name": model_id, "kind": "full", "task": "text-generation", "base_model": "starter:chat", **more}
    manifest = ModelManifest(id=model_id, **{"created_at": datetime.now(UTC), **values})
    with services.files.scratch() as scratch:
        staging = scratch / model_id
        staging.mkdir()
        write_bytes(staging / "README.md", f"# {model_id}\n".encode())
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        services.files.publish_model(staging, model_id)
    return services.workshop.models.add_to_index(model_id)


def put_endless(services: ServerServices, tiny_model: Path, model_id: str = "endless", **more: Any) -> str:
    """A model that writes on and on, for minutes, until somebody stops it."""
    config = json.loads((tiny_model / "config.json").read_text())
    config["max_position_embeddings"] = 1_000_000
    values = {"name": model_id, "kind": "full", "task": "text-generation", "base_model": str(tiny_model), **more}
    manifest = ModelManifest(id=model_id, created_at=datetime.now(UTC), **values)
    with services.files.scratch() as scratch:
        staging = scratch / model_id
        shutil.copytree(tiny_model, staging)
        write_json(staging / "config.json", config)
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        services.files.publish_model(staging, model_id)
    services.workshop.models.add_to_index(model_id)
    return model_id


def put_reader(services: ServerServices, model_id: str, task: str, *, spread: float = 0.5, **more: Any) -> str:
    """The starter encoder with a head of random weights, `spread` wide: a classifier of three words, or a span head."""
    import torch

    from modelforge.inference.loading import find_model
    from modelforge.providers.huggingface_provider import HuggingFaceProvider
    from modelforge.tasks.task_factory import TaskFactory

    source = find_model("starter:encoder", services.files)
    classes = ("cold", "hot", "wet") if task == "text-classification" else ()
    head = TaskFactory.create_task(task).for_classes(classes).head()
    torch.manual_seed(3)
    model = head.model_class().from_pretrained(source.location, dtype=torch.float32, **head.arguments)
    with torch.no_grad():
        for parameter in (model.classifier if classes else model.qa_outputs).parameters():
            parameter.normal_(std=spread)
    values = {"name": model_id, "kind": "full", "task": task, "base_model": "starter:encoder", "classes": classes}
    mode = TaskFactory.create_task(task).mode
    manifest = ModelManifest(id=model_id, created_at=datetime.now(UTC), mode=mode, **{**values, **more})
    with services.files.scratch() as scratch:
        staging = scratch / model_id
        model.save_pretrained(staging)
        HuggingFaceProvider().load_tokenizer(source).save_pretrained(staging)
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        services.files.publish_model(staging, model_id)
    services.workshop.models.add_to_index(model_id)
    return model_id


def put_adapter(services: ServerServices, model_id: str, base: str, *, seed: int = 3, **more: Any) -> ModelView:
    """An adapter with random weights on `base`: a starter, a folder, or the id of a model of the library."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from modelforge.inference.loading import find_model
    from modelforge.providers.huggingface_provider import HuggingFaceProvider

    source = find_model(base, services.files)
    torch.manual_seed(seed)
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(source.location, dtype=torch.float32),
        LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.5)
    model.peft_config["default"].base_model_name_or_path = base if base.startswith("starter:") else source.location
    values = {"name": model_id, "kind": "adapter", "task": "text-generation", "base_model": base, **more}
    manifest = ModelManifest(id=model_id, **{"created_at": datetime.now(UTC), **values})
    with services.files.scratch() as scratch:
        staging = scratch / model_id
        model.save_pretrained(staging, save_embedding_layers=False)
        HuggingFaceProvider().load_tokenizer(source).save_pretrained(staging)
        write_bytes(staging / "README.md", f"# {model_id}\n".encode())
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        services.files.publish_model(staging, model_id)
    return services.workshop.models.add_to_index(model_id)
