"""Classification on the bundled encoder: on every change, a little more than half of the recipe's steps."""

from __future__ import annotations

from typing import Any


def test_messages_are_told_apart(learn: Any) -> None:
    learned = learn("text-classification/sft.yaml", "optimization.max_steps=320", "compute.num_threads=1")

    accuracy, macro = (learned.report["metrics"][name] for name in ("accuracy", "macro_f1"))
    assert (learned.report["primary_metric"], learned.report["verdict"]) == ("accuracy", "better")
    assert accuracy["base"] < 0.4
    assert accuracy["tuned"] > 0.8
    assert accuracy["ci95"][0] > 0.4
    assert macro["tuned"] > 0.75
    assert abs(learned.memory_error) < 0.2
