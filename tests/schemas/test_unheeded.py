"""Keys that change nothing are named, each where it does; what changes something never is."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.fields import config_fields
from modelforge.schemas.config.idle_settings import IDLE, Idle
from modelforge.schemas.config.stages import is_staged, parse_stages
from modelforge.schemas.config.unheeded import READ, Known, unheeded, without
from modelforge.services.hardware_service import HardwareService
from modelforge.storage.file_manager import FileManager

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.yaml"))
BASE: dict[str, Any] = {"model": "m", "dataset": "d"}

WRITTEN: dict[str, dict[str, dict[str, Any]]] = {
    "finetuning_type": {"full": {"finetuning_type": "full"}, "lora": {}},
    "quantization": {"none": {}, "8-bit": {"quantization.bits": 8}},
    "merge": {"off": {}},
    "held-out rows": {"none": {"data.validation_split": 0}, "a dataset": {"data.validation_dataset": "other"}},
    "answers": {"off": {"evaluation.generate": False}},
    "early stopping": {"off": {}},
    "every turn": {"True": {"strategy.assistant_only_loss": True}},
    "algorithm": {"grpo": {"strategy.name": "rlhf"}},
    "passes": {"1": {}},
    "dataset": {"here": {}},
}
"""Dimension → value → what a recipe says that has it, where it is not the key of that name alone."""
KEYS = {
    "task": "task",
    "strategy": "strategy.name",
    "optimizer": "optimization.optim",
    "schedule": "optimization.lr_scheduler_type",
    "evaluations": "evaluation.eval_strategy",
    "checkpoints": "checkpointing.save_strategy",
    "truncation": "data.truncation_mode",
}
KNOWN = {"model layout": "layout", "rows": "shape", "model": "model_has_revisions"}

OTHER: dict[str, Any] = {
    "lora.r": 8,
    "lora.lora_alpha": 8,
    "lora.lora_dropout": 0.1,
    "lora.target_modules": ["q_proj"],
    "lora.use_rslora": True,
    "quantization.quant_type": "fp4",
    "quantization.compute_dtype": "float32",
    "quantization.double_quant": False,
    "output.dtype": "float16",
    "optimization.adam_beta1": 0.8,
    "optimization.adam_beta2": 0.9,
    "optimization.adam_epsilon": 1e-6,
    "optimization.warmup_steps": 0.1,
    "evaluation.eval_strategy": "steps",
    "evaluation.eval_steps": 7,
    "evaluation.generate": False,
    "evaluation.max_rows": 7,
    "evaluation.max_new_tokens": 7,
    "evaluation.sample_rows": 7,
    "evaluation.bootstrap_resamples": 700,
    "evaluation.confidence": 0.7,
    "data.validation_split": 0.2,
    "checkpointing.save_steps": 7,
    "checkpointing.early_stopping_threshold": 0.7,
    "strategy.completion_only_loss": False,
    "strategy.assistant_only_loss": True,
    "strategy.epsilon": 0.1,
    "data.truncation_mode": "keep_end",
    "data.max_target_length": 7,
    "data.source_prefix": "",
    "data.doc_stride": 7,
    "model_revision": "v2",
    "dataset_revision": "v2",
}
"""Key → a value that is not its default."""

EVERYWHERE = {
    *("name", "task", "provider", "model", "dataset", "finetuning_type", "seed", "quantization.bits", "output.merge"),
    *(f"strategy.{key}" for key in ("name", "packing", "neftune_noise_alpha", "beta", "loss_type", "label_smoothing")),
    *(f"strategy.{key}" for key in ("desirable_weight", "undesirable_weight", "center_rewards_coefficient")),
    *(f"strategy.{key}" for key in ("algorithm", "rewards", "reward_model", "num_generations", "temperature", "top_p")),
    *(f"strategy.{key}" for key in ("max_completion_length", "num_iterations", "scale_rewards")),
    "strategy.mask_truncated_completions",
    *(f"data.{key}" for key in ("shape", "columns", "validation_dataset", "max_samples", "drop_duplicates")),
    *(f"data.{key}" for key in ("system_prompt", "max_length")),  # the preflight names rows that get no system prompt
    *(f"lora.{key}" for key in ("init_lora_weights", "use_dora", "loraplus_lr_ratio")),  # refused in a full fine-tune
    *(f"optimization.{key}" for key in ("learning_rate", "num_train_epochs", "max_steps", "optim", "weight_decay")),
    *(f"optimization.{key}" for key in ("per_device_train_batch_size", "gradient_accumulation_steps")),
    *(f"optimization.{key}" for key in ("lr_scheduler_type", "max_grad_norm", "label_smoothing_factor")),
    *(f"compute.{key}" for key in ("device", "precision", "gradient_checkpointing", "attn_implementation")),
    *(f"compute.{key}" for key in ("torch_compile", "num_threads", "dataloader_num_workers", "full_determinism")),
    *(f"checkpointing.{key}" for key in ("save_strategy", "save_total_limit", "load_best_model_at_end")),
    "checkpointing.early_stopping_patience",
    "evaluation.per_device_eval_batch_size",
    *(f"logging.{key}" for key in ("logging_steps", "tensorboard")),
}
"""Keys that change something wherever the schema takes them, or that are refused where they would not."""


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    recipe = {**BASE}
    for dotted, value in flat.items():
        group, _, leaf = dotted.rpartition(".")
        if group:
            recipe[group] = {**recipe.get(group, {}), leaf: value}
        else:
            recipe[leaf] = value
    return recipe


def cases() -> list[Any]:
    """Every row of the table × every combination of values that it speaks of × every key."""
    found = []
    for number, idle in enumerate(IDLE):
        for values in product(*idle.where.values()):
            where = dict(zip(idle.where, values, strict=True))
            label = " ".join(where.values())
            found += [pytest.param(idle, where, key, id=f"{number}-{label}-{key}") for key in idle.keys]
    return found


def written(where: dict[str, str]) -> tuple[dict[str, Any], Known]:
    flat: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for name, value in where.items():
        if name in KNOWN:
            known[KNOWN[name]] = False if name == "model" else value
        else:
            flat |= WRITTEN[name][value] if name in WRITTEN else {KEYS[name]: value}
    return flat, Known(**known)


@pytest.mark.parametrize(("idle", "where", "key"), cases())
def test_a_key_is_named_where_it_has_no_effect_and_only_where_it_is_set(
    idle: Idle, where: dict[str, str], key: str
) -> None:
    flat, known = written(where)
    alone = parse_training_config(nested(flat)).config
    # What puts a run into the row may be the very key, as `truncation_mode: keep_end` is.
    config = parse_training_config(nested({**flat, key: flat.get(key, OTHER[key])})).config

    told = {name: one.reason for one in unheeded(config, known) for name in one.keys}

    assert key in told
    assert key in flat or key not in {name for one in unheeded(alone, known) for name in one.keys}
    assert told[key] == idle.reason


@pytest.mark.parametrize("key", sorted(OTHER))
def test_the_same_key_is_not_named_where_it_has_an_effect(key: str) -> None:
    beside: dict[str, dict[str, Any]] = {
        "quantization": {"quantization.bits": 4},
        "output.dtype": {"output.merge": True},
        "evaluation.eval_steps": {"evaluation.eval_strategy": "steps"},
        "checkpointing.early_stopping_threshold": {"checkpointing.early_stopping_patience": 2},
        "strategy.epsilon": {"strategy.name": "rlhf", "strategy.num_iterations": 2},
        "data.source_prefix": {"task": "summarization"},
        "data.doc_stride": {"task": "extractive-question-answering"},
        "dataset_revision": {"dataset": "hub:owner/name"},
    }
    layouts = {"data.doc_stride": "encoder", "data.max_target_length": "encoder-decoder"}
    flat = {**beside.get(key, beside.get(key.partition(".")[0], {})), key: OTHER[key]}
    known = Known(layouts.get(key, "decoder"), "messages", model_has_revisions=True)

    assert unheeded(parse_training_config(nested(flat)).config, known) == ()


def test_every_key_of_the_schema_is_in_the_table_or_has_an_effect_everywhere() -> None:
    in_table = {key for idle in IDLE for key in idle.keys}

    assert not in_table & EVERYWHERE
    assert {field.dotted for field in config_fields()} == in_table | EVERYWHERE


def test_the_table_reads_only_what_there_is() -> None:
    assert {name for idle in IDLE for name in idle.where} <= {*READ, *KNOWN}
    assert set(OTHER) == {key for idle in IDLE for key in idle.keys}


@pytest.mark.parametrize("recipe", EXAMPLES, ids=[f"{path.parent.name}-{path.stem}" for path in EXAMPLES])
def test_no_example_sets_a_key_in_vain(recipe: Path) -> None:
    read = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    if not is_staged(read):
        config = parse_training_config(read).config
        assert unheeded(config, Known(layout_of(config))) == ()
        return
    stages = parse_stages(read).stages
    found = [without(unheeded(one.config, Known(layout_of(one.config))), one.shared) for one in stages]
    assert found == [()] * len(stages)


def layout_of(config: TrainingConfig) -> str:
    return {"starter:encoder": "encoder", "starter:seq2seq": "encoder-decoder"}.get(config.model, "decoder")


@pytest.mark.parametrize(
    ("model", "task", "strategy", "finetuning_type"),
    [
        ("starter:chat", "text-generation", "sft", "lora"),
        ("starter:chat", "text-generation", "sft", "full"),
        ("starter:chat", "text-generation", "dpo", "lora"),
        ("starter:chat", "text-generation", "reward", "lora"),
        ("starter:seq2seq", "summarization", "sft", "lora"),
        ("starter:encoder", "text-classification", "sft", "full"),
        ("starter:encoder", "extractive-question-answering", "sft", "lora"),
    ],
)
def test_no_proposal_sets_a_key_in_vain(
    model: str, task: str, strategy: str, finetuning_type: str, tmp_path: Path
) -> None:
    config = HardwareService(FileManager(tmp_path)).propose(
        model, "d", task=task, strategy=strategy, rows=100, longest=300, finetuning_type=finetuning_type
    )

    assert unheeded(config, Known(layout_of(config), model_has_revisions=False)) == ()


def test_a_form_that_sends_every_key_is_told_nothing_of_defaults() -> None:
    config = parse_training_config({**BASE, "finetuning_type": "full"}).config
    everything = TrainingConfig.model_validate(config.model_dump(mode="json"))

    assert unheeded(everything, Known("decoder")) == ()


def test_the_message_names_the_keys_and_why() -> None:
    config = parse_training_config({**BASE, "finetuning_type": "full", "lora": {"r": 8, "use_rslora": True}}).config

    [found] = unheeded(config, Known())

    assert found.message == "lora.r, lora.use_rslora: a full fine-tune has no adapter."
    assert found.remedy == "set finetuning_type: lora"
    assert without([found], {"lora.r"})[0].keys == ("lora.use_rslora",)
    assert without([found], {"lora.r", "lora.use_rslora"}) == ()
