"""The one translation from `TrainingConfig` to the keyword arguments of transformers' `TrainingArguments`."""

from __future__ import annotations

from typing import Any

from modelforge.strategies.strategy import Workbench
from modelforge.tasks.features import Collator


def trainer_arguments(bench: Workbench) -> dict[str, Any]:
    """Arguments that every trainer of the family takes."""
    config = bench.config
    return {
        "output_dir": str(bench.output_folder),
        "seed": config.seed,
        "data_seed": config.seed,
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "label_names": list(bench.head.label_names),
        **_optimization(bench),
        **_compute(bench),
        **_rhythm(bench),
    }


def trainer_parts(bench: Workbench, collator: Collator) -> dict[str, Any]:
    """What every trainer is given to work on, where rows are tokenised already."""
    return {
        "model": bench.model,
        "processing_class": bench.tokenizer,
        "train_dataset": bench.train_rows,
        "eval_dataset": bench.validation_rows,
        "data_collator": collator,
        "callbacks": list(bench.callbacks),
    }


def _optimization(bench: Workbench) -> dict[str, Any]:
    optimization = bench.config.optimization
    return {
        "learning_rate": optimization.learning_rate,
        "num_train_epochs": optimization.num_train_epochs,
        "max_steps": optimization.max_steps or -1,
        "per_device_train_batch_size": optimization.per_device_train_batch_size,
        "gradient_accumulation_steps": optimization.gradient_accumulation_steps,
        "lr_scheduler_type": optimization.lr_scheduler_type,
        "warmup_steps": optimization.warmup_steps,
        "optim": optimization.optim,
        "weight_decay": optimization.weight_decay,
        "adam_beta1": optimization.adam_beta1,
        "adam_beta2": optimization.adam_beta2,
        "adam_epsilon": optimization.adam_epsilon,
        "max_grad_norm": optimization.max_grad_norm,
        "label_smoothing_factor": optimization.label_smoothing_factor,
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    compute = bench.config.compute
    return {
        "use_cpu": bench.compute.device == "cpu",
        "bf16": bench.compute.precision == "bf16",
        "fp16": bench.compute.precision == "fp16",
        "gradient_checkpointing": compute.gradient_checkpointing,
        "torch_compile": compute.torch_compile,
        "dataloader_num_workers": compute.dataloader_num_workers,
        "dataloader_pin_memory": bench.compute.device.startswith("cuda"),
        "full_determinism": compute.full_determinism,
    }


def _rhythm(bench: Workbench) -> dict[str, Any]:
    """When to log, evaluate and save. Which checkpoints are kept is decided where they are published."""
    config = bench.config
    evaluates = bench.validation_rows is not None
    return {
        "logging_steps": config.logging.logging_steps,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,  # it would show a loss that is not a number as 0
        "report_to": [],
        "eval_strategy": config.evaluation.eval_strategy if evaluates else "no",
        "eval_steps": config.evaluation.eval_steps,
        "per_device_eval_batch_size": config.evaluation.per_device_eval_batch_size,
        "prediction_loss_only": True,
        "save_strategy": config.checkpointing.save_strategy,
        "save_steps": config.checkpointing.save_steps,
        "save_total_limit": None,
        "load_best_model_at_end": False,
    }
