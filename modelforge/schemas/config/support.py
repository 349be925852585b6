"""What works with what: one table of the pairs that cannot be right, each with its reason.

`TrainingConfig` refuses by it, before anything is loaded; `docs/reference/support.md` prints it; the matrix test walks
over it. Sizes and knobs are checked in `possible`, and what only the model or the rows tell in the preflight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelforge.schemas.config.training_config import TrainingConfig

DIMENSIONS: Mapping[str, Callable[[TrainingConfig], str]] = {
    "task": lambda config: config.task,
    "strategy": lambda config: config.strategy.name,
    "reference": lambda config: "adapter switched off" if config.strategy.has_reference else "none",
    "provider": lambda config: config.provider,
    "finetuning_type": lambda config: config.finetuning_type,
    "quantization": lambda config: f"{config.quantization.bits}-bit" if config.quantization.bits else "none",
    "initialisation": lambda config: config.lora.init_lora_weights,
    "DoRA": lambda config: _switch(config.lora.use_dora),
    "LoRA+": lambda config: _switch(config.lora.loraplus_lr_ratio is not None),
    "merge": lambda config: _switch(config.output.merge),
    "torch.compile": lambda config: _switch(config.compute.torch_compile),
    "packing": lambda config: _switch(config.strategy.packing),
    "device": lambda config: config.compute.device,
    "precision": lambda config: config.compute.precision,
    "optimizer": lambda config: config.optimization.optim,
    "attention": lambda config: config.compute.attn_implementation,
}
"""What a config is in each respect that decides whether it can run: name → how it is read off."""

READING = ("text-classification", "extractive-question-answering")
"""Tasks whose encoders read a text as a whole and write nothing."""
COMPARING = ("dpo", "kto", "reward", "rlhf")
"""Strategies that compare or reward answers to prompts."""
FROM_THE_WEIGHTS = ("pissa", "pissa_niter_16", "olora")
NOT_FROM_ZERO = (*FROM_THE_WEIGHTS, "loftq")
OF_BITSANDBYTES = ("adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit")


@dataclass(frozen=True)
class Refusal:
    """Values that cannot be right together, and why; the reason says what to set instead."""

    code: str
    """The name of the reason, for other languages."""
    values: Mapping[str, tuple[str, ...]]
    """Dimension → the values it speaks of. A config that has one of each is refused."""
    reason: str

    def speaks_of(self, values: Mapping[str, str]) -> bool:
        """Whether one of the values is there in every dimension."""
        return all(values.get(name) in refused for name, refused in self.values.items())


REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "qlora-trains-adapters",
        {"finetuning_type": ("full",), "strategy": ("qlora",)},
        "qlora trains adapters; set finetuning_type: lora or strategy: sft",
    ),
    Refusal(
        "quantised-not-in-full",
        {"finetuning_type": ("full",), "quantization": ("4-bit", "8-bit")},
        "quantised weights cannot be trained in full; set finetuning_type: lora or drop bits",
    ),
    Refusal(
        "nothing-to-merge",
        {"finetuning_type": ("full",), "merge": ("on",)},
        "a full fine-tune has no adapter to merge; set output.merge: false",
    ),
    Refusal(
        "compares-answers-to-prompts",
        {
            "strategy": COMPARING,
            "task": ("summarization", "extractive-question-answering", "text-classification"),
        },
        "this strategy compares answers to prompts; set task: text-generation, or strategy: sft",
    ),
    Refusal(
        "merge-of-judge-unchecked",
        {"strategy": ("reward",), "merge": ("on",)},
        "a reward model writes no answers by which a merge could be checked; set output.merge: false",
    ),
    Refusal(
        "no-adapter-to-switch-off",
        {"finetuning_type": ("full",), "reference": ("adapter switched off",)},
        "this strategy compares with the model as it was, by switching its adapter off; set finetuning_type: lora",
    ),
    Refusal(
        "no-adapter-to-initialise",
        {"finetuning_type": ("full",), "initialisation": ("gaussian", *NOT_FROM_ZERO)},
        "a full fine-tune has no adapter to initialise; set finetuning_type: lora or lora.init_lora_weights: default",
    ),
    Refusal(
        "dora-without-adapter",
        {"finetuning_type": ("full",), "DoRA": ("on",)},
        "a full fine-tune has no adapter; set finetuning_type: lora or lora.use_dora: false",
    ),
    Refusal(
        "loraplus-without-adapter",
        {"finetuning_type": ("full",), "LoRA+": ("on",)},
        "LoRA+ gives the two factors of an adapter two rates, and a full fine-tune has none; leave "
        "lora.loraplus_lr_ratio empty or set finetuning_type: lora",
    ),
    Refusal(
        "start-is-not-the-model",
        {"initialisation": NOT_FROM_ZERO, "strategy": ("dpo", "kto", "rlhf")},
        "this strategy trains or reports by the distance to the model with its adapter switched off, which is not the "
        "one that the training began with; set lora.init_lora_weights: default or gaussian",
    ),
    Refusal(
        "start-from-quantised",
        {"initialisation": FROM_THE_WEIGHTS, "quantization": ("4-bit", "8-bit")},
        "this initialisation takes a part out of the weights, which quantised ones cannot give exactly; leave "
        "quantization.bits empty, or set lora.init_lora_weights: loftq with 4 bits",
    ),
    Refusal(
        "loftq-without-four-bits",
        {"initialisation": ("loftq",), "quantization": ("none", "8-bit")},
        "loftq begins at what 4-bit quantisation lost; set quantization.bits: 4 or lora.init_lora_weights: default",
    ),
    Refusal(
        "start-beside-dora",
        {"initialisation": NOT_FROM_ZERO, "DoRA": ("on",)},
        "an adapter that does not begin at zero is published as its difference to the start, which DoRA's magnitudes "
        "do not add up to; set lora.use_dora: false or lora.init_lora_weights: default",
    ),
    Refusal(
        "dora-on-eight-bits",
        {"quantization": ("8-bit",), "DoRA": ("on",)},
        "DoRA reads the weights that it adapts, and 8-bit ones lose their scales by that on a CPU; set "
        "quantization.bits: 4 or lora.use_dora: false",
    ),
    Refusal(
        "unsloth-needs-gpu",
        {"provider": ("unsloth",), "device": ("cpu", "mps")},
        "unsloth needs an NVIDIA GPU; set compute.device: auto or provider: huggingface",
    ),
    Refusal(
        "unsloth-trains-adapters",
        {"provider": ("unsloth",), "finetuning_type": ("full",)},
        "through unsloth adapters are trained; set finetuning_type: lora or provider: huggingface",
    ),
    Refusal(
        "unsloth-strategy-unproven",
        {"provider": ("unsloth",), "strategy": COMPARING},
        "through unsloth sft and qlora are proven, and this strategy is not; set provider: huggingface",
    ),
    Refusal(
        "unsloth-task-unproven",
        {"provider": ("unsloth",), "task": ("summarization", "extractive-question-answering", "text-classification")},
        "through unsloth text generation is proven, and this task is not; set provider: huggingface",
    ),
    Refusal(
        "unsloth-initialises-otherwise",
        {"provider": ("unsloth",), "initialisation": NOT_FROM_ZERO},
        "unsloth initialises these adapters in ways of its own; set lora.init_lora_weights: default or "
        "provider: huggingface",
    ),
    Refusal(
        "unsloth-start-unproven",
        {"provider": ("unsloth",), "initialisation": ("gaussian",)},
        "through unsloth the default start of adapters is proven, and this one is not; set "
        "lora.init_lora_weights: default or provider: huggingface",
    ),
    Refusal(
        "unsloth-eight-bits-unproven",
        {"provider": ("unsloth",), "quantization": ("8-bit",)},
        "through unsloth a base in 16 or 4 bits is proven, and one in 8 is not; set quantization.bits: 4 or "
        "provider: huggingface",
    ),
    Refusal(
        "unsloth-loraplus-unproven",
        {"provider": ("unsloth",), "LoRA+": ("on",)},
        "LoRA+ is not proven through unsloth; leave lora.loraplus_lr_ratio empty or set provider: huggingface",
    ),
    Refusal(
        "unsloth-packing-unproven",
        {"provider": ("unsloth",), "packing": ("on",)},
        "packing is not proven through unsloth; set strategy.packing: false or provider: huggingface",
    ),
    Refusal(
        "unsloth-dora-in-vain",
        {"provider": ("unsloth",), "DoRA": ("on",)},
        "DoRA gains nothing from unsloth's kernels; set lora.use_dora: false or provider: huggingface",
    ),
    Refusal(
        "unsloth-has-attention",
        {"provider": ("unsloth",), "attention": ("sdpa", "eager", "flash_attention_2")},
        "unsloth has attention of its own; set compute.attn_implementation: auto or provider: huggingface",
    ),
    Refusal(
        "unsloth-compiles",
        {"provider": ("unsloth",), "torch.compile": ("on",)},
        "unsloth compiles by itself; set compute.torch_compile: false or provider: huggingface",
    ),
    Refusal(
        "head-of-quantised",
        {"task": READING, "quantization": ("4-bit", "8-bit")},
        "the head of this task begins anew and keeps its precision, which quantised loading does not allow for yet; "
        "leave quantization.bits empty and set strategy: sft",
    ),
    Refusal(
        "head-cannot-be-packed",
        {"task": READING, "packing": ("on",)},
        "the head of this task says one thing of each sequence, so rows cannot share one; set strategy.packing: false",
    ),
    Refusal(
        "flash-attention-needs-gpu",
        {"device": ("cpu",), "attention": ("flash_attention_2",)},
        "flash_attention_2 needs a GPU; set compute.attn_implementation: auto",
    ),
    Refusal(
        "no-fp16-on-cpu",
        {"device": ("cpu",), "precision": ("fp16",)},
        "a CPU cannot train in fp16; set compute.precision: auto",
    ),
    Refusal(
        "no-bitsandbytes-on-mps",
        {"device": ("mps",), "optimizer": OF_BITSANDBYTES},
        "bitsandbytes has no optimizers for Apple GPUs yet; set optimization.optim: adamw_torch",
    ),
)


def why_not(config: TrainingConfig, **known: str) -> Refusal | None:
    """Why a config cannot run, as far as the pairs of its values tell; nothing where none of them is refused.

    Args:
        known: what is known better than the config says it, by dimension.
    """
    values = {**{name: read(config) for name, read in DIMENSIONS.items()}, **known}
    return next((refusal for refusal in REFUSALS if refusal.speaks_of(values)), None)


def _switch(is_on: bool) -> str:
    return "on" if is_on else "off"
