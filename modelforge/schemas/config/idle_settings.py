"""One table of where a setting has no effect, each with its reason. `unheeded` and `applicable` go by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

IdleCode = Literal[
    "full-without-adapter",
    "base-not-quantised",
    "eight-bits-without-knobs",
    "adapter-published-alone",
    "optimizer-without-averages",
    "rate-does-not-rise",
    "nothing-held-out",
    "dataset-held-out",
    "no-evaluations-by-steps",
    "no-evaluations",
    "no-answers-written",
    "reward-model-writes-nothing",
    "no-checkpoints-by-steps",
    "nothing-stops-early",
    "classifier-writes-nothing",
    "encoder-writes-nothing",
    "encoder-reads-in-windows",
    "one-answer-a-row",
    "one-text-to-one",
    "no-length-for-answers",
    "prefix-is-for-summaries",
    "windows-are-for-encoders",
    "causal-without-windows",
    "text-without-answers",
    "text-in-windows",
    "assistant-turns-alone",
    "prompt-asked-whole",
    "first-pass-unmoved",
    "model-not-of-hub",
    "dataset-not-of-hub",
]


@dataclass(frozen=True)
class Idle:
    """Keys that have no effect where a run is like this, and why."""

    code: IdleCode
    """The name of the reason, for other languages."""
    where: Mapping[str, tuple[str, ...]]
    """Dimension → the values it speaks of; a run that has one of each is meant."""
    keys: tuple[str, ...]
    reason: str
    remedy: str
    """What gives the keys their effect; it follows on "Leave it out, or"."""


OF_ADAPTERS = ("lora.r", "lora.lora_alpha", "lora.lora_dropout", "lora.target_modules", "lora.use_rslora")
OF_FOUR_BITS = ("quantization.quant_type", "quantization.compute_dtype", "quantization.double_quant")
OF_TURNS = ("strategy.completion_only_loss", "strategy.assistant_only_loss")
OF_ADAM = ("optimization.adam_beta1", "optimization.adam_beta2", "optimization.adam_epsilon")
OF_HELD_OUT_ROWS = (
    "evaluation.eval_strategy",
    "evaluation.eval_steps",
    "evaluation.generate",
    "evaluation.max_rows",
    "evaluation.max_new_tokens",
    "evaluation.sample_rows",
    "evaluation.bootstrap_resamples",
    "evaluation.confidence",
)
WRITTEN = ("evaluation.generate", "evaluation.max_new_tokens", "evaluation.sample_rows")

IDLE: tuple[Idle, ...] = (
    Idle(
        "full-without-adapter",
        {"finetuning_type": ("full",)},
        OF_ADAPTERS,
        "a full fine-tune has no adapter",
        "set finetuning_type: lora",
    ),
    Idle(
        "base-not-quantised",
        {"quantization": ("none",)},
        OF_FOUR_BITS,
        "the base is not quantised",
        "set quantization.bits: 4",
    ),
    Idle(
        "eight-bits-without-knobs",
        {"quantization": ("8-bit",)},
        OF_FOUR_BITS,
        "8-bit weights have none of it",
        "set quantization.bits: 4",
    ),
    Idle(
        "adapter-published-alone",
        {"finetuning_type": ("lora",), "merge": ("off",)},
        ("output.dtype",),
        "it is the type of full or merged weights, and an adapter alone is published",
        "set output.merge: true",
    ),
    Idle(
        "optimizer-without-averages",
        {"optimizer": ("adafactor", "sgd")},
        OF_ADAM,
        "this optimizer keeps no such averages",
        "set optimization.optim: adamw_torch",
    ),
    Idle(
        "rate-does-not-rise",
        {"schedule": ("constant",)},
        ("optimization.warmup_steps",),
        "a constant rate does not rise first",
        "set optimization.lr_scheduler_type: constant_with_warmup",
    ),
    Idle(
        "nothing-held-out",
        {"held-out rows": ("none",)},
        OF_HELD_OUT_ROWS,
        "no rows are held out to measure on",
        "set data.validation_split or data.validation_dataset",
    ),
    Idle(
        "dataset-held-out",
        {"held-out rows": ("a dataset",)},
        ("data.validation_split",),
        "the rows of data.validation_dataset are held out instead",
        "drop data.validation_dataset",
    ),
    Idle(
        "no-evaluations-by-steps",
        {"evaluations": ("epoch", "no")},
        ("evaluation.eval_steps",),
        "the loss is not measured every so many steps",
        "set evaluation.eval_strategy: steps",
    ),
    Idle(
        "no-evaluations",
        {"evaluations": ("no",)},
        ("evaluation.sample_rows",),
        "samples are written at each evaluation, and there is none",
        "set evaluation.eval_strategy: epoch",
    ),
    Idle(
        "no-answers-written",
        {"answers": ("off",), "strategy": ("sft", "qlora", "dpo", "kto")},
        ("evaluation.max_new_tokens", "evaluation.sample_rows"),
        "no answers are written",
        "set evaluation.generate: true",
    ),
    Idle(
        "reward-model-writes-nothing",
        {"strategy": ("reward",)},
        WRITTEN,
        "a reward model writes no answers",
        "choose another strategy",
    ),
    Idle(
        "no-checkpoints-by-steps",
        {"checkpoints": ("epoch", "no")},
        ("checkpointing.save_steps",),
        "checkpoints are not saved every so many steps",
        "set checkpointing.save_strategy: steps",
    ),
    Idle(
        "nothing-stops-early",
        {"early stopping": ("off",)},
        ("checkpointing.early_stopping_threshold",),
        "nothing stops early",
        "set checkpointing.early_stopping_patience",
    ),
    Idle(
        "classifier-writes-nothing",
        {"task": ("text-classification",)},
        (*OF_TURNS, "evaluation.max_new_tokens"),
        "a classifier learns one label of each row, and writes nothing",
        "set task: text-generation",
    ),
    Idle(
        "encoder-writes-nothing",
        {"task": ("extractive-question-answering",), "model layout": ("encoder",)},
        (*OF_TURNS, "evaluation.max_new_tokens"),
        "an encoder points at answers, and writes nothing",
        "choose a causal model, which writes them",
    ),
    Idle(
        "encoder-reads-in-windows",
        {"task": ("extractive-question-answering",), "model layout": ("encoder",), "truncation": ("keep_end",)},
        ("data.truncation_mode",),
        "an encoder reads a long text whole, in windows",
        "set it to drop, which leaves long texts out",
    ),
    Idle(
        "one-answer-a-row",
        {"task": ("extractive-question-answering",), "model layout": ("decoder",)},
        ("strategy.assistant_only_loss",),
        "each row has one answer",
        "set task: text-generation",
    ),
    Idle(
        "one-text-to-one",
        {"model layout": ("encoder-decoder",)},
        ("strategy.assistant_only_loss",),
        "an encoder-decoder reads one text and writes one",
        "choose a causal model",
    ),
    Idle(
        "no-length-for-answers",
        {"model layout": ("decoder", "encoder")},
        ("data.max_target_length",),
        "only an encoder-decoder has a length for its answers; data.max_length counts both sides here",
        "choose an encoder-decoder",
    ),
    Idle(
        "prefix-is-for-summaries",
        {"task": ("text-generation", "text-classification", "extractive-question-answering")},
        ("data.source_prefix",),
        "it stands before texts that are summed up",
        "set task: summarization",
    ),
    Idle(
        "windows-are-for-encoders",
        {"task": ("text-generation", "summarization", "text-classification")},
        ("data.doc_stride",),
        "only encoders that answer questions read in overlapping windows",
        "set task: extractive-question-answering",
    ),
    Idle(
        "causal-without-windows",
        {"task": ("extractive-question-answering",), "model layout": ("decoder",)},
        ("data.doc_stride",),
        "a causal model reads no overlapping windows",
        "choose an encoder",
    ),
    Idle(
        "text-without-answers",
        {"rows": ("text",)},
        (*OF_TURNS, "evaluation.max_new_tokens"),
        "plain text has no prompts and no answers",
        "give rows with prompts and answers",
    ),
    Idle(
        "text-in-windows",
        {"rows": ("text",), "truncation": ("keep_end",)},
        ("data.truncation_mode",),
        "plain text is trained whole, in windows",
        "set it to drop, which leaves long texts out",
    ),
    Idle(
        "assistant-turns-alone",
        {"rows": ("messages", "sharegpt"), "every turn": ("True",)},
        ("strategy.completion_only_loss",),
        "assistant_only_loss trains the assistant's turns alone",
        "set strategy.assistant_only_loss: false",
    ),
    Idle(
        "prompt-asked-whole",
        {"strategy": ("rlhf",)},
        ("data.truncation_mode",),
        "a prompt is asked whole, or its row is left out",
        "choose another strategy",
    ),
    Idle(
        "first-pass-unmoved",
        {"algorithm": ("grpo",), "passes": ("1",)},
        ("strategy.epsilon",),
        "in the first pass over an answer its probability has not moved yet",
        "set strategy.num_iterations to 2 or more",
    ),
    Idle(
        "model-not-of-hub",
        {"model": ("here",)},
        ("model_revision",),
        "only models of the hub have revisions",
        "name one of the hub",
    ),
    Idle(
        "dataset-not-of-hub",
        {"dataset": ("here",)},
        ("dataset_revision",),
        "only data of the hub has revisions",
        "name hub:OWNER/NAME",
    ),
)
"""Told in this order, each key once. `optimization.num_train_epochs` beside `max_steps` and
`evaluation.per_device_eval_batch_size` without held-out rows are left out: every proposal for a machine has them."""
