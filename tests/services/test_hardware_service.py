"""What a machine is advised: models that its memory holds, whichever memory that is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from modelforge.exceptions import HardwareError
from modelforge.hardware.profiles import recommended_models
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.hardware import Accelerator, Hardware
from modelforge.services.hardware_service import HardwareService
from modelforge.storage.file_manager import FileManager

GB = 10**9


def machine(memory: int, *accelerators: Accelerator) -> Hardware:
    return Hardware(
        system="Linux",
        processor="a processor",
        cores=2,
        physical_cores=2,
        memory_total_bytes=memory,
        memory_available_bytes=memory,
        disk_free_bytes=100 * GB,
        accelerators=accelerators,
        profile="mid" if accelerators else "cpu",
        fast_bf16=False,
    )


def advised(tmp_path: Path, hardware: Hardware, task: str | None = None) -> list[str]:
    return [model.id for model in HardwareService(FileManager(tmp_path), hardware).recommended_models(task)]


def test_a_processor_with_much_memory_is_advised_every_model_for_processors(tmp_path: Path) -> None:
    assert advised(tmp_path, machine(64 * GB)) == [model.id for model in recommended_models("cpu")]


def test_a_small_machine_is_advised_what_its_memory_holds(tmp_path: Path) -> None:
    small = HardwareService(FileManager(tmp_path), machine(2 * GB))
    found = {model.id: model for model in small.recommended_models()}
    left_out = [model for model in recommended_models("cpu") if model.id not in found]

    assert "starter:chat" in found
    assert "Qwen/Qwen3-0.6B" in {model.id for model in left_out}
    assert all(model.memory_bytes <= 2 * GB for model in found.values())
    frugal = {"batch_size": 1, "per_device_eval_batch_size": 1, "gradient_checkpointing": True}
    for model in left_out:
        config = parse_training_config({"model": model.id, "dataset": "d", "task": model.tasks[0], **frugal}).config
        assert not small.plan(config, min(1024, (model.config or {}).get("max_position_embeddings", 1024))).fits


@pytest.mark.parametrize("task", ["text-generation", "summarization", "extractive-question-answering"])
def test_what_is_advised_can_be_proposed(task: str, tmp_path: Path) -> None:
    small = HardwareService(FileManager(tmp_path), machine(2 * GB))

    for model in small.recommended_models(task):
        assert small.propose(model.id, "d", task=task, longest=256).model == model.id


@pytest.mark.parametrize(
    ("strategy", "finetuning_type"),
    [
        *((name, "lora") for name in ("sft", "qlora", "dpo", "kto", "reward", "rlhf")),
        ("sft", "full"),
        ("reward", "full"),
    ],
)
@pytest.mark.parametrize("memory", [64 * GB, 2 * GB])
@pytest.mark.parametrize("longest", [None, 20, 256, 5000])
def test_what_is_proposed_can_be_trained_by_every_strategy(
    strategy: str, finetuning_type: str, memory: int, longest: int | None, tmp_path: Path
) -> None:
    service = HardwareService(FileManager(tmp_path), machine(memory))

    config = service.propose(
        "starter:chat", "d", strategy=strategy, finetuning_type=finetuning_type, rows=1000, longest=longest
    )

    assert config.strategy.name == strategy
    assert parse_training_config(config.model_dump(mode="json")).config == config
    assert service.plan(config).fits


def test_a_step_of_rewards_holds_whole_groups_of_answers(tmp_path: Path) -> None:
    config = HardwareService(FileManager(tmp_path), machine(64 * GB)).propose("starter:chat", "d", strategy="rlhf")
    optimization, strategy = config.optimization, config.strategy

    assert isinstance(strategy, RlhfConfig)
    answers = optimization.per_device_train_batch_size * optimization.gradient_accumulation_steps
    assert answers % strategy.num_generations == 0
    assert answers // strategy.num_generations == 4


def test_the_longest_prompt_and_the_longest_answer_both_find_room(tmp_path: Path) -> None:
    service = HardwareService(FileManager(tmp_path), machine(64 * GB))
    for longest in (20, 100, 200):
        config = service.propose("starter:chat", "d", strategy="rlhf", longest=longest)
        assert isinstance(config.strategy, RlhfConfig)
        assert config.data.max_length >= longest + config.strategy.max_completion_length


def test_where_positions_are_few_prompt_and_sampled_answer_share_them(tiny_model: Path, tmp_path: Path) -> None:
    model = shutil.copytree(tiny_model, tmp_path / "model")
    described = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**described, "max_position_embeddings": 128}))

    config = HardwareService(FileManager(tmp_path), machine(64 * GB)).propose(str(model), "d", strategy="rlhf")

    assert isinstance(config.strategy, RlhfConfig)
    assert (config.data.max_length, config.strategy.max_completion_length) == (128, 64)


def gpu(free: int) -> Accelerator:
    return Accelerator(
        index=0, name="a GPU", kind="cuda", total_bytes=24 * GB, free_bytes=free, compute_capability="8.0"
    )


def test_a_gpu_decides_by_the_memory_that_is_free_on_it(tmp_path: Path) -> None:
    """Not by its size: another program may hold most of it. What is shown is the figure that was gone by."""
    whole = HardwareService(FileManager(tmp_path), machine(2 * GB, gpu(24 * GB))).recommended_models()
    assert [model.id for model in whole] == [model.id for model in recommended_models("mid")]
    assert not any(model.quantized for model in whole)

    left = HardwareService(FileManager(tmp_path), machine(64 * GB, gpu(3 * GB))).recommended_models()
    assert 0 < len(left) < len(whole)
    assert {"Qwen/Qwen3-0.6B", "starter:chat"} <= {model.id for model in left}
    assert all(model.memory_bytes < 3 * GB for model in left)
    needed = {model.id: model.memory_bytes for model in whole}
    assert all(model.quantized or model.memory_bytes == needed[model.id] for model in left)
    assert all(need > 0.95 * 3 * GB for name, need in needed.items() if name not in {model.id for model in left})


def test_what_fits_a_gpu_in_four_bits_alone_is_shown_with_that_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = HardwareService(FileManager(tmp_path), machine(64 * GB, gpu(24 * GB))).recommended_models()
    needed = {model.id: model.memory_bytes for model in plain}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)  # bitsandbytes is there
    found = HardwareService(FileManager(tmp_path), machine(64 * GB, gpu(12 * GB))).recommended_models()

    quantised = [model for model in found if model.quantized]
    assert "Qwen/Qwen3-8B" in {model.id for model in quantised}
    assert all(model.memory_bytes < 0.95 * 12 * GB < needed[model.id] for model in quantised)


def test_every_plan_goes_by_the_memory_that_is_free_at_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [64 * GB]
    monkeypatch.setattr("modelforge.services.hardware_service.detect", lambda _home: machine(free[-1]))
    service = HardwareService(FileManager(tmp_path))
    config = parse_training_config({"model": "starter:chat", "dataset": "d"}).config
    many = len(service.recommended_models())
    assert service.plan(config).fits

    free.append(100_000_000)  # another program has taken the rest
    plan = service.plan(config)
    assert (plan.fits, plan.available_bytes) == (False, 100_000_000)
    assert service.recommended_models() == ()
    with pytest.raises(HardwareError):
        service.propose("starter:chat", "d")

    free.append(64 * GB)
    assert len(service.recommended_models()) == many
    assert service.propose("starter:chat", "d").model == "starter:chat"


def test_where_nothing_fits_nothing_is_advised_and_the_hint_says_so(tmp_path: Path) -> None:
    tiny = HardwareService(FileManager(tmp_path), machine(100_000_000))

    assert tiny.recommended_models() == ()
    with pytest.raises(HardwareError) as caught:
        tiny.propose("starter:chat", "d")
    assert caught.value.hint == "Free memory, or take a machine that has more."
