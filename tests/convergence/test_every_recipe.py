"""Every recipe of `examples/`, as it stands: what it claims to teach is learned, by the report of its run.

`make test-convergence` runs them one after the other and prints the table of `examples/README.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from learning import EXAMPLES, Learned


@dataclass(frozen=True)
class Claim:
    """What a recipe's report has to say."""

    metric: str
    base: float
    """The model did no better than this before (at most)."""
    tuned: float
    """And does so well now (at least)."""
    gain: float
    """The lower end of the difference's 95 % interval (at least)."""
    also: Callable[[Learned], None] | None = None


def margins_open(learned: Learned) -> None:
    margins = [step["reward_margin"] for step in learned.progress]
    assert abs(margins[0]) < 1e-3
    assert min(margins[-5:]) > 1


def losses_fall(learned: Learned) -> None:
    assert sum(learned.losses[-5:]) < sum(learned.losses[:5]) / 4


def leashed(learned: Learned) -> None:
    assert learned.progress[-1]["kl"] > 0 == learned.report["metrics"]["kl"]["base"]


def other_overlaps_rise(learned: Learned) -> None:
    losses_fall(learned)
    assert all(learned.report["metrics"][name]["ci95"][0] > 0 for name in ("rouge1", "rouge2"))


def every_class(learned: Learned) -> None:
    assert learned.report["metrics"]["macro_f1"]["tuned"] > 0.85


CLAIMS = {
    "text-generation/sft.yaml": Claim("exact_match", 0.1, 0.9, 0.8, losses_fall),
    "text-generation/full.yaml": Claim("exact_match", 0.1, 0.9, 0.8, losses_fall),
    "text-generation/qlora.yaml": Claim("exact_match", 0.1, 0.9, 0.8, losses_fall),
    "text-generation/dpo.yaml": Claim("preference_accuracy", 0.5, 0.8, 0.4, margins_open),
    "text-generation/kto.yaml": Claim("marks_told_apart", 0.75, 0.95, 0.15),
    "text-generation/reward.yaml": Claim("preference_accuracy", 0.8, 0.95, 0.1),
    "text-generation/rlhf.yaml": Claim("reward", 1.0, 1.1, 0.1, leashed),
    "pipelines/rlhf-from-pairs.yaml": Claim("reward", 99, -99, 0.1, leashed),
    "pipelines/sft-then-dpo.yaml": Claim("preference_accuracy", 0.8, 0.9, 0.1),
    "text-classification/sft.yaml": Claim("accuracy", 0.4, 0.9, 0.6, every_class),
    "summarization/sft.yaml": Claim("rougeL", 0.25, 0.85, 0.6, other_overlaps_rise),
    "summarization/full.yaml": Claim("rougeL", 0.25, 0.9, 0.6, other_overlaps_rise),
    "summarization/qlora.yaml": Claim("rougeL", 0.25, 0.85, 0.6, other_overlaps_rise),
    "summarization/sft-by-prompt.yaml": Claim("rougeL", 0.25, 0.65, 0.4, other_overlaps_rise),
    "extractive-question-answering/sft.yaml": Claim("squad_f1", 0.2, 0.45, 0.3),
    "extractive-question-answering/by-prompt.yaml": Claim("squad_f1", 0.35, 0.45, 0.1),
}


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """A line per recipe, printed when all are through."""
    lines: list[str] = []
    yield lines
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("", *lines, sep="\n")  # noqa: T201


ON_A_GPU = {"text-generation/unsloth.yaml"}
"""What these claim is shown by `make test-unsloth` and `benchmarks/bench_gpu.py`."""


def test_every_example_has_its_claim() -> None:
    assert set(CLAIMS) | ON_A_GPU == {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.yaml")}


@pytest.mark.minutes
@pytest.mark.parametrize("recipe", CLAIMS)
def test_a_recipe_teaches_what_it_claims(recipe: str, learn: Any, table: list[str]) -> None:
    claim = CLAIMS[recipe]

    learned = learn(recipe)

    assert (learned.report["primary_metric"], learned.report["verdict"]) == (claim.metric, "better")
    value = learned.report["metrics"][claim.metric]
    low, high = value["ci95"]
    table.append(
        f"| {recipe} | {claim.metric} {value['base']:.2f} → {value['tuned']:.2f} | {low:+.2f} to {high:+.2f} "
        f"| {learned.seconds:.0f} s | {100 * learned.memory_error:+.0f} % |"
    )
    assert value["base"] <= claim.base
    assert value["tuned"] >= claim.tuned
    assert low >= claim.gain
    if claim.also is not None:
        claim.also(learned)
    assert abs(learned.memory_error) < 0.2
