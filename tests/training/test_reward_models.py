"""Reward models: trained from pairs, saved with their head, refused where answers are wanted, used by rlhf."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from test_preferences import write_pairs
from tiny_runs import TinyRun, carry_out, make_run, tiny_config

from modelforge.exceptions import ConfigurationError, ConflictError
from modelforge.inference.loading import find_model, inference_options, load_model
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.file_manager import FileManager
from modelforge.training.merge import merge


def reward_config(model: Path, folder: Path, **written: Any) -> TrainingConfig:
    pairs = write_pairs(folder / "pairs.jsonl")
    return tiny_config(model, pairs, **{"strategy": {"name": "reward"}, "optimization": {"max_steps": 8}, **written})


@pytest.fixture(scope="module")
def whole(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    folder = tmp_path_factory.mktemp("reward")
    return carry_out(make_run(reward_config(tiny_model, folder), FileManager(folder / "home")))


def test_pairs_are_told_apart_and_the_report_says_how_surely(whole: TinyRun) -> None:
    report, last = whole.said("report")[0], whole.said("progress")[-1]

    assert report["primary_metric"] == "preference_accuracy"
    assert report["metrics"]["preference_accuracy"]["n"] == 6
    assert report["metrics"]["pair_loss"]["tuned"] < math.log(2)
    assert "perplexity" not in report["metrics"]
    assert {"reward_margin", "reward_accuracy"} <= set(last)
    assert last["loss"] < whole.losses[0]


def test_the_saved_model_has_its_head_and_scores_as_it_was_measured(whole: TinyRun, tiny_model: Path) -> None:
    from safetensors.torch import load_file

    from modelforge.data.scored_pairs import scored_ids
    from modelforge.evaluation.rewards.reward_model import score_sequences
    from modelforge.hardware.compute import resolve_compute
    from modelforge.providers.huggingface_provider import HuggingFaceProvider
    from modelforge.strategies.reward_library import load_reward_model
    from modelforge.strategies.strategy import RunContext
    from modelforge.tasks.text_generation import TextGeneration

    files, provider = FileManager(whole.folder.home), HuggingFaceProvider()
    folder = files.model(whole.model_id or "")
    config = whole.folder.read_spec().config
    tokenizer = provider.load_tokenizer(provider.resolve(str(tiny_model)))
    context = RunContext(
        whole.folder.read_spec(), whole.folder, files, provider, resolve_compute(config), lambda: False
    )
    sides = [
        TextGeneration().features(
            {
                "prompt": [{"role": "user", "content": "Ball 3?"}],
                "completion": [{"role": "assistant", "content": f"{word} 3"}],
            },
            tokenizer,
            config,
        )[0]
        for word in ("good", "bad")
    ]

    model = load_reward_model(whole.model_id or "", context, tokenizer)
    good, bad = score_sequences(model, [scored_ids(side) for side in sides], tokenizer.pad_token_id, batch_size=2)
    alone = score_sequences(model, [scored_ids(sides[1])], tokenizer.pad_token_id, batch_size=1)

    assert folder.read_manifest().task == "reward"
    assert f"reward_model: {whole.model_id}" in folder.card.read_text()
    assert any("score" in name for name in load_file(folder.root / "adapter_model.safetensors"))
    assert good > bad
    assert alone == [pytest.approx(bad, abs=1e-5)]  # the padding of the shorter row is not what is scored


def test_a_stopped_run_goes_on_to_the_same_bits(whole: TinyRun, tiny_model: Path, tmp_path: Path) -> None:
    config = reward_config(tiny_model, tmp_path, checkpointing={"save_steps": 1})
    broken = make_run(config, FileManager(tmp_path / "home"))
    assert carry_out(broken, stop_after=3).status == "stopped"
    assert carry_out(broken).status == "succeeded"

    assert broken.losses == whole.losses
    weights = [
        (FileManager(run.folder.home).model(run.model_id or "").root / "adapter_model.safetensors").read_bytes()
        for run in (whole, broken)
    ]
    assert weights[0] == weights[1]


def test_where_answers_are_wanted_a_reward_model_is_refused(whole: TinyRun, tmp_path: Path) -> None:
    files = FileManager(whole.folder.home)

    with pytest.raises(ConflictError, match="reward model"):
        merge(whole.model_id or "", files=files)
    with pytest.raises(ConflictError, match="reward model"):
        load_model(find_model(whole.model_id or "", files), inference_options())
    with pytest.raises(ConfigurationError, match="reward model"):
        make_run(tiny_config(Path(whole.model_id or ""), write_pairs(tmp_path / "p.jsonl"), strategy="dpo"), files)
