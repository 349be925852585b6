"""Decisions about the models of the library: which there are, what may be deleted, what is merged."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelforge.exceptions import ConflictError, NotFoundError, StorageError
from modelforge.schemas.model import ModelView
from modelforge.schemas.run import FINISHED
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder

if TYPE_CHECKING:
    from modelforge.database.database_manager import DatabaseManager

Dtype = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Listing:
    """The models of the library, the newest first, and those whose manifest cannot be read, each with the reason."""

    models: tuple[ModelView, ...]
    unreadable: tuple[str, ...] = ()


class ModelLibrary:
    """Reads the folders of the models, which are the truth; needs no database."""

    def __init__(self, files: FileManager) -> None:
        self.files = files

    def list_models(self) -> Listing:
        """Every complete model."""
        models: list[ModelView] = []
        unreadable: list[str] = []
        for folder in self.files.models():
            try:
                models.append(_view(folder))
            except StorageError as error:
                if folder.root.exists():  # else it was deleted while we were reading
                    unreadable.append(f"{folder.id}: {error.message}")
        return Listing(tuple(sorted(models, key=lambda model: model.created_at, reverse=True)), tuple(unreadable))

    def get(self, model_id: str) -> ModelView:
        """One model. Raises NotFoundError, StorageError."""
        return _view(self.files.model(model_id))

    def newest(self) -> ModelView:
        """The model that was made last. Raises NotFoundError where there is none yet."""
        models = self.list_models().models
        if not models:
            raise NotFoundError(
                "There is no model in the library yet.",
                hint="Train one: modelforge train -c examples/text-generation/sft.yaml, or name one: starter:chat.",
            )
        return models[0]


class ModelService(ModelLibrary):
    """The library, and what changes it; folders first, then the index."""

    def __init__(self, database: DatabaseManager, files: FileManager) -> None:
        super().__init__(files)
        self.database = database

    def delete(self, model_id: str) -> None:
        """Delete a model that nothing is built on.

        Raises:
            ConflictError: another model or an unfinished run needs it.
        """
        self.files.model(model_id)
        children = [model.id for model in self.list_models().models if model.base_model == model_id]
        runs = [run.id for run in self.database.list_runs() if run.config.model == model_id]
        runs = [run for run in runs if self.database.get_run(run).status not in FINISHED]
        if children or runs:
            raise ConflictError(
                f"{model_id} is the base of {', '.join([*children, *runs])}.",
                hint="Delete or stop what is built on it first.",
            )
        self.files.delete_model(model_id)
        with contextlib.suppress(NotFoundError):  # a model that the index has not seen yet
            self.database.delete_model(model_id)

    def merge(self, model_id: str, *, dtype: Dtype = "auto", new_id: str | None = None) -> ModelView:
        """Merge an adapter into its base as a model of its own, checked to answer alike.

        Raises:
            ConflictError: it is no adapter, or `new_id` is taken.
            TrainingError: the merged weights answer differently; nothing is kept.
        """
        from modelforge.training.merge import merge

        manifest = merge(model_id, files=self.files, dtype=dtype, new_id=new_id)
        view = self.get(manifest.id)
        self.database.save_model(view)
        return view


def _view(folder: ModelFolder) -> ModelView:
    return ModelView(**dict(folder.read_manifest()), path=str(folder.root))
