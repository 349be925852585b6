"""A run, and the stages behind it, carried out in the foreground and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelforge.cli.run_display import JsonDisplay, RunDisplay

if TYPE_CHECKING:
    from modelforge.cli.workplace import Workplace


def display_for(*, as_json: bool) -> JsonDisplay | RunDisplay:
    """What shows one run."""
    return JsonDisplay() if as_json else RunDisplay()


def carry_out(place: Workplace, run_id: str, *, as_json: bool, resume: bool = False) -> bool:
    """Carry out a run and, once it has succeeded, the stages behind it. False: one of them was stopped.

    Raises:
        ModelForgeException: a run failed, or cannot be carried out now.
    """
    training = place.training
    next_run: str | None = run_id
    while next_run is not None:
        display = display_for(as_json=as_json)
        stage = training.get(next_run).stage
        if stage is not None:
            display.stage(stage)
        if not resume:
            display.created(place.files.run(next_run))
        with display.following():
            result: dict[str, Any] = (training.resume if resume else training.carry_out)(next_run, display.event)
        display.ended(result, place.files)
        if result["status"] != "success":
            return False
        next_run, resume = result["next_run_id"], False
    return True
