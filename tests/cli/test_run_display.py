"""What a terminal shows of a run while it goes on."""

from __future__ import annotations

import io

from rich.console import Console

from modelforge.cli.run_display import RunDisplay
from modelforge.schemas.events import Event


def test_the_time_left_goes_with_the_last_step() -> None:
    display = RunDisplay(Console(file=io.StringIO(), width=120))
    said = {"loss": 0.5, "tokens_per_second": 900.0, "total_steps": 2}
    figures = []
    with display.following():
        for number, left in ((1, 30.0), (2, 7.0)):
            data = {**said, "step": number, "seconds_left": left}
            display.event(Event(seq=number, epoch=1, time=0.0, kind="progress", data=data))
            figures.append(display.progress.tasks[0].fields["figures"])
    assert figures == ["loss 0.5000 · 900 tokens/s · 0:30 left", "loss 0.5000 · 900 tokens/s"]
