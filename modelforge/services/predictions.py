"""The answer of a model that reads, whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from modelforge.inference.refusals import prediction_stopped
from modelforge.schemas.prediction import Predicted, Predictions
from modelforge.services.talk import Talk, stopped_when_gone


async def predicted(talk: Talk, receive: Callable[[], Awaitable[Any]]) -> Predictions:
    """What is said of each text; a client that leaves stops it.

    Raises:
        ModelForgeException: there is no answer.
    """
    async with stopped_when_gone(talk, receive):
        async for event in talk.events():
            if isinstance(event, Predicted):
                return Predictions(model=talk.model, **dict(event))
    raise prediction_stopped()
