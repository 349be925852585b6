"""What is shown of the library: pages of models, and one model with its card, its ancestors and its descendants."""

from __future__ import annotations

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import NotFoundError, StorageError
from modelforge.schemas.model import ModelKind, ModelView
from modelforge.schemas.model_requests import BaseModelRef, Lineage, MakingRun, ModelDetail, ModelPage, StarterView
from modelforge.schemas.remark import by_sentence, sentences
from modelforge.security.caller import Caller
from modelforge.services.model_service import ModelService
from modelforge.starter import STARTER, list_starters
from modelforge.storage.file_manager import ID, FileManager

LONGEST_CHAIN = 20
LONGEST_CARD = 200_000
"""Characters of a card that are shown."""


class ModelViews:
    """Reads what `ModelService` keeps. A model of another account is not found, and not named either."""

    def __init__(self, models: ModelService) -> None:
        self.models = models
        self.files: FileManager = models.files
        self.database: DatabaseManager = models.database

    def page(
        self,
        caller: Caller,
        *,
        limit: int,
        before: str | None = None,
        kind: ModelKind | None = None,
        task: str | None = None,
        text: str = "",
    ) -> ModelPage:
        """One page of models, the newest first.

        Args:
            caller: who asks; sees what is theirs.
            limit: models on a page.
            before: the last model of the page before.
            kind: only adapters, full or merged weights.
            task: only models for this task.
            text: only models with this in their name, id or base.

        Raises:
            NotFoundError: the model `before` is not there any more.
        """
        listing = self.models.list_models()
        wanted = text.casefold()
        chosen = [
            model
            for model in listing.models
            if caller.sees(model.owner)
            and kind in (None, model.kind)
            and task in (None, model.task)
            and wanted in f"{model.name}\n{model.id}\n{model.base_model}".casefold()
        ]
        rest = _behind(chosen, before)
        return ModelPage(
            items=tuple(rest[:limit]),
            total=len(chosen),
            next=rest[limit - 1].id if len(rest) > limit else None,
            starters=starters(),
            unreadable=listing.unreadable if caller.is_admin else (),
        )

    def detail(self, model_id: str, caller: Caller) -> ModelDetail:
        """One model with all that is known of it. Raises NotFoundError, StorageError."""
        model = self.models.get(model_id, caller)
        card = self.files.model(model_id).card
        text = card.read_text(encoding="utf-8", errors="replace")[:LONGEST_CARD] if card.is_file() else ""
        users = self.models.needed_by(model_id)
        return ModelDetail(
            **dict(model),
            card=text,
            lineage=self._lineage(model, caller),
            in_use_by=sentences(users),
            remarks=by_sentence(users),
        )

    def _lineage(self, model: ModelView, caller: Caller) -> Lineage:
        others = [other for other in self.models.list_models().models if caller.sees(other.owner)]
        return Lineage(
            run=self._run(model.run_id, caller),
            bases=self._bases(model, caller),
            siblings=tuple(
                other.id for other in others if model.run_id and other.run_id == model.run_id and other.id != model.id
            ),
            children=tuple(other.id for other in others if other.base_model == model.id),
        )

    def _run(self, run_id: str | None, caller: Caller) -> MakingRun | None:
        try:
            run = self.database.get_run(run_id or "")
        except NotFoundError:
            return None
        if not caller.sees(run.owner):
            return None
        return MakingRun(id=run.id, name=run.name, status=run.status, dataset=run.config.dataset)

    def _bases(self, model: ModelView, caller: Caller) -> tuple[BaseModelRef, ...]:
        chain: list[BaseModelRef] = []
        reference: str | None = model.base_model
        while reference is not None and len(chain) < LONGEST_CHAIN:
            found = self._in_library(reference, caller)
            chain.append(_base(reference, found))
            reference = found.base_model if found else None
        return tuple(chain)

    def _in_library(self, reference: str, caller: Caller) -> ModelView | None:
        if not ID.fullmatch(reference):
            return None
        try:
            return self.models.get(reference, caller)
        except (NotFoundError, StorageError):
            return None


def starters() -> tuple[StarterView, ...]:
    """The bundled models."""
    return tuple(
        StarterView(
            id=one.id,
            name=f"Starter {one.name}",
            tasks=one.tasks,
            mode=one.mode,
            architecture=one.architecture,
            parameters=one.parameters,
            description=one.description,
        )
        for one in list_starters()
    )


def _base(reference: str, found: ModelView | None) -> BaseModelRef:
    if reference.startswith(STARTER):
        return BaseModelRef(model=reference, kind="starter")
    if found is None:
        return BaseModelRef(model=reference, kind="elsewhere")
    return BaseModelRef(model=reference, kind="library", name=found.name)


def _behind(models: list[ModelView], before: str | None) -> list[ModelView]:
    if before is None:
        return models
    for place, model in enumerate(models):
        if model.id == before:
            return models[place + 1 :]
    raise NotFoundError(
        f"There is no model {before[:80]!r} on this list.",
        hint="Ask for the first page again.",
        code="not-on-this-list",
        params={"model": before[:80]},
    )
