"""Classification and question answering on the bundled encoder: fresh heads learn, held-out scores rise clearly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_messages_are_told_apart(learn: Any, figure: Callable[[int, int], int]) -> None:
    """Every change: a little more than half the steps; `--full`: the recipe as it stands."""
    short = ("optimization.max_steps=320", "compute.num_threads=1")
    learned = learn("text-classification/sft.yaml", *short[: figure(2, 0)])

    accuracy, macro = (learned.report["metrics"][name] for name in ("accuracy", "macro_f1"))
    assert (learned.report["primary_metric"], learned.report["verdict"]) == ("accuracy", "better")
    assert accuracy["base"] < 0.4
    assert accuracy["tuned"] > figure(80, 95) / 100
    assert accuracy["ci95"][0] > figure(40, 60) / 100
    assert macro["tuned"] > figure(75, 95) / 100
    assert abs(learned.memory_error) < 0.2


@pytest.mark.minutes
def test_answers_are_found_in_texts(learn: Any, figure: Callable[[int, int], int]) -> None:
    """The recipe as it stands."""
    learned = learn("extractive-question-answering/sft.yaml", "compute.num_threads=1")

    f1, exact = (learned.report["metrics"][name] for name in ("squad_f1", "squad_em"))
    assert (learned.report["primary_metric"], learned.report["verdict"]) == ("squad_f1", "better")
    assert f1["base"] < 0.2
    assert f1["ci95"][0] > figure(10, 40) / 100
    assert exact["ci95"][0] > 0
    assert abs(learned.memory_error) < 0.2
