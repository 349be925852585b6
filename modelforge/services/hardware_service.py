"""What this machine can train, and a complete config that suits it."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from typing import Any

from modelforge.exceptions import HardwareError
from modelforge.hardware.detector import detect
from modelforge.hardware.memory import plan_memory
from modelforge.hardware.model_shape import ModelShape
from modelforge.hardware.profiles import recommended_models
from modelforge.providers.model_source import resolve_model
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.hardware import Hardware, Profile, RecommendedModel
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
ROWS_SEEN = 3000
"""Rows seen in the whole run, repeats included, that a small dataset is stretched to."""
MOST_EPOCHS = 10
ROUND_TO = 64
"""`max_length` is a multiple of so many tokens."""


class HardwareService:
    """What this machine can train, and a complete config that suits it."""

    def __init__(self, files: FileManager, hardware: Hardware | None = None) -> None:
        """`hardware`: the machine to advise for; default: this one, found when it is first asked for."""
        self.files = files
        self._given = hardware

    @cached_property
    def hardware(self) -> Hardware:
        """The machine that is advised for."""
        return self._given or self.detect()

    def detect(self) -> Hardware:
        """What this machine has now."""
        return detect(self.files.home)

    @property
    def profile(self) -> Profile:
        """The machine's size in one word."""
        return self.hardware.profile

    def recommended_models(self, task: str | None = None) -> tuple[RecommendedModel, ...]:
        """Models that this machine can fine-tune well, the best choice first, starters last.

        A GPU's size decides by itself. Without one each model is planned for with the memory that is free now, and
        says what it takes of it.
        """
        found = recommended_models(self.profile, task)
        if self.hardware.accelerators:
            return found
        plans = ((model, self._smallest_plan_of(model.id, model.tasks[0])) for model in found)
        return tuple(model.model_copy(update={"memory_bytes": plan.total_bytes}) for model, plan in plans if plan.fits)

    def plan(self, config: TrainingConfig, sequence_length: int | None = None) -> MemoryPlan:
        """The memory that `config` takes here; rows are as long as `data.max_length` unless a length is given."""
        return plan_memory(config, self._shape(config), sequence_length or config.data.max_length, self.hardware)

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
        shape = self._shape(parse_training_config({**named, "strategy": strategy}).config)
        length = _max_length(longest, shape)
        for choice in self._choices(shape, finetuning_type, length):
            config = parse_training_config(
                {
                    **named,
                    **_strategy(strategy, choice["bits"]),
                    "data": {"max_length": length},
                    "optimization": {**_optimization(shape, finetuning_type, strategy, rows), **choice["optimization"]},
                    "compute": {"gradient_checkpointing": choice["gradient_checkpointing"]},
                    "evaluation": {"per_device_eval_batch_size": choice["eval_batch"]},
                }
            ).config
            if plan_memory(config, shape, length, self.hardware).fits:
                return config
        raise HardwareError(
            f"{model} with rows of {length} tokens does not fit into this machine's memory.",
            hint=_instead([found.id for found in self.recommended_models(task)]),
            code="no-model-fits",
            params={"model": model, "length": length},
        )

    def _choices(self, shape: ModelShape, finetuning_type: str, length: int) -> Iterator[dict[str, Any]]:
        """From the quickest to the most frugal."""
        device = "gpu" if self.hardware.accelerators else "cpu"
        rows = ROWS_PER_STEP_SMALL if shape.parameters <= TINY else ROWS_PER_STEP
        first = _power_of_two(min(rows, max(1, TOKENS_PER_PASS[device] // length)))
        can_quantise = finetuning_type == "lora" and device == "gpu" and importlib.util.find_spec("bitsandbytes")
        for bits in (None, 4) if can_quantise else (None,):
            for recompute in (False, True):
                batch = first
                while batch >= 1:
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

    @cached_property
    def _smallest_plan_of(self) -> Callable[[str, str], MemoryPlan]:
        """Planned once for each model: the machine that is advised for stays the same, and every Home page asks."""
        return cache(self._smallest_plan)

    def _smallest_plan(self, model: str, task: str) -> MemoryPlan:
        """What the table of models gives figures for: LoRA, one row of 1,024 tokens at a time, recomputed."""
        config = parse_training_config(
            {
                "model": model,
                "dataset": "-",
                "task": task,
                "optimization": {"per_device_train_batch_size": 1},
                "evaluation": {"per_device_eval_batch_size": 1},
                "compute": {"gradient_checkpointing": True},
            }
        ).config
        return self.plan(config, _max_length(None, self._shape(config)))

    def _shape(self, config: TrainingConfig) -> ModelShape:
        provider = ProviderFactory.create_provider(config.provider)
        source = resolve_model(config.model, provider, self.files, config.model_revision)
        return ModelShape.read(source.location, source.revision)


def _instead(models: Sequence[str]) -> str:
    return f"Try one of: {', '.join(models[:3])}." if models else "Free memory, or take a machine that has more."


def _max_length(longest: int | None, shape: ModelShape) -> int:
    """The longest row, rounded up, within the model's positions; 1,024 where it is not known."""
    wanted = ROUND_TO * math.ceil((longest or 1024) / ROUND_TO)
    return min(wanted, shape.max_positions or wanted)


def _strategy(strategy: str, bits: int | None) -> dict[str, Any]:
    """Imitation on a quantised base has a name of its own."""
    if bits and strategy == "sft":
        return {"strategy": "qlora"}
    return {"strategy": strategy, **({"quantization": {"bits": bits}} if bits else {})}


def _optimization(shape: ModelShape, finetuning_type: str, strategy: str, rows: int | None) -> dict[str, Any]:
    tiny, small, other = RATES[finetuning_type]
    rate = tiny if shape.parameters <= TINY else small if shape.parameters <= SMALL else other
    rate *= GENTLER.get(strategy, 1)
    epochs = min(MOST_EPOCHS, max(1, math.ceil(ROWS_SEEN / rows))) if rows else 3
    return {"learning_rate": rate, "num_train_epochs": epochs}


def _power_of_two(number: int) -> int:
    """The largest power of two up to `number`."""
    return 1 << (number.bit_length() - 1)
