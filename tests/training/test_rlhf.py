"""Runs that learn from rewards: sampling, scoring, the leash, the report, and going on after a stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_preferences import write_pairs
from tiny_runs import TinyRun, carry_out, make_run, tiny_config

from modelforge.data.preflight import label_span
from modelforge.data.prompts import Prompt, expected_answer, prompt_row
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.stages import parse_stages
from modelforge.services.run_making import make_run as make_single_run
from modelforge.services.stage_making import make_stages
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.watch import GenerationStopped

SHORT = {"kind": "length", "unit": "tokens", "at_most": 2, "tolerance": 6}
LETTERS = {"kind": "regex", "pattern": "[a-z]", "weight": 0.5}


def rlhf_config(model: Path, folder: Path, **written: Any) -> TrainingConfig:
    path = folder / "prompts.jsonl"
    lines = [{"prompt": [{"role": "user", "content": f"Ball {n}{' of all' * (n % 3)}?"}]} for n in range(24)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    strategy = {"name": "rlhf", "rewards": [SHORT, LETTERS], "num_generations": 4, "max_completion_length": 8}
    base: dict[str, Any] = {
        "strategy": {**strategy, **written.pop("strategy", {})},
        "optimization": {"max_steps": 4, "per_device_train_batch_size": 8, "learning_rate": 1e-2},
        "evaluation": {"max_rows": 6, "max_new_tokens": 8, "bootstrap_resamples": 200},
    }
    return tiny_config(model, path, **{**base, **written})


@pytest.fixture(scope="module")
def whole(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    folder = tmp_path_factory.mktemp("rlhf")
    return carry_out(make_run(rlhf_config(tiny_model, folder), FileManager(folder / "home")))


def test_reward_divergence_length_and_entropy_are_said_with_the_progress(whole: TinyRun) -> None:
    first, last = whole.said("progress")[0], whole.said("progress")[-1]

    assert {"reward", "reward_std", "kl", "entropy", "completion_length", "truncated", "clip_ratio"} <= set(last)
    assert last["reward"] == pytest.approx(last["reward_length"] + 0.5 * last["reward_regex"], abs=1e-4)
    assert first["kl"] == pytest.approx(0, abs=1e-5)
    assert last["kl"] > 0  # the adapter is trained, and the reference is the model without it
    assert whole.said("evaluation")[-1]["reward"] > 0


def test_the_report_is_about_the_reward_of_the_models_own_answers(whole: TinyRun) -> None:
    report = whole.said("report")[0]

    assert report["primary_metric"] == "reward"
    assert {"reward", "reward_length", "reward_regex", "kl"} == set(report["metrics"])
    assert report["metrics"]["kl"]["base"] == 0
    assert report["metrics"]["kl"]["tuned"] > 0
    assert report["examples"][0]["prompt"].startswith("Ball")


@pytest.mark.parametrize(
    ("strategy", "accumulated", "stop"),
    [({}, 1, 4), ({"num_iterations": 2}, 2, 3), ({"algorithm": "rloo"}, 1, 4)],
    ids=str,
)
def test_a_stopped_run_goes_on_to_the_same_bits(
    strategy: dict[str, Any], accumulated: int, stop: int, tiny_model: Path, tmp_path: Path
) -> None:
    """Over the end of an epoch: the order of the second one is the same as without the stop."""
    written: dict[str, Any] = {"strategy": strategy, "checkpointing": {"save_steps": 1}}
    steps = {
        "per_device_train_batch_size": 24 // accumulated,
        "gradient_accumulation_steps": accumulated,
        "learning_rate": 1e-2,
        "max_steps": 5,
    }
    runs = []
    for name in ("whole", "broken"):
        (folder := tmp_path / name).mkdir()
        config = rlhf_config(tiny_model, folder, **{**written, "optimization": steps, "strategy": dict(strategy)})
        runs.append(make_run(config, FileManager(folder / "home")))
    unbroken, broken = carry_out(runs[0]), runs[1]

    assert carry_out(broken, stop_after=stop).status == "stopped"
    assert carry_out(broken).status == "succeeded"

    assert broken.losses == unbroken.losses
    rewards = [[said.get("reward") for said in run.said("progress")] for run in (unbroken, broken)]
    assert rewards[0] == rewards[1]


def test_a_reward_model_of_the_library_is_the_reward(tiny_model: Path, tmp_path: Path) -> None:
    files = FileManager(tmp_path / "home")
    pairs = write_pairs(tmp_path / "pairs.jsonl")
    reward = tiny_config(
        tiny_model, pairs, strategy="reward", optimization={"max_steps": 2}, evaluation={"eval_strategy": "no"}
    )
    judge = carry_out(make_run(reward, files, "judge"))
    strategy = {"rewards": [], "reward_model": judge.model_id}
    config = rlhf_config(tiny_model, tmp_path, strategy=strategy, dataset=str(pairs))

    run = carry_out(make_run(config, files, "learner"))

    assert run.status == "succeeded"
    first = run.said("progress")[0]
    assert first["reward_model"] == first["reward"]
    assert set(run.said("report")[0]["metrics"]) == {"reward", "kl"}
    assert run.said("report")[0]["examples"][0]["expected"].startswith("good")


def test_from_pairs_alone_the_reward_model_is_trained_first(tiny_model: Path, tmp_path: Path) -> None:
    from modelforge.training import engine

    files = FileManager(tmp_path / "home")
    config = rlhf_config(tiny_model, tmp_path, dataset=str(write_pairs(tmp_path / "pairs.jsonl")))
    written = config.model_dump(mode="json")
    written["strategy"] = {**written["strategy"], "rewards": []}
    written["evaluation"]["generate"] = False

    parsed = parse_stages(written)
    specs = make_stages(parsed, files)
    said: list[tuple[str, Any]] = []
    for spec in specs:
        engine.run(spec, files.run(spec.id), lambda kind, data: said.append((kind, data)), lambda: False)

    assert "reward model is trained" in parsed.notices[0]
    assert [files.model(spec.id).read_manifest().task for spec in specs] == ["reward", "text-generation"]
    reports = [data for kind, data in said if kind == "report"]
    assert [report["primary_metric"] for report in reports] == ["preference_accuracy", "reward"]


def test_a_function_of_the_users_is_kept_with_the_run_and_judges_it(tiny_model: Path, tmp_path: Path) -> None:
    from modelforge.training import engine

    files = FileManager(tmp_path / "home")
    strategy = {"rewards": [{"kind": "python", "function": "mine"}]}
    step = {"max_steps": 1, "per_device_train_batch_size": 8}
    config = rlhf_config(tiny_model, tmp_path, strategy=strategy, optimization=step)
    with pytest.raises(ConfigurationError, match="only the command line"):
        make_single_run(config, files)
    source = b"def mine(prompt, answer, reference, row):\n    return 0.25 if row['prompt'] else 0\n"
    spec = make_single_run(config, files, reward_source=source)
    folder, said = files.run(spec.id), list[tuple[str, Any]]()

    engine.run(spec, folder, lambda kind, data: said.append((kind, data)), lambda: False)

    assert folder.reward_file.read_bytes() == source
    assert [data["reward"] for kind, data in said if kind == "progress"] == [0.25]


def test_answers_that_take_long_are_given_up_when_a_stop_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from modelforge.strategies import sampling

    model, asked = torch.nn.Linear(2, 2), [False]
    monkeypatch.setattr(sampling, "PATIENCE", 0.0)
    with sampling.Impatience(model, lambda: asked[0]):
        model(torch.zeros(2))
        asked[0] = True
        with pytest.raises(GenerationStopped):
            model(torch.zeros(2))

    model(torch.zeros(2))  # outside of sampling the model answers as ever


def test_without_rewards_a_run_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="rewarded"):
        make_run(rlhf_config(tiny_model, tmp_path, strategy={"rewards": []}), FileManager(tmp_path / "home"))


@pytest.mark.parametrize(("longest", "all_of_them"), [(64, True), (32, False)], ids=["all", "some left out"])
def test_fewer_prompts_than_a_step_needs_are_refused_before_the_run_is_queued(
    tiny_model: Path, tmp_path: Path, longest: int, all_of_them: bool
) -> None:
    """24 rows leave 18 to train on; those that leave no room for an answer do not count."""
    files = FileManager(tmp_path / "home")

    def config(prompts: int) -> TrainingConfig:
        steps = {"max_steps": 1, "per_device_train_batch_size": 4 * prompts}
        return rlhf_config(tiny_model, tmp_path, optimization=steps, data={"max_length": longest})

    prompts = make_run(config(1), files).preparation.preflight.rows

    assert (prompts == 18) is all_of_them
    assert make_single_run(config(prompts), files, force=True)
    with pytest.raises(ConfigurationError, match=f"answers to {prompts + 1} prompts, and there are {prompts}"):
        make_single_run(config(prompts + 1), files, force=True)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"prompt": "Which?", "answer": 4}, "4"),
        ({"prompt": "Which?"}, None),
        ({"prompt": "Which? ", "chosen": "this", "rejected": "that"}, "this"),
        ({"prompt": "Which?", "completion": "this", "label": True}, "this"),
        ({"prompt": "Which?", "completion": "that", "label": False}, None),
        ({"messages": [{"role": "user", "content": "Which?"}, {"role": "assistant", "content": "this"}]}, "this"),
    ],
)
def test_the_expected_answer_is_found_in_rows_of_every_shape(row: dict[str, Any], expected: str | None) -> None:
    assert expected_answer(TextGeneration(), row) == expected
    assert TextGeneration().prompt_text(prompt_row(row)).strip() == "Which?"


def test_samples_along_the_way_are_answers_to_the_prompts(whole: TinyRun) -> None:
    samples = whole.said("samples")[-1]

    assert [row["expected"] for row in samples["rows"]] == [""] * len(samples["rows"])
    assert all(row["prompt"].startswith("Ball") for row in samples["rows"])


def test_the_plan_counts_no_logits_for_a_prompt() -> None:
    """Only sampled positions are projected; counted with them, prompts made a plan a quarter too large."""
    assert label_span(Prompt([1, 2, 3], None)) == 0
