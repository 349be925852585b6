"""The model a config names → where its files are."""

from __future__ import annotations

from modelforge.exceptions import NotFoundError
from modelforge.providers.provider import ModelSource, Provider
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.file_manager import FileManager


def resolve_model(config: TrainingConfig, provider: Provider, files: FileManager) -> ModelSource:
    """A model of the library by its id, else whatever the provider knows under the name."""
    try:
        return ModelSource(str(files.model(config.model).root))
    except NotFoundError:
        return provider.resolve(config.model, config.model_revision)
