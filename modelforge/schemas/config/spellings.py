"""Other tools' names for our keys, translated at the border and reported, never swallowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Path = tuple[str, ...]
Reading = tuple[Path, Callable[[Any], Any]]


def _same(value: Any) -> Any:
    return value


def _inverse(value: Any) -> Any:
    return not value if isinstance(value, bool) else value


def _four_bits(value: Any) -> Any:
    return 4 if value else None


def _eight_bits(value: Any) -> Any:
    return 8 if value else None


def _lora_or_full(value: Any) -> Any:
    return "lora" if value else "full"


def _targets(value: Any) -> Any:
    if value in ("all", "all-linear", ["all"]):
        return "all-linear"
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _dtype(value: Any) -> Any:
    return {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}.get(value, value)


FLAT: dict[str, Reading] = {
    "model_name": (("model",), _same),
    "model_name_or_path": (("model",), _same),
    "base_model": (("model",), _same),
    "max_seq_length": (("data", "max_length"), _same),
    "max_seq_len": (("data", "max_length"), _same),
    "cutoff_len": (("data", "max_length"), _same),
    "sequence_len": (("data", "max_length"), _same),
    "val_size": (("data", "validation_split"), _same),
    "val_set_size": (("data", "validation_split"), _same),
    "batch_size": (("optimization", "per_device_train_batch_size"), _same),
    "micro_batch_size": (("optimization", "per_device_train_batch_size"), _same),
    "num_epochs": (("optimization", "num_train_epochs"), _same),
    "epochs": (("optimization", "num_train_epochs"), _same),
    "lr": (("optimization", "learning_rate"), _same),
    "lr_scheduler": (("optimization", "lr_scheduler_type"), _same),
    "optimizer": (("optimization", "optim"), _same),
    "warmup_ratio": (("optimization", "warmup_steps"), _same),
    "evaluation_strategy": (("evaluation", "eval_strategy"), _same),
    "train_on_inputs": (("strategy", "completion_only_loss"), _inverse),
    "train_on_completions": (("strategy", "completion_only_loss"), _same),
    "sample_packing": (("strategy", "packing"), _same),
    "neat_packing": (("strategy", "packing"), _same),
    "pref_beta": (("strategy", "beta"), _same),
    "dpo_beta": (("strategy", "beta"), _same),
    "pref_loss": (("strategy", "loss_type"), _same),
    "lora_r": (("lora", "r"), _same),
    "lora_rank": (("lora", "r"), _same),
    "lora_target": (("lora", "target_modules"), _targets),
    "lora_target_modules": (("lora", "target_modules"), _targets),
    "use_lora": (("finetuning_type",), _lora_or_full),
    "use_4bit": (("quantization", "bits"), _four_bits),
    "load_in_4bit": (("quantization", "bits"), _four_bits),
    "use_8bit": (("quantization", "bits"), _eight_bits),
    "load_in_8bit": (("quantization", "bits"), _eight_bits),
    "bnb_4bit_quant_type": (("quantization", "quant_type"), _same),
    "bnb_4bit_compute_dtype": (("quantization", "compute_dtype"), _dtype),
    "use_nested_quant": (("quantization", "double_quant"), _same),
    "bnb_4bit_use_double_quant": (("quantization", "double_quant"), _same),
    "activation_checkpointing": (("compute", "gradient_checkpointing"), _same),
}
"""Another tool's name → where the value goes here, and how it is read."""

INSTEAD: dict[str, str | None] = {
    "bf16": "compute.precision",
    "fp16": "compute.precision",
    "pure_bf16": "compute.precision",
    "adapter": "finetuning_type",
    "stage": "strategy.name",
    "rl": "strategy.name",
    "rl_beta": "strategy.beta",
    "dataset_dir": "dataset",
    "output_dir": "name",
    "report_to": "logging.tensorboard",
    "template": None,
    "chat_template": None,
    "deepspeed": None,
    "do_train": None,
}
"""Another tool's name whose values mean something else here → the key to look at; nothing where there is none, as for
the chat template, which is the model's. Letters alike would suggest a wrong one."""
