"""Keys that are set and change nothing: one table of where a key has no effect, each with its reason.

`support` refuses what contradicts; what is idle is told, and the run goes on. A key is told where it has another value
than its default: whoever sends every key of the form has set them all, and means the ones that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from modelforge.schemas.config.support import DIMENSIONS

if TYPE_CHECKING:
    from modelforge.schemas.config.training_config import TrainingConfig


@dataclass(frozen=True)
class Known:
    """What a config does not say by itself; nothing where it was not looked at."""

    layout: str | None = None
    """The model's stacks: `decoder`, `encoder`, `encoder-decoder`."""
    shape: str | None = None
    """The shape of the rows."""
    model_has_revisions: bool | None = None
    """Whether the model comes from the hub."""


@dataclass(frozen=True)
class Idle:
    """Keys that have no effect where a run is like this, and why."""

    where: Mapping[str, tuple[str, ...]]
    """Dimension → the values it speaks of; a run that has one of each is meant."""
    keys: tuple[str, ...]
    reason: str
    remedy: str
    """What gives the keys their effect; it follows on "Leave it out, or"."""


@dataclass(frozen=True)
class Unheeded:
    """Keys of one config that change nothing in its run."""

    keys: tuple[str, ...]
    reason: str
    remedy: str

    @property
    def message(self) -> str:
        """What was found: `lora.r, lora.lora_alpha: a full fine-tune has no adapter.`"""
        return f"{', '.join(self.keys)}: {self.reason}."


def _held_out(config: TrainingConfig) -> str:
    if config.data.validation_dataset is not None:
        return "a dataset" if config.data.validation_split else "a dataset and no share"
    return "a share" if config.data.validation_split else "none"


def _of_strategy(key: str) -> Callable[[TrainingConfig], str]:
    return lambda config: str(getattr(config.strategy, key, "none"))


READ: Mapping[str, Callable[[TrainingConfig], str]] = {
    **DIMENSIONS,
    "schedule": lambda config: config.optimization.lr_scheduler_type,
    "evaluations": lambda config: config.evaluation.eval_strategy,
    "checkpoints": lambda config: config.checkpointing.save_strategy,
    "early stopping": lambda config: "off" if config.checkpointing.early_stopping_patience is None else "on",
    "answers": lambda config: "on" if config.evaluation.generate else "off",
    "held-out rows": _held_out,
    "truncation": lambda config: config.data.truncation_mode,
    "every turn": _of_strategy("assistant_only_loss"),
    "algorithm": _of_strategy("algorithm"),
    "passes": _of_strategy("num_iterations"),
    "dataset": lambda config: "hub" if config.dataset.startswith("hub:") else "here",
}
"""What a config is in each respect that leaves keys without effect. `model layout`, `rows` and `model` are `Known`."""

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
    Idle({"finetuning_type": ("full",)}, OF_ADAPTERS, "a full fine-tune has no adapter", "set finetuning_type: lora"),
    Idle({"quantization": ("none",)}, OF_FOUR_BITS, "the base is not quantised", "set quantization.bits: 4"),
    Idle({"quantization": ("8-bit",)}, OF_FOUR_BITS, "8-bit weights have none of it", "set quantization.bits: 4"),
    Idle(
        {"finetuning_type": ("lora",), "merge": ("off",)},
        ("output.dtype",),
        "it is the type of full or merged weights, and an adapter alone is published",
        "set output.merge: true",
    ),
    Idle(
        {"optimizer": ("adafactor", "sgd")},
        OF_ADAM,
        "this optimizer keeps no such averages",
        "set optimization.optim: adamw_torch",
    ),
    Idle(
        {"schedule": ("constant",)},
        ("optimization.warmup_steps",),
        "a constant rate does not rise first",
        "set optimization.lr_scheduler_type: constant_with_warmup",
    ),
    Idle(
        {"held-out rows": ("none",)},
        OF_HELD_OUT_ROWS,
        "no rows are held out to measure on",
        "set data.validation_split or data.validation_dataset",
    ),
    Idle(
        {"held-out rows": ("a dataset",)},
        ("data.validation_split",),
        "the rows of data.validation_dataset are held out instead",
        "drop data.validation_dataset",
    ),
    Idle(
        {"evaluations": ("epoch", "no")},
        ("evaluation.eval_steps",),
        "the loss is not measured every so many steps",
        "set evaluation.eval_strategy: steps",
    ),
    Idle(
        {"evaluations": ("no",)},
        ("evaluation.sample_rows",),
        "samples are written at each evaluation, and there is none",
        "set evaluation.eval_strategy: epoch",
    ),
    Idle(
        {"answers": ("off",), "strategy": ("sft", "qlora", "dpo", "kto")},
        ("evaluation.max_new_tokens", "evaluation.sample_rows"),
        "no answers are written",
        "set evaluation.generate: true",
    ),
    Idle({"strategy": ("reward",)}, WRITTEN, "a reward model writes no answers", "choose another strategy"),
    Idle(
        {"checkpoints": ("epoch", "no")},
        ("checkpointing.save_steps",),
        "checkpoints are not saved every so many steps",
        "set checkpointing.save_strategy: steps",
    ),
    Idle(
        {"early stopping": ("off",)},
        ("checkpointing.early_stopping_threshold",),
        "nothing stops early",
        "set checkpointing.early_stopping_patience",
    ),
    Idle(
        {"task": ("text-classification",)},
        (*OF_TURNS, "evaluation.max_new_tokens"),
        "a classifier learns one label of each row, and writes nothing",
        "set task: text-generation",
    ),
    Idle(
        {"task": ("extractive-question-answering",), "model layout": ("encoder",)},
        (*OF_TURNS, "evaluation.max_new_tokens"),
        "an encoder points at answers, and writes nothing",
        "choose a causal model, which writes them",
    ),
    Idle(
        {"task": ("extractive-question-answering",), "model layout": ("encoder",), "truncation": ("keep_end",)},
        ("data.truncation_mode",),
        "an encoder reads a long text whole, in windows",
        "set it to drop, which leaves long texts out",
    ),
    Idle(
        {"task": ("extractive-question-answering",), "model layout": ("decoder",)},
        ("strategy.assistant_only_loss",),
        "each row has one answer",
        "set task: text-generation",
    ),
    Idle(
        {"model layout": ("encoder-decoder",)},
        ("strategy.assistant_only_loss",),
        "an encoder-decoder reads one text and writes one",
        "choose a causal model",
    ),
    Idle(
        {"model layout": ("decoder", "encoder")},
        ("data.max_target_length",),
        "only an encoder-decoder has a length for its answers; data.max_length counts both sides here",
        "choose an encoder-decoder",
    ),
    Idle(
        {"task": ("text-generation", "text-classification", "extractive-question-answering")},
        ("data.source_prefix",),
        "it stands before texts that are summed up",
        "set task: summarization",
    ),
    Idle(
        {"task": ("text-generation", "summarization", "text-classification")},
        ("data.doc_stride",),
        "only encoders that answer questions read in overlapping windows",
        "set task: extractive-question-answering",
    ),
    Idle(
        {"task": ("extractive-question-answering",), "model layout": ("decoder",)},
        ("data.doc_stride",),
        "a causal model reads no overlapping windows",
        "choose an encoder",
    ),
    Idle(
        {"rows": ("text",)},
        (*OF_TURNS, "evaluation.max_new_tokens"),
        "plain text has no prompts and no answers",
        "give rows with prompts and answers",
    ),
    Idle(
        {"rows": ("text",), "truncation": ("keep_end",)},
        ("data.truncation_mode",),
        "plain text is trained whole, in windows",
        "set it to drop, which leaves long texts out",
    ),
    Idle(
        {"rows": ("messages", "sharegpt"), "every turn": ("True",)},
        ("strategy.completion_only_loss",),
        "assistant_only_loss trains the assistant's turns alone",
        "set strategy.assistant_only_loss: false",
    ),
    Idle(
        {"strategy": ("rlhf",)},
        ("data.truncation_mode",),
        "a prompt is asked whole, or its row is left out",
        "choose another strategy",
    ),
    Idle(
        {"algorithm": ("grpo",), "passes": ("1",)},
        ("strategy.epsilon",),
        "in the first pass over an answer its probability has not moved yet",
        "set strategy.num_iterations to 2 or more",
    ),
    Idle({"model": ("here",)}, ("model_revision",), "only models of the hub have revisions", "name one of the hub"),
    Idle({"dataset": ("here",)}, ("dataset_revision",), "only data of the hub has revisions", "name hub:OWNER/NAME"),
)
"""Told in this order, each key once. `optimization.num_train_epochs` beside `max_steps` and
`evaluation.per_device_eval_batch_size` without held-out rows are left out: every proposal for a machine has them."""


def unheeded(config: TrainingConfig, known: Known) -> tuple[Unheeded, ...]:
    """The keys that `config` sets to another value than their default, and that change nothing in its run.

    Args:
        known: what the model and the rows tell beside the config.
    """
    values = _values(known) | {name: read(config) for name, read in READ.items()}
    told: set[str] = set()
    found = []
    for idle in IDLE:
        if not all(values.get(name) in meant for name, meant in idle.where.items()):
            continue
        keys = tuple(key for key in idle.keys if key not in told and _is_set(config, key))
        told.update(keys)
        if keys:
            found.append(Unheeded(keys, idle.reason, idle.remedy))
    return tuple(found)


def without(found: Iterable[Unheeded], passed_on: Collection[str]) -> tuple[Unheeded, ...]:
    """What was found, apart from some keys."""
    kept = (replace(one, keys=tuple(key for key in one.keys if key not in passed_on)) for one in found)
    return tuple(one for one in kept if one.keys)


def _values(known: Known) -> dict[str, str | None]:
    source = {True: "hub", False: "here", None: None}[known.model_has_revisions]
    return {"model layout": known.layout, "rows": known.shape, "model": source}


def _is_set(config: TrainingConfig, key: str) -> bool:
    """Whether the config has the key, with another value than its default."""
    holder: BaseModel = config
    *groups, leaf = key.split(".")
    for group in groups:
        holder = getattr(holder, group)
    info = type(holder).model_fields.get(leaf)
    default: Any = info and info.get_default(call_default_factory=True, validated_data={})
    return info is not None and getattr(holder, leaf) != default
