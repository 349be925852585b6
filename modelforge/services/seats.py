"""Where a model may compute while runs train: on the processor always, on an accelerator that no run has."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from modelforge.exceptions import ConflictError

PROCESSOR = "cpu"
GIVEN_AWAY_SECONDS = 10.0
"""Until a run that was given a slot shows as one that is under way."""
BusySlots = Callable[[], Mapping[str, str]]
"""Slot → the run on it."""


class Seats:
    """Knows which slots runs have, and which they are about to get."""

    def __init__(self, slots: Sequence[str], busy_slots: BusySlots) -> None:
        self.slots = tuple(slots)
        self._busy_slots = busy_slots
        self._given_away: dict[str, float] = {}

    def give_away(self, slot: str) -> None:
        """A run is about to start on `slot`."""
        self._given_away[slot] = time.monotonic() + GIVEN_AWAY_SECONDS

    def free(self) -> str:
        """A slot that no run has. Runs are given the first one that is free, so this takes the last.

        Raises:
            ConflictError: every accelerator is training.
        """
        now = time.monotonic()
        promised = {slot: "a run" for slot, until in list(self._given_away.items()) if until > now}
        busy = {**promised, **self._busy_slots()}
        for slot in reversed(self.slots):
            if slot == PROCESSOR or slot not in busy:
                return slot
        raise training_needs(self.slots[-1], busy[self.slots[-1]])


def training_needs(slot: str, run: str = "a run") -> ConflictError:
    """Why no answer is given now."""
    return ConflictError(
        f"Training goes first: {run} needs {slot}.",
        hint="Ask again when it has ended, or stop the run.",
        details={"reason": "training"},
        code="training-goes-first",
        params={"run": run, "slot": slot},
    )
