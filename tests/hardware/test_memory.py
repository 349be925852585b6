"""The plan: its parts, its moments, what it advises, and what the process that trains does with memory."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from modelforge.hardware.detector import detect
from modelforge.hardware.memory import plan_memory
from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.providers.unsloth_provider import UnslothProvider
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.hardware import Accelerator, Hardware
from modelforge.schemas.plan import MemoryPlan

GIB = 2**30
LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "vocab_size": 128_256,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "max_position_embeddings": 8192,
}
SHAPES = {
    "1B": ModelShape.from_config(
        {
            **LLAMA,
            "hidden_size": 2048,
            "intermediate_size": 8192,
            "num_hidden_layers": 16,
            "tie_word_embeddings": True,
        }
    ),
    "8B": ModelShape.from_config({**LLAMA, "hidden_size": 4096, "intermediate_size": 14_336, "num_hidden_layers": 32}),
}
EIGHT_ROWS = {"optimization": {"per_device_train_batch_size": 8}}
RECOMPUTE = {"compute": {"gradient_checkpointing": True}}
QLORA = {
    "strategy": {"name": "qlora"},
    "quantization": {"bits": 4},
    "optimization": {"per_device_train_batch_size": 8, "optim": "paged_adamw_8bit"},
    **RECOMPUTE,
}
MEASURED = {
    "LoRA": ("1B", EIGHT_ROWS, 21.94),
    "LoRA, 8B": ("8B", {**EIGHT_ROWS, **RECOMPUTE}, 22.52),
    "QLoRA, 8B": ("8B", QLORA, 12.50),
    "8-bit": ("1B", {**EIGHT_ROWS, "quantization": {"bits": 8}}, 21.28),
    "DPO": ("1B", {"optimization": {"per_device_train_batch_size": 4}, "strategy": {"name": "dpo"}}, 22.08),
    "packed": (
        "1B",
        {
            "optimization": {"per_device_train_batch_size": 2},
            "strategy": {"packing": True},
            "data": {"max_length": 4096},
        },
        18.84,
    ),
    "full": (
        "1B",
        {
            "finetuning_type": "full",
            "optimization": {"per_device_train_batch_size": 8, "optim": "paged_adamw_8bit"},
            **RECOMPUTE,
        },
        16.57,
    ),
    "Unsloth, LoRA": ("1B", {**EIGHT_ROWS, "provider": "unsloth"}, 14.62),
    "Unsloth, QLoRA, 8B": ("8B", {**QLORA, "provider": "unsloth"}, 9.80),
}
"""What one attempt took of an H200, in GiB, as the driver told it: benchmarks/results/bench_gpu.md."""


@pytest.mark.parametrize("name", sorted(MEASURED))
def test_a_plan_for_a_gpu_is_what_a_gpu_was_seen_to_take(name: str) -> None:
    shape, recipe, took = MEASURED[name]

    planned = planned_on_gpu(SHAPES[shape], recipe).total_bytes / GIB

    assert planned == pytest.approx(took, rel=0.03)


def test_a_provider_made_of_unsloths_is_planned_for_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    own = type("OwnProvider", (UnslothProvider,), {"name": "own"})
    monkeypatch.setitem(ProviderFactory.providers, "own", own)

    planned = {name: planned_on_gpu(SHAPES["1B"], {"provider": name}) for name in ("own", "unsloth", "huggingface")}

    assert planned["own"] == planned["unsloth"]
    assert planned["own"].total_bytes < planned["huggingface"].total_bytes


def test_the_moments_of_embeddings_stay_in_fp32_beside_8_bit_ones() -> None:
    shape, recipe, _ = MEASURED["full"]
    embedding = 128_256 * 2048

    optimizer = planned_on_gpu(SHAPES[shape], recipe).parts.optimizer

    assert optimizer == pytest.approx((SHAPES[shape].parameters - embedding) * 2.03 + embedding * 8, rel=1e-6)


def test_what_does_not_fit_is_told_with_changes_up_to_one_that_fits() -> None:
    plan = planned_on_gpu(SHAPES["8B"], EIGHT_ROWS, gib=24)

    assert not plan.fits
    assert any("gradient_checkpointing" in one.message for one in plan.advice)
    assert [one.params["gib"] for one in plan.advice] == sorted(
        (one.params["gib"] for one in plan.advice), reverse=True
    )
    assert all(f"{one.params['gib']:.1f} GiB" in one.message for one in plan.advice)
    assert plan.largest_micro_batch < 8


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PyTorch's allocator for CUDA")
def test_a_worker_lets_torch_grow_its_blocks_unless_told_otherwise() -> None:
    assert "expandable_segments:True" in told_to_torch({})
    assert told_to_torch({"PYTORCH_ALLOC_CONF": "max_split_size_mb:64"}) == "[]"


def told_to_torch(environment: dict[str, str]) -> str:
    """What a fresh process tells torch of allocating. The build for a CPU has the setter but nothing that heeds it."""
    code = (
        "import torch\n"
        "from modelforge.hardware.allocator import growing_segments\n"
        "told = []\n"
        "torch._C._accelerator_setAllocatorSettings = told.append\n"
        "growing_segments()\n"
        "print(told)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**{name: value for name, value in os.environ.items() if "ALLOC_CONF" not in name}, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout.strip()


def planned_on_gpu(shape: ModelShape, recipe: dict[str, Any], gib: int = 139) -> MemoryPlan:
    """Rows of 1,376 tokens at most on a card with `gib` free, answers not generated."""
    base = {
        "model": "random",
        "dataset": "random",
        "evaluation": {"generate": False, "eval_strategy": "no"},
        "data": {"max_length": 2048},
    }
    config = parse_training_config({**base, **recipe}).config
    return plan_memory(config, shape, 1376, gpu(gib * GIB))


def gpu(free: int) -> Hardware:
    """A machine with one such card."""
    card = Accelerator(
        index=0,
        name="NVIDIA H200",
        kind="cuda",
        total_bytes=free,
        free_bytes=free,
        utilization=0.0,
        compute_capability="9.0",
    )
    return detect().model_copy(update={"accelerators": (card,)})
