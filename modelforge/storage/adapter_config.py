"""`adapter_config.json`: what an adapter stands on. The one place that reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from modelforge.exceptions import ProviderError
from modelforge.storage.atomic import storage_errors

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
"""What lies beside it."""
BASE = "base_model_name_or_path"


@dataclass(frozen=True)
class AdapterConfig:
    """The part of PEFT's file that says which model the adapter changes."""

    document: dict[str, Any]
    """All of the file."""
    base: str
    """A starter, a folder or a hub id."""
    revision: str | None


def is_adapter(folder: Path) -> bool:
    """Whether a model folder holds an adapter, which needs its base."""
    return (folder / ADAPTER_CONFIG).exists()


def read_adapter_config(folder: Path) -> AdapterConfig:
    """What the adapter in `folder` says of its base.

    Raises:
        ProviderError: the file is no JSON object, or names no base but itself.
        StorageError: it is not there or cannot be read.
    """
    path = folder / ADAPTER_CONFIG
    with storage_errors("read", path):
        data = path.read_bytes()
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _no_object(path, str(error)) from error
    if not isinstance(document, dict):
        raise _no_object(path, orjson.dumps(document).decode()[:40])
    base, revision = document.get(BASE), document.get("revision")
    if not isinstance(base, str) or not base.strip() or Path(base) == folder:
        raise ProviderError(
            f"The adapter {folder.name} names no base model: in {path}, `{BASE}` is missing, empty, no text, or that "
            "very folder.",
            hint=f'Write the hub id or the folder of the model that it was trained on there: "{BASE}": "owner/model". '
            "Or copy or download the adapter again.",
            code="adapter-without-base",
            params={"model": folder.name},
        )
    return AdapterConfig(document, base, revision if isinstance(revision, str) else None)


def _no_object(path: Path, found: str) -> ProviderError:
    return ProviderError(
        f"{path} is no JSON object, which says what an adapter is and which model it stands on. Found: {found}.",
        hint="Copy or download the adapter again; `save_pretrained` writes that file.",
        code="adapter-config-damaged",
        params={"model": path.parent.name, "found": found},
    )
