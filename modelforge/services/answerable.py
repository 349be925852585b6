"""Which models can be asked, and by whom."""

from __future__ import annotations

from collections.abc import Iterable

from modelforge.exceptions import ConflictError, ModelForgeException, NotFoundError
from modelforge.schemas.model import ModelView
from modelforge.security.caller import Caller
from modelforge.services.model_service import ModelLibrary
from modelforge.starter import StarterModel, list_starters

STARTER = "starter:"
ANSWERING = ("text-generation", "summarization")
"""The tasks whose models write answers."""


def check_answers(model: str, models: ModelLibrary, caller: Caller) -> None:
    """Refuse what cannot be asked.

    Raises:
        NotFoundError: there is no such starter or model of the library, or it belongs to another account.
        ConflictError: it is a model for another task.
    """
    tasks = _starter(model).tasks if model.startswith(STARTER) else (models.get(model, caller).task,)
    if not _writes(tasks):
        raise ConflictError(
            f"{model} is a model for {', '.join(tasks)}: it writes no answers.",
            hint=f"Choose a model for {' or '.join(ANSWERING)}; classifiers are asked with `modelforge predict`.",
        )


def may_ask(model: str, models: ModelLibrary, caller: Caller) -> bool:
    """Whether `check_answers` lets it pass."""
    try:
        check_answers(model, models, caller)
    except ModelForgeException:
        return False
    return True


def answering_starters() -> tuple[StarterModel, ...]:
    """The starters that can be asked."""
    return tuple(one for one in list_starters() if _writes(one.tasks))


def answering_models(models: ModelLibrary, caller: Caller) -> tuple[ModelView, ...]:
    """The models of the library that can be asked, the newest first."""
    return tuple(one for one in models.list_models().models if _writes((one.task,)) and caller.sees(one.owner))


def _writes(tasks: Iterable[str]) -> bool:
    return not set(tasks).isdisjoint(ANSWERING)


def _starter(model: str) -> StarterModel:
    for one in list_starters():
        if f"{STARTER}{one.name}" == model:
            return one
    raise NotFoundError(f"There is no model {model!r}.", hint="GET /api/v1/models lists the starters.")
