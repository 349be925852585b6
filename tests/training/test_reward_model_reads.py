"""A reward model reads the answers that it judges in the form of its own training, or the run is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_preferences import write_pairs
from tiny_runs import TinyRun, carry_out, make_run, tiny_config

from modelforge.data.prompts import PromptEncoder
from modelforge.data.scored_pairs import ScoredPairEncoder
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.preflight import Finding
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.chat_rendering import end_token_id
from modelforge.tasks.text_generation import TextGeneration

CHAT = {
    "prompt": [{"role": "user", "content": "Ball?"}],
    "chosen": [{"role": "assistant", "content": "good"}],
    "rejected": [{"role": "assistant", "content": "bad"}],
}
PLAIN = {"prompt": "Ball? ", "chosen": "good", "rejected": "bad"}


def plain_pairs(path: Path) -> Path:
    lines = [{"prompt": f"Ball {n}? ", "chosen": f"good {n}", "rejected": f"bad {n}"} for n in range(24)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def judge(model: Path, pairs: Path, files: FileManager) -> TinyRun:
    config = tiny_config(
        model, pairs, strategy="reward", optimization={"max_steps": 1}, evaluation={"eval_strategy": "no"}
    )
    return carry_out(make_run(config, files, files.new_run_id("judge")))


def learner(model: Path, rows: Path, judged_by: TinyRun) -> TrainingConfig:
    strategy = {"name": "rlhf", "reward_model": judged_by.model_id, "num_generations": 4, "max_completion_length": 8}
    steps = {"max_steps": 1, "per_device_train_batch_size": 8}
    return tiny_config(model, rows, strategy=strategy, optimization=steps, evaluation={"eval_strategy": "no"})


def said(config: TrainingConfig, files: FileManager) -> list[Finding]:
    found = make_run(config, files, files.new_run_id("learner")).preparation.preflight
    about = [finding for finding in found.findings if finding.truth == "reward-model-reads-as-trained"]
    assert found.ok is (not about)
    return about


@pytest.mark.parametrize("row", [CHAT, PLAIN], ids=["chat", "plain"])
def test_what_it_is_given_is_what_its_own_training_made_of_the_same_pair(tiny_model: Path, row: dict[str, Any]) -> None:
    """The judge is given the ids of the policy's prompt and those of its answer with its end, as they were sampled."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    config = TrainingConfig(model=str(tiny_model), dataset="d")
    trained = ScoredPairEncoder(TextGeneration(), tokenizer, config).features(row)[0].columns["chosen_input_ids"]
    asked = PromptEncoder(TextGeneration(), tokenizer, config, 8).features(row)[0].columns["input_ids"]

    answer = [*tokenizer("good", add_special_tokens=False)["input_ids"], end_token_id(tokenizer)]
    assert [*asked, *answer] == trained


@pytest.mark.parametrize("trained_on", ["conversations", "bare texts"])
def test_prompts_of_the_other_form_are_refused_and_those_of_its_own_are_not(
    tiny_model: Path, tmp_path: Path, trained_on: str
) -> None:
    files = FileManager(tmp_path / "home")
    rows = {"conversations": write_pairs(tmp_path / "c.jsonl"), "bare texts": plain_pairs(tmp_path / "b.jsonl")}
    judging = judge(tiny_model, rows[trained_on], files)
    (other,) = rows.keys() - {trained_on}

    assert said(learner(tiny_model, rows[trained_on], judging), files) == []
    [finding] = said(learner(tiny_model, rows[other], judging), files)

    assert (finding.code, finding.severity) == ("reward-model-other-prompts", "error")
    assert f"was trained on {trained_on}, and 18 of 18 prompts are {other}" in finding.message


def test_another_chat_template_is_refused_and_does_not_matter_to_texts(tiny_model: Path, tmp_path: Path) -> None:
    files = FileManager(tmp_path / "home")
    chats, texts = write_pairs(tmp_path / "c.jsonl"), plain_pairs(tmp_path / "b.jsonl")
    by_chat, by_text = judge(tiny_model, chats, files), judge(tiny_model, texts, files)
    for judging in (by_chat, by_text):
        template = files.model(str(judging.model_id)).root / "chat_template.jinja"
        template.write_text("{# written anew, to the same effect #}" + template.read_text())
    assert said(learner(tiny_model, chats, by_chat), files) == [], "only what it writes counts"

    for judging in (by_chat, by_text):
        template = files.model(str(judging.model_id)).root / "chat_template.jinja"
        template.write_text("Talk: " + template.read_text())
    [finding] = said(learner(tiny_model, chats, by_chat), files)
    assert finding.code == "reward-model-other-template"
    assert said(learner(tiny_model, texts, by_text), files) == []


def test_a_model_that_is_no_reward_model_judges_nothing(tiny_model: Path, tmp_path: Path) -> None:
    files = FileManager(tmp_path / "home")
    chats = write_pairs(tmp_path / "c.jsonl")
    written = tiny_config(
        tiny_model, chats, strategy="dpo", optimization={"max_steps": 1}, evaluation={"eval_strategy": "no"}
    )
    writer = carry_out(make_run(written, files, "writer"))
    with pytest.raises(ConfigurationError, match="is a model for text-generation, not a reward model"):
        make_run(learner(tiny_model, chats, writer), files, "learner")
