"""An end-of-turn token that its tokenizer does not call special is an end and no text, wherever answers are read."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import carry_out, make_run, tiny_config

from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.text_generation import TextGeneration

END = "<|im_end|>"
TEMPLATE = (
    "{% for m in messages %}{{ m.role }}:{{ m.content }}"
    "{% for call in m.tool_calls or [] %}{{ call.function | tojson }}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)
USER = {"role": "user", "content": "Which colour?"}
LONG = {"max_new_tokens": 8}
CALL = {"function": {"name": "look", "arguments": {}}}


@pytest.fixture
def tokenizer(tiny_model: Path) -> Any:
    from tokenizers import AddedToken
    from transformers import AutoTokenizer

    made = AutoTokenizer.from_pretrained(tiny_model)
    made.add_tokens([AddedToken(END, special=False, normalized=False)])
    made.chat_template = TEMPLATE
    assert made.decode(made(END, add_special_tokens=False)["input_ids"], skip_special_tokens=True) == END
    return made


@pytest.fixture
def writer(tokenizer: Any, tmp_path: Path) -> Path:
    """A Llama that answers `assistant:` with `blue` and the end of its turn: each token has one likely successor."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    size = len(tokenizer) + len(tokenizer) % 2
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=size, hidden_size=size, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4)
    )
    said = tokenizer(f":blue{END}", add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(torch.eye(size))
        for silent in (model.model.layers[0].self_attn.o_proj, model.model.layers[0].mlp.down_proj, model.lm_head):
            silent.weight.zero_()
        for token, successor in pairwise(said):
            model.lm_head.weight[successor, token] = 10.0
    model.save_pretrained(tmp_path / "writer")
    tokenizer.save_pretrained(tmp_path / "writer")
    return tmp_path / "writer"


def config(**written: Any) -> TrainingConfig:
    return parse_training_config({"model": "m", "dataset": "d", **written}).config


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": [USER], "completion": [{"role": "assistant", "content": "blue"}]},
        {"prompt": [USER], "completion": [{"role": "assistant", "content": f"blue{END}"}]},
        {"messages": [USER, {"role": "assistant", "content": "blue"}, USER, {"role": "assistant", "content": "red"}]},
        {"prompt": [USER], "completion": [{"role": "assistant", "content": "<think>\nHm.\n</think>\n\nblue"}]},
    ],
    ids=["answer", "ends in the data too", "turns", "reasoning"],
)
@pytest.mark.parametrize("every_turn", [False, True])
def test_rows_are_trained_on(tokenizer: Any, row: dict[str, Any], every_turn: bool) -> None:
    task, asked = TextGeneration(), config(strategy={"name": "sft", "assistant_only_loss": every_turn})

    made = task.tokenise(row, tokenizer, asked)

    assert tokenizer.decode([made.labels[made.turn_ends[-1]]]) == END
    assert list(task.broken_truths(row, (made,), tokenizer, asked)) == []


def test_an_answer_that_the_template_changes_is_still_refused(tokenizer: Any) -> None:
    tokenizer.chat_template = TEMPLATE.replace("{{ m.content }}", "{{ m.content | upper }}")
    row = {"prompt": [USER], "completion": [{"role": "assistant", "content": "blue"}]}

    made = TextGeneration().tokenise(row, tokenizer, config())

    assert list(TextGeneration().broken_truths(row, (made,), tokenizer, config())) == ["answer-is-trained"]


def test_an_expected_call_is_written_without_the_end(tokenizer: Any) -> None:
    row = {"prompt": [USER], "completion": [{"role": "assistant", "content": "", "tool_calls": [CALL]}]}

    assert json.loads(TextGeneration().expected(row, tokenizer, config())) == CALL["function"]


def test_right_answers_are_rewarded_in_training_and_in_the_report(
    writer: Path, tmp_path: Path, files: FileManager
) -> None:
    data = tmp_path / "colours.jsonl"
    data.write_text("".join(json.dumps({"input": f"Colour {n}?", "output": "blue"}) + "\n" for n in range(8)))
    rlhf = {"name": "rlhf", "rewards": [{"kind": "exact_match"}], "num_generations": 2, "max_completion_length": 8}
    one_step = {"max_steps": 1, "learning_rate": 0}

    run = carry_out(make_run(tiny_config(writer, data, strategy=rlhf, optimization=one_step, evaluation=LONG), files))

    assert [said["reward"] for said in run.said("progress")] == [1.0]
    report = json.loads(run.folder.report_json.read_text())
    assert report["metrics"]["reward"]["base"] == 1.0
    assert {example["base"] for example in report["examples"]} == {"blue"}
