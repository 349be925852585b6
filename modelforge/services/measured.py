"""What runs have measured, kept between two looks: a look at a long run costs what is new since the last one."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from modelforge.database.database_manager import DatabaseManager

MOST_RUNS = 8
"""Runs that are kept; 100,000 steps of ten series are 16 MB."""
HELD_OUT = "evaluation_"
NOT_MEASURED = ("step", "total_steps")
NUMBERS = (int, float)
"""As JSON has them: what is true or false is none."""


@dataclass
class Measured:
    """One quantity: `values[i]` was measured at `steps[i]`; steps ascend."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def drop_from(self, step: int) -> None:
        """Forget what was measured at `step` or later."""
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.values.pop()


@dataclass
class MeasuredRun:
    """All quantities of a run by name, up to event `last_seq`."""

    series: dict[str, Measured] = field(default_factory=dict)
    last_seq: int = 0

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        """Add what a `progress` or `evaluation` event carries.

        A step that is done again, after a crash or a resume, counts as it was done last: what was measured from it on
        is dropped, the evaluations behind it as well. The web app treats live events the same way.
        """
        step = data.get("step")
        if not isinstance(step, int):
            return
        prefix = HELD_OUT if kind == "evaluation" else ""
        for name, one in self.series.items():
            if one.steps and one.steps[-1] >= step and name.startswith(prefix):
                one.drop_from(step)
        for name, value in data.items():
            if type(value) not in NUMBERS or name in NOT_MEASURED:
                continue
            found = self.series.get(prefix + name)
            if found is None:
                found = self.series[prefix + name] = Measured()
            found.steps.append(step)
            found.values.append(value)


class MeasuredRuns:
    """The runs that were looked at last. Safe to call from any thread."""

    def __init__(self, database: DatabaseManager) -> None:
        self.database = database
        self._runs: OrderedDict[str, MeasuredRun] = OrderedDict()
        self._lock = Lock()

    def read(self, run_id: str) -> MeasuredRun:
        """A copy of all that is stored of a run now. Raises NotFoundError."""
        last_seq = self.database.event_position(run_id)[1]
        with self._lock:
            run = self._runs.pop(run_id, MeasuredRun())
            if run.last_seq > last_seq:  # its events were forgotten, and are being read anew from its folder
                run = MeasuredRun()
            for seq, kind, data in self.database.list_measures(run_id, after=run.last_seq):
                run.take(kind, data)
                run.last_seq = seq
            self._runs[run_id] = run
            if len(self._runs) > MOST_RUNS:
                self._runs.popitem(last=False)
            series = {name: Measured(one.steps[:], one.values[:]) for name, one in run.series.items()}
            return MeasuredRun(series, max(run.last_seq, last_seq))
