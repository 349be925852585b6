"""The name of a model → where its files are; and those of the base that an adapter stands on."""

from __future__ import annotations

from pathlib import Path

from modelforge.exceptions import NotFoundError, ProviderError
from modelforge.providers.provider import ModelSource, Provider
from modelforge.storage.adapter_config import ADAPTER_CONFIG, BASE, read_adapter_config
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder


def resolve_model(name: str, provider: Provider, files: FileManager, revision: str | None = None) -> ModelSource:
    """A model of the library by its id, else whatever the provider knows under the name."""
    try:
        return ModelSource(str(files.model(name).root))
    except NotFoundError:
        return provider.resolve(name, revision)


def resolve_base(folder: Path, provider: Provider) -> ModelSource:
    """The base of the adapter in `folder`. One of the same library is found also after the home was moved.

    Raises:
        ProviderError: the base was a folder, and is gone; or the adapter does not say what it stands on.
    """
    adapter = read_adapter_config(folder)
    place = Path(adapter.base)
    if not place.is_absolute() or place.is_dir():
        return provider.resolve(adapter.base, adapter.revision)
    moved = ModelFolder(folder).neighbour(place)
    if moved is None:
        raise ProviderError(
            f"The base that the adapter {folder.name} was trained on is gone: {adapter.base}.",
            hint=f"Restore that folder, or put the right path into `{BASE}` of {ADAPTER_CONFIG}.",
            code="adapter-base-gone",
            params={"model": folder.name, "base": adapter.base},
        )
    return ModelSource(str(moved))
