"""Decisions about the models of the library: which there are, what may be deleted, what is merged."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from modelforge.exceptions import ConflictError, NotFoundError, StorageError
from modelforge.schemas.model import ModelView, id_when_merged
from modelforge.schemas.model_requests import Dtype
from modelforge.schemas.problem import Unreadable
from modelforge.schemas.remark import Remark, by_sentence, remark, sentences
from modelforge.schemas.run import FINISHED, RunStatus, RunView
from modelforge.security.caller import HOME_OWNER, Caller
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder

if TYPE_CHECKING:
    from modelforge.database.database_manager import DatabaseManager

NOUN = "model"
UNFINISHED: tuple[RunStatus, ...] = tuple(status for status in get_args(RunStatus) if status not in FINISHED)
InUse = Callable[[str], Sequence[Remark]]
"""The id of a model → who uses it now; nobody needs it when that is empty."""


@dataclass(frozen=True)
class Listing:
    """The models of the library, the newest first, and those whose manifest cannot be read, each with the reason."""

    models: tuple[ModelView, ...]
    unreadable: tuple[Unreadable, ...] = ()


class ModelLibrary:
    """Reads the folders of the models, which are the truth; needs no database."""

    def __init__(self, files: FileManager) -> None:
        self.files = files

    def list_models(self) -> Listing:
        """Every complete model."""
        models: list[ModelView] = []
        unreadable: list[Unreadable] = []
        for folder in self.files.models():
            try:
                models.append(_view(folder))
            except StorageError as error:
                if folder.root.exists():  # else it was deleted while we were reading
                    unreadable.append(Unreadable.of(folder.id, error))
        return Listing(tuple(sorted(models, key=lambda model: model.created_at, reverse=True)), tuple(unreadable))

    def get(self, model_id: str, caller: Caller = HOME_OWNER) -> ModelView:
        """One model; one of another account is not found. Raises NotFoundError, StorageError."""
        view = _view(self.files.model(model_id))
        caller.require_sight(view.owner, NOUN, model_id)
        return view

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

    def __init__(self, database: DatabaseManager, files: FileManager, *, in_use: InUse = lambda _model_id: ()) -> None:
        """`in_use`: who else, beside runs and adapters, needs a model now."""
        super().__init__(files)
        self.database = database
        self._in_use = in_use

    def rename(self, model_id: str, name: str, caller: Caller = HOME_OWNER) -> ModelView:
        """Give a model another name; its id stays. Raises NotFoundError, StorageError."""
        self.get(model_id, caller)
        folder = self.files.model(model_id)
        manifest = folder.read_manifest().model_copy(update={"name": name})
        write_json(folder.manifest, manifest.model_dump(mode="json"))
        view = _view(folder)
        self.database.save_model(view)
        return view

    def needed_by(self, model_id: str) -> tuple[Remark, ...]:
        """What would break without this model: adapters on it, runs that stand on it, whoever has it in use."""
        adapters = [
            remark("used-by-adapter", id=model.id)
            for model in self.list_models().models
            if model.kind == "adapter" and model.base_model == model_id
        ]
        unfinished = self.database.list_runs(*UNFINISHED)
        runs = [run.id for run in unfinished if _stands_on(run, model_id)]
        if unfinished.unreadable:
            runs += self.database.runs_that_name(model_id, [one.id for one in unfinished.unreadable])
        return (*adapters, *(remark("used-by-run", id=run) for run in runs), *self._in_use(model_id))

    def delete(self, model_id: str, caller: Caller = HOME_OWNER) -> None:
        """Delete a model that nothing is built on.

        Raises:
            ConflictError: an adapter, an unfinished run or the playground needs it.
        """
        try:
            self.get(model_id, caller)
        except StorageError:  # its manifest is damaged, so nobody knows whose it is
            caller.require("admin")
        if users := self.needed_by(model_id):
            raise _in_use(model_id, users)
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
        return self.add_to_index(manifest.id)

    def add_to_index(self, model_id: str) -> ModelView:
        """Have the index know a model that was published. Raises NotFoundError, StorageError."""
        view = self.get(model_id)
        self.database.save_model(view)
        return view


def _in_use(model_id: str, users: Sequence[Remark]) -> ConflictError:
    said = sentences(users)
    listed = ", ".join(said)
    names = {sentence: one.model_dump(mode="json") for sentence, one in by_sentence(users).items()}
    return ConflictError(
        f"{model_id} is needed by {listed}.",
        hint="Delete, stop or unload what is built on it first.",
        details={"in_use_by": list(said), "remarks": names},
        code="model-in-use",
        params={"model": model_id, "users": listed},
    )


def _stands_on(run: RunView, model_id: str) -> bool:
    """Whether a run loads this model: by its config, or as the result of an earlier stage."""
    needs = run.stage.needs if run.stage else ()
    return run.config.model == model_id or any(model_id in (need, id_when_merged(need)) for need in needs)


def _view(folder: ModelFolder) -> ModelView:
    return ModelView.of(folder.read_manifest(), str(folder.root))
