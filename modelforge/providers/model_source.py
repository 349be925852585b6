"""The name of a model → where its files are."""

from __future__ import annotations

from modelforge.exceptions import NotFoundError
from modelforge.providers.provider import ModelSource, Provider
from modelforge.storage.file_manager import FileManager


def resolve_model(name: str, provider: Provider, files: FileManager, revision: str | None = None) -> ModelSource:
    """A model of the library by its id, else whatever the provider knows under the name."""
    try:
        return ModelSource(str(files.model(name).root))
    except NotFoundError:
        return provider.resolve(name, revision)
