"""The one schema: bounds, impossible pairs, spellings, unknown keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.fields import config_fields, value_at
from modelforge.schemas.config.optimization import OptimizationConfig
from modelforge.schemas.config.quantization import QuantizationConfig
from modelforge.schemas.config.recipe_text import recipe_text
from modelforge.schemas.config.spellings import FLAT, INSTEAD

BASE = {"model": "starter:chat", "dataset": "sample:support"}


def parse(**written: Any) -> TrainingConfig:
    return parse_training_config({**BASE, **written}).config


def test_a_model_and_a_dataset_are_enough() -> None:
    config = parse()

    assert (config.strategy.name, config.finetuning_type, config.lora.r) == ("sft", "lora", 16)


def test_a_bare_strategy_name_means_its_defaults() -> None:
    assert parse(strategy="sft") == parse(strategy={"name": "sft"}) == parse(strategy={}) == parse()


def test_qlora_means_four_bits_unless_said_otherwise() -> None:
    assert parse(strategy="qlora").quantization.bits == 4
    assert parse(strategy="qlora", quantization={"bits": 8}).quantization.bits == 8
    made = TrainingConfig(
        model="m", dataset="d", strategy={"name": "qlora"}, quantization=QuantizationConfig(double_quant=False)
    )
    assert (made.quantization.bits, made.quantization.double_quant) == (4, False)


def test_qlora_means_a_paged_optimizer_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse(strategy="sft").optimization.optim == "adamw_torch"
    assert parse(strategy="qlora").optimization.optim == "paged_adamw_8bit"
    assert parse(strategy="qlora", optimization={"optim": "adamw_torch"}).optimization.optim == "adamw_torch"
    assert parse(strategy="qlora", compute={"device": "mps"}).optimization.optim == "adamw_torch"
    made = TrainingConfig(
        model="m", dataset="d", strategy={"name": "qlora"}, optimization=OptimizationConfig(learning_rate=0.5)
    )
    assert (made.optimization.optim, made.optimization.learning_rate) == ("paged_adamw_8bit", 0.5)
    assert TrainingConfig.model_validate(made.model_dump(mode="json")) == made
    monkeypatch.setattr("sys.platform", "darwin")
    assert parse(strategy="qlora").optimization.optim == "adamw_torch"


@pytest.mark.parametrize(
    ("written", "path", "value"),
    [
        ({"model_name": "a/b", "dataset": "d"}, "model", "a/b"),
        ({"lr": 0}, "optimization.learning_rate", 0),
        ({"learning_rate": 1e-3}, "optimization.learning_rate", 1e-3),
        ({"cutoff_len": 99}, "data.max_length", 99),
        ({"max_seq_length": 99}, "data.max_length", 99),
        ({"batch_size": 2}, "optimization.per_device_train_batch_size", 2),
        ({"micro_batch_size": 2}, "optimization.per_device_train_batch_size", 2),
        ({"num_epochs": 2}, "optimization.num_train_epochs", 2),
        ({"warmup_ratio": 0.1}, "optimization.warmup_steps", 0.1),
        ({"evaluation_strategy": "no"}, "evaluation.eval_strategy", "no"),
        ({"train_on_inputs": True}, "strategy.completion_only_loss", False),
        ({"train_on_inputs": False}, "strategy.completion_only_loss", True),
        ({"train_on_completions": True}, "strategy.completion_only_loss", True),
        ({"sample_packing": True}, "strategy.packing", True),
        ({"strategy": "dpo", "pref_beta": 0.3}, "strategy.beta", 0.3),
        ({"strategy": "dpo", "dpo_beta": 0.3}, "strategy.beta", 0.3),
        ({"strategy": "dpo", "pref_loss": "ipo"}, "strategy.loss_type", "ipo"),
        ({"lora_rank": 4}, "lora.r", 4),
        ({"lora_target": "all"}, "lora.target_modules", "all-linear"),
        ({"lora_target": "q_proj, v_proj"}, "lora.target_modules", ["q_proj", "v_proj"]),
        ({"load_in_4bit": True}, "quantization.bits", 4),
        ({"use_8bit": True}, "quantization.bits", 8),
        ({"use_4bit": False}, "quantization.bits", None),
        ({"bnb_4bit_compute_dtype": "bf16"}, "quantization.compute_dtype", "bfloat16"),
        ({"use_nested_quant": False}, "quantization.double_quant", False),
        ({"optimization": {"lr": 0.5}}, "optimization.learning_rate", 0.5),
        ({"activation_checkpointing": True}, "compute.gradient_checkpointing", True),
    ],
)
def test_other_tools_spellings_are_read_and_reported(written: dict[str, Any], path: str, value: Any) -> None:
    base = {} if "model_name" in written else BASE

    parsed = parse_training_config({**base, **written})

    assert value_at(parsed.config, tuple(path.split("."))) == value
    assert any(f"`{path}`" in notice for notice in parsed.notices)


def test_a_bare_no_in_yaml_means_never() -> None:
    written = yaml.safe_load(
        "{model: m, dataset: d, evaluation: {eval_strategy: no}, checkpointing: {save_strategy: no}}"
    )

    config = parse_training_config(written).config

    assert (config.evaluation.eval_strategy, config.checkpointing.save_strategy) == ("no", "no")
    with pytest.raises(ConfigurationError, match="eval_strategy"):
        parse_training_config({**written, "evaluation": {"eval_strategy": True}})


def test_every_spelling_leads_to_a_key_of_the_schema() -> None:
    paths = {field.path for field in config_fields()}

    assert {path for path, _ in FLAT.values()} <= paths
    assert {key for key in INSTEAD.values() if key} <= {field.dotted for field in config_fields()}
    assert not INSTEAD.keys() & FLAT.keys()


def test_a_key_of_another_strategy_is_refused_with_those_that_have_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(strategy={"name": "sft", "beta": 0.3})

    [fault] = caught.value.details["errors"]
    assert fault == {
        "key": "strategy.beta",
        "found": "0.3",
        "expected": "a key of the chosen strategy",
        "fix": "Leave it out, or choose a strategy that has it: dpo, kto, rlhf.",
        "kind": "of-another-strategy",
        "params": {"owners": "dpo, kto, rlhf"},
    }


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("learning_rat", "optimization.learning_rate"),
        ("lora.rr", "lora.r"),
        ("lora_alfa", "lora.lora_alpha"),
        ("modle", "model"),
        ("data.max_lenght", "data.max_length"),
        ("strategy.pack", "strategy.packing"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(key: str, nearest: str) -> None:
    group, _, leaf = key.rpartition(".")
    written = {group: {leaf: 1}} if group else {leaf: 1}

    with pytest.raises(ConfigurationError) as caught:
        parse(**written)

    assert caught.value.details["errors"][0]["key"] == key
    assert f"`{nearest}`" in caught.value.details["errors"][0]["fix"]


def test_one_key_under_two_names_with_two_values_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="already says"):
        parse(lr=0.1, learning_rate=0.2)

    assert parse(lr=0.1, learning_rate=0.1).optimization.learning_rate == 0.1


def test_every_fault_is_named_once_with_key_found_and_expected() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(data={"shape": "foo"}, lora={"r": 0}, optimization={"learning_rate": float("nan")})

    errors = {error["key"]: error for error in caught.value.details["errors"]}
    assert set(errors) == {"data.shape", "lora.r", "optimization.learning_rate"}
    assert errors["lora.r"]["found"] == "0"
    assert "greater than or equal to 1" in errors["lora.r"]["expected"]
    assert (errors["lora.r"]["kind"], errors["lora.r"]["params"]) == ("greater_than_equal", {"ge": 1})


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"finetuning_type": "full", "quantization": {"bits": 4}}, "cannot be trained in full"),
        ({"finetuning_type": "full", "strategy": "qlora", "quantization": {"bits": None}}, "qlora trains adapters"),
        ({"finetuning_type": "full", "output": {"merge": True}}, "no adapter to merge"),
        ({"finetuning_type": "full", "strategy": "dpo"}, "switching its adapter off"),
        ({"finetuning_type": "full", "lora": {"init_lora_weights": "pissa"}}, "no adapter to initialise"),
        ({"finetuning_type": "full", "lora": {"use_dora": True}}, "has no adapter"),
        ({"finetuning_type": "full", "lora": {"loraplus_lr_ratio": 16}}, "LoRA\\+ gives the two factors"),
        ({"strategy": "dpo", "lora": {"init_lora_weights": "pissa"}}, "adapter switched off"),
        ({"strategy": "kto", "lora": {"init_lora_weights": "loftq"}, "quantization": {"bits": 4}}, "switched off"),
        ({"strategy": {"name": "rlhf", "beta": 0}, "lora": {"init_lora_weights": "olora"}}, "reports by the distance"),
        ({"lora": {"init_lora_weights": "olora"}, "quantization": {"bits": 4}}, "a part out of the weights"),
        ({"lora": {"init_lora_weights": "loftq"}}, "quantization.bits: 4"),
        ({"lora": {"init_lora_weights": "loftq"}, "quantization": {"bits": 8}}, "quantization.bits: 4"),
        ({"lora": {"init_lora_weights": "pissa", "use_dora": True}}, "DoRA's magnitudes"),
        ({"provider": "unsloth", "compute": {"device": "cpu"}}, "needs an NVIDIA GPU"),
        ({"provider": "unsloth", "finetuning_type": "full"}, "adapters are trained"),
        ({"provider": "unsloth", "strategy": "dpo"}, "this strategy is not"),
        ({"provider": "unsloth", "lora": {"init_lora_weights": "pissa"}}, "in ways of its own"),
        ({"provider": "unsloth", "lora": {"init_lora_weights": "gaussian"}}, "this one is not"),
        ({"provider": "unsloth", "lora": {"loraplus_lr_ratio": 4}}, "not proven through unsloth"),
        ({"provider": "unsloth", "quantization": {"bits": 8}}, "one in 8 is not"),
        ({"provider": "unsloth", "strategy": {"packing": True}}, "not proven through unsloth"),
        ({"provider": "unsloth", "compute": {"torch_compile": True}}, "compiles by itself"),
        ({"strategy": "dpo", "optimization": {"label_smoothing_factor": 0.1}}, "strategy.label_smoothing"),
        ({"strategy": {"name": "dpo", "label_smoothing": 0.1}}, "no effect with loss_type: sigmoid"),
        ({"strategy": {"name": "dpo", "loss_type": "exo_pair"}}, "above 0"),
        ({"strategy": {"name": "dpo", "loss_type": "robust"}}, "robust is sigmoid without it"),
        ({"strategy": "kto", "optimization": {"per_device_train_batch_size": 1}}, "per_device_train_batch_size to 2"),
        ({"strategy": "kto", "evaluation": {"per_device_eval_batch_size": 1}}, "per_device_eval_batch_size to 2"),
        ({"strategy": "kto", "finetuning_type": "full"}, "switching its adapter off"),
        ({"strategy": "kto", "optimization": {"label_smoothing_factor": 0.1}}, "label_smoothing_factor"),
        ({"strategy": {"name": "kto", "desirable_weight": 0, "undesirable_weight": 0}}, "nothing would be learned"),
        ({"strategy": "reward", "output": {"merge": True}}, "writes no answers"),
        ({"strategy": "rlhf", "finetuning_type": "full"}, "switching its adapter off"),
        ({"optimization": {"lr_scheduler_type": "polynomial", "learning_rate": 0}}, "begins no higher"),
        ({"optimization": {"lr_scheduler_type": "polynomial", "learning_rate": 1e-7}}, "falls to 1e-07"),
        ({"strategy": {"name": "rlhf", "num_generations": 5}}, "do not divide"),
        ({"strategy": {"name": "rlhf", "max_completion_length": 2000}}, "share data.max_length"),
        ({"strategy": {"name": "rlhf", "algorithm": "rloo", "loss_type": "grpo"}}, "belongs to algorithm: grpo"),
        ({"strategy": "rlhf", "checkpointing": {"load_best_model_at_end": True}}, "says nothing about its reward"),
        ({"compute": {"device": "cpu", "attn_implementation": "flash_attention_2"}}, "needs a GPU"),
        ({"compute": {"device": "cpu", "precision": "fp16"}}, "cannot train in fp16"),
        ({"compute": {"device": "mps"}, "optimization": {"optim": "paged_adamw_8bit"}}, "Apple GPUs"),
        ({"evaluation": {"eval_strategy": "no"}, "checkpointing": {"early_stopping_patience": 2}}, "evaluation loss"),
        ({"data": {"validation_split": 0}, "checkpointing": {"load_best_model_at_end": True}}, "evaluation loss"),
    ],
)
def test_impossible_pairs_are_refused(written: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse(**written)


@pytest.mark.parametrize(
    "written",
    [
        {"compute": {"precision": "fp16"}},  # what `auto` finds is known in the preflight
        {"compute": {"device": "mps", "precision": "fp16"}},
        {"compute": {"device": "mps"}, "quantization": {"bits": 4}},  # bitsandbytes quantises on Apple GPUs
        {"compute": {"device": "cpu"}, "optimization": {"optim": "paged_adamw_8bit"}},
        {"provider": "unsloth", "strategy": "qlora", "lora": {"use_rslora": True}},
        {"optimization": {"lr_scheduler_type": "polynomial", "learning_rate": 2e-7}},
        {"optimization": {"lr_scheduler_type": "linear", "learning_rate": 0}},
    ],
)
def test_what_works_is_not_refused(written: dict[str, Any]) -> None:
    parse(**written)


def test_the_config_is_frozen_and_survives_json() -> None:
    config = parse(optimization={"learning_rate": 0})

    with pytest.raises(ValidationError):
        config.seed = 1  # type: ignore[misc]
    assert TrainingConfig.model_validate_json(config.model_dump_json()) == config
    assert config.optimization.learning_rate == 0


def test_every_key_has_a_sentence_and_is_in_the_json_schema() -> None:
    undescribed = [field.dotted for field in config_fields() if not (field.info.description or "").strip()]
    schema = json.dumps(TrainingConfig.model_json_schema())

    assert undescribed == []
    assert all(f'"{field.path[-1]}"' in schema for field in config_fields())


def test_the_written_recipe_is_the_default_config() -> None:
    assert parse_training_config(yaml.safe_load(recipe_text(parse(), everything=True))).config == parse()
    assert parse_training_config(yaml.safe_load(recipe_text(parse(), everything=False))).config == parse()


def test_a_leash_of_length_zero_needs_no_reference_and_survives_json() -> None:
    config = parse(finetuning_type="full", strategy={"name": "rlhf", "beta": 0, "algorithm": "rloo"})

    assert not config.strategy.has_reference
    assert TrainingConfig.model_validate_json(config.model_dump_json()) == config
