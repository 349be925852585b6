"""Summarization on the bundled encoder-decoder: held-out ROUGE rises clearly, with its interval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.minutes
def test_the_notes_come_to_say_what_was_agreed(learn: Any, figure: Callable[[int, int], int]) -> None:
    """Every change: a short run judged on few rows; `--full`: the recipe as it stands."""
    rows = figure(24, 100)
    learned = learn(
        "summarization/sft.yaml",
        f"optimization.max_steps={figure(90, 175)}",
        f"evaluation.max_rows={rows}",
        f"evaluation.max_new_tokens={figure(40, 64)}",
        "compute.num_threads=1",
    )

    rouge = learned.report["metrics"]["rougeL"]
    assert (learned.report["primary_metric"], learned.report["verdict"]) == ("rougeL", "better")
    assert rouge["n"] == rows
    assert rouge["base"] < 0.25
    assert rouge["tuned"] > figure(60, 90) / 100
    assert rouge["ci95"][0] > figure(35, 60) / 100
    assert all(learned.report["metrics"][name]["ci95"][0] > 0 for name in ("rouge1", "rouge2"))
    assert sum(learned.losses[-5:]) < sum(learned.losses[:5]) / 4
