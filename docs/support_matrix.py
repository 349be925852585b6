"""What works with what, cell by cell: task × kind of model × strategy × provider × quantisation × way of adapting.

Nothing is loaded: the schema and the task refuse, each with its reason. `tests/matrix` holds this against real runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.hardware.fitness import NOT_ADAPTED, OF_ATTENTION, OF_MAMBA
from modelforge.hardware.model_shape import FAMILIES, ModelShape
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.idle_settings import IDLE
from modelforge.schemas.config.support import REFUSALS
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.task_factory import TaskFactory

_LAYERS = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
MODELS: dict[str, dict[str, Any]] = {
    "decoder": {"model_type": "llama", "vocab_size": 300, **_LAYERS},
    "encoder": {"model_type": "bert", "vocab_size": 300, **_LAYERS},
    "encoder-decoder": {
        "model_type": "t5",
        "vocab_size": 300,
        "d_model": 32,
        "d_ff": 64,
        "d_kv": 8,
        "num_layers": 2,
        "num_heads": 4,
    },
}
"""Kind of model → the `config.json` of a small one."""

QUANTISATIONS: dict[str, dict[str, Any]] = {"none": {}, "8-bit": {"bits": 8}, "4-bit": {"bits": 4}}

DEVICES = ("cpu", "cuda", "mps")

ADAPTERS: dict[str, dict[str, Any]] = {
    "full": {"finetuning_type": "full"},
    "LoRA": {},
    "rsLoRA": {"lora": {"use_rslora": True}},
    "DoRA": {"lora": {"use_dora": True}},
    "LoRA+": {"lora": {"loraplus_lr_ratio": 4}},
    "PiSSA": {"lora": {"init_lora_weights": "pissa"}},
    "OLoRA": {"lora": {"init_lora_weights": "olora"}},
    "LoftQ": {"lora": {"init_lora_weights": "loftq"}},
}
"""How the weights are changed → what a recipe says of it."""

STRATEGY_KNOBS: dict[str, dict[str, Any]] = {
    "rlhf": {
        "rewards": [{"kind": "length", "unit": "characters", "at_most": 1, "tolerance": 40}],
        "num_generations": 2,
        "max_completion_length": 8,
    },
}
"""What a strategy cannot do without."""

BY_MODEL = {
    "an encoder-decoder with packing `on`": "only the rows of causal language models can be packed; set "
    "strategy.packing: false",
    "a model with layers that carry a state (convolutions, Mamba, linear attention) with packing `on`": "the state "
    "would run on from each packed row into the next; set strategy.packing: false",
    f"a model of type {', '.join(f'`{kind}`' for kind in OF_MAMBA)} with finetuning_type `lora` on all linear layers, "
    f"{' or '.join(f'`{name}`' for name in NOT_ADAPTED)}": "these layers cannot have adapters beside Mamba's kernel; "
    f"name others in lora.target_modules, such as [{OF_ATTENTION}]",
    "a model type that is none of [those below](#model-types) with training": "its layers are not known, so that no "
    "plan of the memory could be made; choose a model of a type that is",
    "a mixture of experts with training": "not supported yet; choose a dense model",
    "weights that are quantised already with training": "what was lost cannot be trained or merged back; name the "
    "repository that they were quantised from",
    "a plug-in's task that writes no answers, with what is refused of `text-classification`": "it reads with a head, "
    "as that does",
}
"""What only the model's `config.json` tells, or a task that is not bundled → why it is refused: `hardware/fitness.py`,
`hardware/model_shape.py`, `SftStrategy.collator`, `training/preparation.py`."""


@dataclass(frozen=True)
class Cell:
    """One combination, by the names of its values."""

    task: str
    model: str
    strategy: str
    provider: str
    quantisation: str
    adapter: str

    @property
    def written(self) -> dict[str, Any]:
        """What a recipe says of it, without model and data."""
        return {
            "task": self.task,
            "provider": self.provider,
            "strategy": {"name": self.strategy, **STRATEGY_KNOBS.get(self.strategy, {})},
            "quantization": QUANTISATIONS[self.quantisation],
            **ADAPTERS[self.adapter],
        }


def cells(provider: str | None = None) -> Iterator[Cell]:
    """Every combination there is, or those of one provider."""
    providers = ProviderFactory.providers if provider is None else (provider,)
    for values in product(TaskFactory.tasks, MODELS, StrategyFactory.strategies, providers, QUANTISATIONS, ADAPTERS):
        yield Cell(*values)


@cache
def refusal(cell: Cell) -> str | None:
    """Why a cell is refused before anything is loaded; nothing where it runs."""
    try:
        parse_training_config({"model": "m", "dataset": "d", **cell.written})
        TaskFactory.create_task(cell.task).for_model(ModelShape.from_config(MODELS[cell.model]))
    except ConfigurationError as error:
        faults = error.details.get("errors") or [{"expected": error.message}]
        return str(faults[0]["expected"])
    return None


def page() -> list[str]:
    """`docs/reference/support.md`: the cells, and every pair that the schema refuses, with its reason."""
    lines = [
        "# What works with what",
        "",
        "A recipe with a pair that is not allowed, or with figures that contradict one another, is refused with the",
        "reason before anything is loaded. What only the model, the rows or the machine tell is checked in the",
        "preflight, before a run is queued; the last rows of the refusals are of that kind.",
        "",
        "The cells say in how many bits the base may be held, by task, kind of model, strategy and way of adapting;",
        "a dash: refused. They are those of the provider `huggingface`; `unsloth` runs `sft` and `qlora` of causal",
        "models on an NVIDIA GPU. `qlora` takes 4 bits where none are named. `make test-matrix` trains, stops and",
        "resumes each cell; with `DEVICE=cuda` on a GPU, as it did on an NVIDIA H200.",
        "",
        *grid(),
        "",
        "## Every refusal",
        "",
        "The table is `modelforge/schemas/config/support.py`; a task refuses the kinds of model that it cannot use. A",
        "recipe is held against it when it is read, and once more in the preflight, and on the machine that trains,",
        "with the device and the precision that `auto` finds there, before anything is loaded.",
        "",
        "| not together | why, and what to set instead |",
        "|---|---|",
    ]
    lines += [f"| {_pairs(one.values)} | {one.reason} |" for one in REFUSALS]
    lines += [f"| {together} | {reason} |" for together, reason in BY_MODEL.items()]
    lines += [
        "",
        "## Model types",
        "",
        "The `model_type` of a model's `config.json`. The tables are `modelforge/hardware/decoder_families.py` and",
        "`encoder_families.py`.",
        "",
        "| kind | types |",
        "|---|---|",
        *(f"| {layout} | {', '.join(f'`{kind}`' for kind in kinds)} |" for layout, kinds in model_types().items()),
        "",
        "A language model of another type whose configuration has the sizes of a Llama is trained as well; its plan is",
        "made as for a Llama, and said to be an estimate. Every other type is refused by name.",
        "",
        "## Devices",
        "",
        "| device | 16 | 8 | 4 |",
        "|---|---|---|---|",
        *(f"| `{device}` | {' | '.join(_on(device, name) for name in QUANTISATIONS)} |" for device in DEVICES),
        "",
        "`quantization.quant_type`, `compute_dtype` and `double_quant` go with every device and precision. Nothing has",
        "been run on an Apple GPU (`mps`): what the table allows there is what the libraries say they can.",
        "",
        "## Keys without effect",
        "",
        "A key that a recipe sets to another value than its default, and that changes nothing in the run, is named by",
        "the preflight, by `modelforge plan` and in the app's check; the run goes on. The table is",
        "`modelforge/schemas/config/idle_settings.py`.",
        "",
        "| with | no effect | why | what gives it one |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {_pairs(one.where)} | {', '.join(f'`{key}`' for key in one.keys)} | {one.reason} | {one.remedy} |"
        for one in IDLE
    ]
    return lines


def model_types() -> dict[str, list[str]]:
    """Layout → the model types that ModelForge knows, by name."""
    from transformers import AutoConfig

    found: dict[str, list[str]] = {"decoder": [], "encoder": [], "encoder-decoder": []}
    for kind in sorted(FAMILIES):
        found[ModelShape.from_config(AutoConfig.for_model(kind).to_dict()).layout].append(kind)
    return found


def _on(device: str, quantisation: str) -> str:
    """Whether a base may be held so on a device that the recipe names."""
    written = {"quantization": QUANTISATIONS[quantisation], "compute": {"device": device}}
    try:
        parse_training_config({"model": "m", "dataset": "d", **written})
    except ConfigurationError:
        return "–"
    return "yes"


def _pairs(values: Mapping[str, tuple[str, ...]]) -> str:
    return " with ".join(f"{name} {', '.join(f'`{value}`' for value in meant)}" for name, meant in values.items())


def grid() -> list[str]:
    """The cells of the provider `huggingface` as a table in Markdown."""
    lines = [
        f"| task | model | strategy | {' | '.join(ADAPTERS)} |",
        "|---" * (3 + len(ADAPTERS)) + "|",
    ]
    for task, model, strategy in product(TaskFactory.tasks, MODELS, StrategyFactory.strategies):
        rows = [_runs(Cell(task, model, strategy, "huggingface", "none", adapter)) for adapter in ADAPTERS]
        if any(rows):
            lines.append(f"| `{task}` | {model} | `{strategy}` | {' | '.join(text or '–' for text in rows)} |")
    return lines


def _runs(cell: Cell) -> str:
    """`16, 8, 4`: the bits that the base may be held in. `qlora` without a word about them means 4."""
    bits: list[int] = []
    for name in QUANTISATIONS:
        one = replace(cell, quantisation=name)
        if refusal(one) is None:
            config = parse_training_config({"model": "m", "dataset": "d", **one.written}).config
            bits.append(config.quantization.bits or 16)
    return ", ".join(str(number) for number in sorted(set(bits), reverse=True))
