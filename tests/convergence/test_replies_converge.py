"""DPO on the bundled model and pairs: it learns which of two replies is the better one."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.minutes
def test_the_held_out_preference_is_learned(learn: Any) -> None:
    learned = learn("text-generation/dpo.yaml", "evaluation.generate=false", "optimization.max_steps=15")

    preference = learned.report["metrics"]["preference_accuracy"]
    assert (learned.report["primary_metric"], learned.report["verdict"]) == ("preference_accuracy", "better")
    assert preference["n"] == 75
    assert preference["ci95"][0] > 0.2
    assert preference["tuned"] > preference["base"] + 0.3
    margins = [step["reward_margin"] for step in learned.progress]
    assert abs(margins[0]) < 1e-3
    assert min(margins[-5:]) > 1
