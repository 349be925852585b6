"""What the table calls idle is idle: each key is changed where it should have no effect, and its effect looked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from test_every_key import (
    FOUR_BITS,
    LONG,
    RLHF,
    Place,
    datasets,
    made_trainer,
    quantised,
    rows,
    saved_dtypes,
    trainable,
    windows_of_a_text,
    with_key,
)
from tiny_runs import carry_out, make_run, tiny_config, write_rows

from modelforge.data.token_store import read_tokens
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.idle_settings import IDLE
from modelforge.schemas.config.stages import parse_stages
from modelforge.services.stage_making import check_stages
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.training.preparation import HEEDED, prepare


def optimizer(place: Place, config: TrainingConfig) -> Any:
    """Class and settings of the optimizer, by what its steps go."""
    made = made_trainer(place, config).create_optimizer()
    return type(made).__name__, made.defaults


def carried_out(place: Place, config: TrainingConfig) -> Any:
    """All that a run says of itself, apart from times and memory, and the type of what it publishes."""
    run = carry_out(place.run(config))
    drawn = ("step", "loss", "learning_rate", "reward")
    curve = [{name: said.get(name) for name in drawn} for said in run.said("progress")]
    reports = [report["metrics"] for report in run.said("report")]
    saved = [said["step"] for said in run.said("checkpoint")]
    dtypes = saved_dtypes(place.files.model(run.model_id or "").root)
    return curve, run.said("evaluation"), run.said("samples"), reports, saved, dtypes


def rows_of_prompts(place: Place, config: TrainingConfig) -> Any:
    """The prompts that are sampled from."""
    data = PreparedData(place.run(config).folder.data)
    return [row["input_ids"] for row in read_tokens(data.tokens("train"))]


FULL = {"finetuning_type": "full"}
FEW = {"evaluation": {"generate": False}, "optimization": {"max_steps": 3}}
CLASSES = {"dataset": "CLASSES", "task": "text-classification"}
QUESTIONS = {"task": "extractive-question-answering"}
TEXTS = {"dataset": "TEXTS", "data": {"max_length": 32}}
NONE_HELD_OUT = {"data": {"validation_split": 0}, "optimization": {"max_steps": 2}}
SGD = {"optimization": {"optim": "sgd"}}
FACTOR = {"optimization": {"optim": "adafactor"}}
SLOW_REWARD = {**RLHF, "optimization": {"max_steps": 2, "per_device_train_batch_size": 2}}
PAIRED = {"dataset": "PAIRS", "strategy": {"name": "reward"}, "optimization": {"max_steps": 2}}

CASES: list[tuple[str, Any, dict[str, Any], Any]] = [
    # key, what is looked at, what the config says beside it, the other value
    *((f"lora.{key}", trainable, FULL, other) for key, other in (("r", 2), ("lora_alpha", 4), ("lora_dropout", 0.3))),
    *((f"lora.{key}", trainable, FULL, other) for key, other in (("target_modules", ["q_proj"]), ("use_rslora", True))),
    *(
        (f"quantization.{key}", quantised, beside, other)
        for key, other in (("quant_type", "fp4"), ("compute_dtype", "bfloat16"), ("double_quant", False))
        for beside in ({}, {"quantization": {"bits": 8}})
    ),
    *(
        (f"optimization.{key}", optimizer, beside, other)
        for key, other in (("adam_beta1", 0.5), ("adam_beta2", 0.5), ("adam_epsilon", 1e-3))
        for beside in (SGD, FACTOR)
    ),
    ("output.dtype", carried_out, FEW, "float16"),
    (
        "optimization.warmup_steps",
        carried_out,
        {**FEW, "optimization": {"max_steps": 3, "lr_scheduler_type": "constant"}},
        2,
    ),
    ("evaluation.eval_strategy", carried_out, NONE_HELD_OUT, "steps"),
    ("evaluation.generate", carried_out, NONE_HELD_OUT, False),
    ("evaluation.sample_rows", carried_out, NONE_HELD_OUT, 1),
    ("evaluation.max_new_tokens", carried_out, NONE_HELD_OUT, 9),
    ("evaluation.max_rows", carried_out, NONE_HELD_OUT, 2),
    ("evaluation.bootstrap_resamples", carried_out, NONE_HELD_OUT, 300),
    ("evaluation.confidence", carried_out, NONE_HELD_OUT, 0.5),
    ("evaluation.eval_steps", carried_out, FEW, 1),
    ("evaluation.sample_rows", carried_out, {**FEW, "evaluation": {"eval_strategy": "no"}}, 1),
    ("evaluation.sample_rows", carried_out, FEW, 1),
    ("evaluation.max_new_tokens", carried_out, FEW, 9),
    ("evaluation.generate", carried_out, PAIRED, False),
    ("evaluation.max_new_tokens", carried_out, PAIRED, 9),
    ("evaluation.sample_rows", carried_out, PAIRED, 1),
    ("checkpointing.save_steps", carried_out, {**FEW, "checkpointing": {"save_strategy": "epoch"}}, 1),
    ("checkpointing.early_stopping_threshold", carried_out, FEW, 1000.0),
    ("strategy.completion_only_loss", rows, CLASSES, False),
    ("strategy.assistant_only_loss", rows, CLASSES, True),
    ("evaluation.max_new_tokens", carried_out, {**CLASSES, "optimization": {"max_steps": 2}}, 9),
    ("strategy.completion_only_loss", windows_of_a_text, {**QUESTIONS, "data": {"max_length": 96}}, False),
    ("data.truncation_mode", windows_of_a_text, {**QUESTIONS, "data": {"max_length": 96}}, "keep_end"),
    ("strategy.assistant_only_loss", rows, {**QUESTIONS, "dataset": "QUESTIONS"}, True),
    ("data.doc_stride", rows, {**QUESTIONS, "dataset": "QUESTIONS"}, 8),
    ("strategy.assistant_only_loss", rows, {"task": "summarization", "model": "starter:seq2seq"}, True),
    ("data.max_target_length", rows, LONG, 4),
    ("data.source_prefix", rows, {}, "TL;DR "),
    ("data.doc_stride", rows, LONG, 8),
    ("strategy.completion_only_loss", rows, TEXTS, False),
    ("strategy.assistant_only_loss", rows, TEXTS, True),
    ("data.truncation_mode", rows, TEXTS, "keep_end"),
    ("strategy.completion_only_loss", rows, {"dataset": "CHATS", "strategy": {"assistant_only_loss": True}}, False),
    ("strategy.epsilon", carried_out, SLOW_REWARD, 0.9),
    ("data.truncation_mode", rows_of_prompts, RLHF, "keep_end"),
    ("data.validation_split", rows, {"data": {"validation_dataset": "OTHER_FILE"}}, 0.4),
    ("model_revision", rows, {}, "v2"),
    ("dataset_revision", rows, {}, "v2"),
]


def more_datasets(folder: Path) -> dict[str, str]:
    kinds = {
        "CLASSES": [{"text": f"ball {n}", "label": ("red", "blue")[n % 2]} for n in range(16)],
        "TEXTS": [{"text": f"the balls of basket {n} " * 12} for n in range(9)],
        "QUESTIONS": [
            {
                "context": f"Ada has {n} balls.",
                "question": "How many?",
                "answers": {"text": [f"{n}"], "answer_start": [8]},
            }
            for n in range(9)
        ],
    }
    made = datasets(folder)
    for name, lines in kinds.items():
        path = folder / f"{name.lower()}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        made[name] = str(path)
    return made


@dataclass
class Here:
    """Where all cases look, and what was seen there with no key changed: once for all keys beside the same config."""

    place: Place
    datasets: dict[str, str]
    seen: dict[str, Any] = field(default_factory=dict)

    def seen_without(self, observe: Any, written: dict[str, Any]) -> Any:
        what = f"{observe.__name__} {json.dumps(written, sort_keys=True)}"
        if what not in self.seen:
            self.seen[what] = observe(self.place, self.place.config(written))
        return self.seen[what]


@pytest.fixture(scope="module")
def here(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Here:
    folder = tmp_path_factory.mktemp("idle")
    place = Place(tiny_model, write_rows(folder / "rows.jsonl"), FileManager(folder / "home"))
    return Here(place, more_datasets(folder))


@pytest.mark.parametrize(
    ("key", "observe", "beside", "other"), CASES, ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)]
)
def test_an_idle_key_changes_nothing_and_the_preflight_says_so(
    key: str, observe: Any, beside: dict[str, Any], other: Any, here: Here
) -> None:
    place = here.place
    written = with_files(beside, here.datasets)
    # What tiny_config writes beside it may be idle as well; the key alone is changed.
    after = place.config(with_key(written, key, other))

    assert here.seen_without(observe, written) == observe(place, after)
    if observe is not windows_of_a_text:  # which reads another model than the config names
        with place.files.scratch() as scratch:
            assert key in named(prepare(after, place.files, scratch).preflight.findings)


def named(findings: Any) -> str:
    return " ".join(finding.message for finding in findings if finding.truth == HEEDED)


def with_files(written: dict[str, Any], made: dict[str, str]) -> dict[str, Any]:
    """Names of datasets exchanged for their files, within groups as well."""
    return {
        name: with_files(value, made) if isinstance(value, dict) else made.get(str(value), value)
        for name, value in written.items()
    }


def test_every_key_of_the_table_is_tried() -> None:
    assert {key for idle in IDLE for key in idle.keys} == {case[0] for case in CASES}


def test_a_run_that_heeds_all_of_it_is_told_nothing(tiny_model: Path, tmp_path: Path, files: FileManager) -> None:
    config = tiny_config(tiny_model, write_rows(tmp_path / "rows.jsonl"), **FOUR_BITS)

    assert named(make_run(config, files).preparation.preflight.findings) == ""


def test_stages_are_told_of_shared_keys_only_where_none_of_them_heeds_them(
    tiny_model: Path, tmp_path: Path, files: FileManager
) -> None:
    made = datasets(tmp_path)
    shared = tiny_config(tiny_model, write_rows(tmp_path / "rows.jsonl")).model_dump(
        mode="json", exclude={"strategy", "name"}
    )
    shared["quantization"] = {"quant_type": "fp4"}  # heeded by none
    stages = [
        {"strategy": "sft", "checkpointing": {"early_stopping_threshold": 0.5}},  # its own, and idle
        {"strategy": "reward", "dataset": made["PAIRS"], "model": str(tiny_model)},  # writes no answers: max_new_tokens
        {"strategy": {"name": "dpo"}, "dataset": made["PAIRS"], "model": "stage:sft"},
    ]

    with files.scratch() as scratch:
        found = [
            named(one.preparation.preflight.findings)
            for one in check_stages(parse_stages({**shared, "stages": stages}), files, scratch)
        ]

    assert "early_stopping_threshold" in found[0]
    assert "quant_type" not in found[0]
    assert found[1] == ""
    assert "quantization.quant_type: the base is not quantised." in found[2]
