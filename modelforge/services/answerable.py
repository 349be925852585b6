"""Which models can be asked, how, and by whom."""

from __future__ import annotations

from modelforge.exceptions import ConflictError, ModelForgeException, NotFoundError
from modelforge.inference.refusals import reads_only, writes_only
from modelforge.schemas.model import READING, ModelMode, ModelView
from modelforge.security.caller import Caller
from modelforge.services.model_service import ModelLibrary
from modelforge.starter import STARTER, StarterModel, list_starters

WRITING: tuple[ModelMode, ...] = ("chat", "text")


def check_answers(model: str, models: ModelLibrary, caller: Caller) -> None:
    """Refuse what writes no answers.

    Raises:
        NotFoundError: there is no such starter or model of the library, or it belongs to another account.
        ConflictError: it reads texts, or cannot be asked as it is.
    """
    if check_loads(model, models, caller) in READING:
        raise reads_only(model)


def check_reads(model: str, models: ModelLibrary, caller: Caller) -> None:
    """Refuse what predicts nothing of a text. Raises as `check_answers`."""
    if check_loads(model, models, caller) not in READING:
        raise writes_only(model)


def check_loads(model: str, models: ModelLibrary, caller: Caller) -> ModelMode:
    """How a model is asked. Raises NotFoundError as `check_answers`, and ConflictError where it cannot be asked."""
    mode = _starter(model).mode if model.startswith(STARTER) else models.get(model, caller).mode
    if mode is None:
        raise ConflictError(
            f"{model} cannot be asked as it is.",
            hint="A starter without a head is fine-tuned first; a reward model is named in a recipe of rlhf.",
            code="cannot-be-asked",
            params={"model": model},
        )
    return mode


def may_ask(model: str, models: ModelLibrary, caller: Caller) -> bool:
    """Whether the caller sees it, and it can be asked."""
    try:
        check_loads(model, models, caller)
    except ModelForgeException:
        return False
    return True


def answering_starters() -> tuple[StarterModel, ...]:
    """The starters that write answers."""
    return tuple(one for one in list_starters() if one.mode in WRITING)


def answering_models(models: ModelLibrary, caller: Caller) -> tuple[ModelView, ...]:
    """The models of the library that write answers, the newest first."""
    return tuple(one for one in models.list_models().models if one.mode in WRITING and caller.sees(one.owner))


def _starter(model: str) -> StarterModel:
    for one in list_starters():
        if one.id == model:
            return one
    raise NotFoundError.named("model", model, hint="GET /api/v1/models lists the starters.")
