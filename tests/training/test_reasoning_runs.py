"""Runs on a model whose chat template asks whether to think: it is asked afterwards as it was trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import TinyRun, carry_out, make_run, tiny_config

from modelforge.data.collator import IGNORED
from modelforge.data.prompts import PromptEncoder
from modelforge.data.token_store import read_tokens
from modelforge.inference.chat_engine import ChatEngine
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.tasks.chat_template import thinks
from modelforge.tasks.text_generation import TextGeneration
from tests.tasks.shipped_templates import with_template

EMPTY_BLOCK = "<think>\n\n</think>\n\n"


@pytest.fixture
def qwen3(tiny_model: Path, tmp_path: Path) -> Path:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path / "qwen3"
    tokenizer = with_template(AutoTokenizer.from_pretrained(tiny_model), "qwen3")
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def carried_out(model: Path, folder: Path, before: str) -> tuple[TinyRun, FileManager]:
    rows: list[dict[str, Any]] = [{"input": f"Ball {n}?", "output": f"{before}red {n}"} for n in range(12)]
    data, files = folder / "rows.jsonl", FileManager(folder / "home")
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    config = tiny_config(model, data, data={"max_length": 200}, optimization={"max_steps": 1}, output={"merge": True})
    return carry_out(make_run(config, files)), files


@pytest.mark.parametrize(
    ("before", "block", "thinking"), [("", EMPTY_BLOCK, False), ("<think>\nHm.\n</think>\n\n", "", True)]
)
def test_a_model_is_asked_behind_the_prompt_that_its_answers_were_learned_behind(
    qwen3: Path, tmp_path: Path, before: str, block: str, thinking: bool
) -> None:
    run, files = carried_out(qwen3, tmp_path, before)

    assert run.status == "succeeded"
    row = read_tokens(PreparedData(run.folder.data).tokens("train"))[0]
    for model_id in [folder.id for folder in files.models()]:
        engine = ChatEngine.load(model_id, files)
        text = engine.tokenizer.decode(row["input_ids"])
        question = text.partition("<|im_start|>user\n")[2].partition("<|im_end|>")[0]
        prompt = engine.prompt_ids([{"role": "user", "content": question}])
        assert engine.tokenizer.decode(prompt).endswith(f"<|im_start|>assistant\n{block}")
        assert row["input_ids"][: len(prompt)] == prompt
        assert row["labels"][: len(prompt)] == [IGNORED] * len(prompt)
        trained = [label for label in row["labels"] if label != IGNORED]
        assert engine.tokenizer.decode(trained).startswith(f"{before}red")
        assert thinks(engine.tokenizer.chat_template) is thinking
    assert len(list(files.models())) == 2


def test_with_prompts_alone_a_model_reasons_only_where_it_was_trained_to_here(qwen3: Path, tmp_path: Path) -> None:
    """As docs/guides/reinforcement-learning.md says, with the prompts that answers would be sampled to."""
    (taught := tmp_path / "taught").mkdir()
    _, files = carried_out(qwen3, taught, "<think>\nHm.\n</think>\n\n")
    merged = next(folder.root for folder in files.models() if folder.id.endswith("-merged"))
    asked = [{"role": "user", "content": "Ball?"}]
    reasoned = [{"role": "assistant", "content": "<think>\nHm.\n</think>\n\nred"}]
    bare = [{"role": "assistant", "content": "red"}]

    assert sampled_behind(qwen3, {"prompt": asked}).endswith(f"<|im_start|>assistant\n{EMPTY_BLOCK}")
    assert sampled_behind(merged, {"prompt": asked}).endswith("<|im_start|>assistant\n")
    for model in (qwen3, merged):
        assert sampled_behind(model, {"prompt": asked, "completion": bare}).endswith(EMPTY_BLOCK)
        assert sampled_behind(model, {"prompt": asked, "completion": reasoned}).endswith("assistant\n")


def sampled_behind(model: Path, row: dict[str, Any]) -> str:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    config = TrainingConfig(model=str(model), dataset="d", data={"max_length": 200})
    [prompt] = PromptEncoder(TextGeneration(), tokenizer, config, 8).features(row)
    assert prompt.columns["input_ids"]
    return str(tokenizer.decode(prompt.columns["input_ids"]))
