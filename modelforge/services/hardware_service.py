"""What this machine can train, and a complete config that suits it."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Sequence
from typing import Any

from modelforge.exceptions import HardwareError
from modelforge.hardware.detector import detect
from modelforge.hardware.fitness import trainable_shape
from modelforge.hardware.hub_reach import waited_for
from modelforge.hardware.memory import fits_into, plan_memory
from modelforge.hardware.model_shape import ModelShape
from modelforge.hardware.profiles import recommended_models
from modelforge.providers.model_source import resolve_model
from modelforge.providers.provider import ModelSource
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.applicability import Applicability
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.applicable import applicable
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.config.strategies import KtoConfig
from modelforge.schemas.config.unheeded import Known
from modelforge.schemas.hardware import Hardware, RecommendedModel
from modelforge.schemas.plan import MemoryPlan
from modelforge.storage.file_manager import FileManager

TOKENS_PER_PASS = {"cpu": 2048, "gpu": 16384}
"""Tokens that keep a device busy; more in one pass takes memory and saves no time."""
ROWS_PER_STEP = 16
ROWS_PER_STEP_SMALL = 4
"""Tiny models learn from many small steps: batch 4 reached 80 % where batch 16 reached 37 %."""
TINY, SMALL = 50_000_000, 500_000_000
"""Parameters up to which a model counts as tiny or small."""
RATES = {"lora": (4e-3, 5e-4, 2e-4), "full": (1e-3, 5e-5, 2e-5)}
"""Learning rates for tiny, small and other models."""
GENTLER = {"dpo": 0.25, "kto": 0.25, "reward": 0.25}
"""The learning rate of a strategy beside that of imitation, as in the recipes under `examples/`."""
PROMPTS_PER_STEP = 4
"""Prompts in a step of `rlhf`, each answered `num_generations` times, as in the recipes under `examples/`."""
ROWS_COMPARED = 2
"""Rows in a pass of `kto`, at the least: each answer is compared with the others beside it."""
ROWS_SEEN = 3000
"""Rows seen in the whole run, repeats included, that a small dataset is stretched to."""
MOST_EPOCHS = 10
ROUND_TO = 64
"""`max_length` is a multiple of so many tokens."""


class HardwareService:
    """What this machine can train, and a complete config that suits it.

    Free memory is looked up for every plan: it is another's a moment later.
    """

    def __init__(self, files: FileManager, hardware: Hardware | None = None) -> None:
        """`hardware`: the machine to advise for; default: this one, as it is whenever it is asked for."""
        self.files = files
        self._given = hardware
        self._needs: dict[tuple[str, str, int | None], int] = {}

    def detect(self) -> Hardware:
        """What the machine that is advised for has now."""
        return self._given or detect(self.files.home)

    def recommended_models(self, task: str | None = None) -> tuple[RecommendedModel, ...]:
        """Models that the memory which is free now can fine-tune, the best choice first, starters last.

        Each says what it takes by the plan that fits, on a 4-bit base where a GPU holds no other.
        """
        machine = self.detect()
        free = _free_bytes(machine)
        found = []
        for model in recommended_models(machine.profile, task):
            for bits in _bases(machine):
                needed = self._smallest_need(model.id, model.tasks[0], bits, machine)
                if fits_into(needed, free):
                    found.append(model.model_copy(update={"memory_bytes": needed, "quantized": bits is not None}))
                    break
        return tuple(found)

    def plan(self, config: TrainingConfig, sequence_length: int | None = None) -> MemoryPlan:
        """The memory that `config` takes here; rows are as long as `data.max_length` unless a length is given."""
        return plan_memory(config, self._shape(config), sequence_length or config.data.max_length, self.detect())

    def propose(
        self,
        model: str,
        dataset: str,
        *,
        task: str = "text-generation",
        strategy: str = "sft",
        rows: int | None = None,
        longest: int | None = None,
        finetuning_type: str = "lora",
    ) -> TrainingConfig:
        """A complete config for this machine, the plainest one that fits: no recomputation and no quantisation
        unless memory asks for it.

        Args:
            rows: rows of the dataset, where known: sets the epochs.
            longest: tokens of its longest row, where known: sets `max_length`.

        Raises:
            HardwareError: nothing fits; the hint names models that do.
            ProviderError: the model cannot be found.
        """
        named = {"model": model, "dataset": dataset, "task": task, "finetuning_type": finetuning_type}
        asked = parse_training_config({**named, "strategy": strategy}).config
        shape = self._shape(asked)
        length = _max_length(longest, shape, _tokens_to_come(asked))
        machine = self.detect()
        for choice in _choices(shape, asked, length, machine):
            config = parse_training_config(
                {
                    **named,
                    **_strategy(asked, choice["bits"], length),
                    "data": {"max_length": length},
                    "optimization": {**_optimization(shape, asked, rows), **choice["optimization"]},
                    "compute": {"gradient_checkpointing": choice["gradient_checkpointing"]},
                    "evaluation": {"per_device_eval_batch_size": choice["eval_batch"]},
                }
            ).config
            if plan_memory(config, shape, length, machine).fits:
                return config
        raise HardwareError(
            f"{model} with rows of {length} tokens does not fit into this machine's memory.",
            hint=_instead([found.id for found in self.recommended_models(task)]),
            code="no-model-fits",
            params={"model": model, "length": length},
        )

    def _smallest_need(self, model: str, task: str, bits: int | None, machine: Hardware) -> int:
        """Bytes of the smallest run. They stay the same, and every Home page asks: planned once for each model."""
        key = (model, task, bits)
        if key not in self._needs:
            config = _smallest_config(model, task, bits)
            shape = self._shape(config)
            self._needs[key] = plan_memory(config, shape, _max_length(None, shape), machine).total_bytes
        return self._needs[key]

    def applicable(self, config: TrainingConfig, rows: str | None = None) -> Applicability:
        """Which settings do something beside `config` on this machine, and which choices cannot be made.

        Args:
            rows: the shape of the dataset's rows, where known.
        """
        source = self._source(config)
        known = Known(self._shape(config, source).layout, rows, source.revision is not None)
        machine = self.detect()
        return applicable(config, known, machine.accelerators[0].kind if machine.accelerators else "cpu")

    def _source(self, config: TrainingConfig) -> ModelSource:
        provider = ProviderFactory.create_provider(config.provider)
        return resolve_model(config.model, provider, self.files, config.model_revision)

    def _shape(self, config: TrainingConfig, source: ModelSource | None = None) -> ModelShape:
        source = source or self._source(config)
        with waited_for():
            return trainable_shape(config, source.location, source.revision)


def _free_bytes(machine: Hardware) -> int:
    """Where a run goes by itself: on the first GPU, or where there is none in the main memory."""
    return machine.accelerators[0].free_bytes if machine.accelerators else machine.memory_available_bytes


def _bases(machine: Hardware) -> tuple[int | None, ...]:
    """Bits of the base's weights, none for those that it comes in."""
    can_quantise = machine.accelerators and importlib.util.find_spec("bitsandbytes") is not None
    return (None, 4) if can_quantise else (None,)


def _smallest_config(model: str, task: str, bits: int | None) -> TrainingConfig:
    """LoRA, one row at a time, recomputed."""
    return parse_training_config(
        {
            "model": model,
            "dataset": "-",
            "task": task,
            **_base("sft", bits),
            "optimization": {"per_device_train_batch_size": 1},
            "evaluation": {"per_device_eval_batch_size": 1},
            "compute": {"gradient_checkpointing": True},
        }
    ).config


def _choices(shape: ModelShape, asked: TrainingConfig, length: int, machine: Hardware) -> Iterator[dict[str, Any]]:
    """From the quickest to the most frugal."""
    device = "gpu" if machine.accelerators else "cpu"
    rows = _rows_per_step(shape, asked)
    least = ROWS_COMPARED if isinstance(asked.strategy, KtoConfig) else 1
    first = max(least, _power_of_two(min(rows, max(1, TOKENS_PER_PASS[device] // length))))
    for bits in _bases(machine) if asked.finetuning_type == "lora" else (None,):
        for recompute in (False, True):
            batch = first
            while batch >= least:
                yield {
                    "bits": bits,
                    "gradient_checkpointing": recompute,
                    "eval_batch": batch,
                    "optimization": {
                        "per_device_train_batch_size": batch,
                        "gradient_accumulation_steps": rows // batch,
                    },
                }
                batch //= 2


def _rows_per_step(shape: ModelShape, asked: TrainingConfig) -> int:
    """Rows in one step, a power of two; where answers are sampled, each prompt's group of them is whole."""
    if isinstance(asked.strategy, RlhfConfig):
        return PROMPTS_PER_STEP * asked.strategy.num_generations
    return ROWS_PER_STEP_SMALL if shape.parameters <= TINY else ROWS_PER_STEP


def _tokens_to_come(asked: TrainingConfig) -> int:
    """Tokens that the model itself adds to a row as it learns."""
    return asked.strategy.max_completion_length if isinstance(asked.strategy, RlhfConfig) else 0


def _instead(models: Sequence[str]) -> str:
    return f"Try one of: {', '.join(models[:3])}." if models else "Free memory, or take a machine that has more."


def _max_length(longest: int | None, shape: ModelShape, to_come: int = 0) -> int:
    """The longest row and what is `to_come`, rounded up, within the model's positions; 1,024 where it is not known."""
    wanted = ROUND_TO * math.ceil((longest + to_come if longest else 1024) / ROUND_TO)
    return min(wanted, shape.max_positions or wanted)


def _strategy(asked: TrainingConfig, bits: int | None, length: int) -> dict[str, Any]:
    """As asked; of a row that the model's positions make short, prompt and sampled answer have one half each."""
    based = _base(asked.strategy.name, bits)
    if _tokens_to_come(asked) < length:
        return based
    return {**based, "strategy": {"name": asked.strategy.name, "max_completion_length": length // 2}}


def _base(strategy: str, bits: int | None) -> dict[str, Any]:
    """Imitation on a quantised base has a name of its own."""
    if bits and strategy == "sft":
        return {"strategy": "qlora"}
    return {"strategy": strategy, **({"quantization": {"bits": bits}} if bits else {})}


def _optimization(shape: ModelShape, asked: TrainingConfig, rows: int | None) -> dict[str, Any]:
    tiny, small, other = RATES[asked.finetuning_type]
    rate = tiny if shape.parameters <= TINY else small if shape.parameters <= SMALL else other
    rate *= GENTLER.get(asked.strategy.name, 1)
    epochs = min(MOST_EPOCHS, max(1, math.ceil(ROWS_SEEN / rows))) if rows else 3
    return {"learning_rate": rate, "num_train_epochs": epochs}


def _power_of_two(number: int) -> int:
    """The largest power of two up to `number`."""
    return 1 << (number.bit_length() - 1)
