"""Models that are refused before anything is queued or planned, whatever else is known of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig
from typer.testing import CliRunner

from modelforge.cli.app import app
from modelforge.exceptions import ConfigurationError, ProviderError
from modelforge.hardware.decoder_families import DECODERS
from modelforge.hardware.fitness import check_adapters, check_trainable
from modelforge.hardware.memory import plan_memory
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.services.hardware_service import HardwareService
from modelforge.storage.file_manager import FileManager
from modelforge.training.preparation import prepare

DENSE: dict[str, Any] = {
    "model_type": "new",
    "architectures": ["NewForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 512,
}
MIXTURES: dict[str, dict[str, Any]] = {
    "Qwen3-30B-A3B": {"model_type": "qwen3_moe", "num_experts": 128},
    "Mixtral": {"model_type": "mixtral", "num_local_experts": 8},
    "DeepSeek": {"model_type": "deepseek_v3", "n_routed_experts": 256, "n_shared_experts": 1},
    "within": {"text_config": {"num_local_experts": 16}},
}
QUANTISED: dict[str, tuple[dict[str, Any], str]] = {
    "bitsandbytes": ({"load_in_4bit": True, "quant_method": "bitsandbytes"}, "bitsandbytes"),
    "bitsandbytes, unnamed": ({"load_in_8bit": True}, "bitsandbytes"),
    "AWQ": ({"bits": 4, "quant_method": "awq"}, "awq"),
    "GPTQ": ({"bits": 4, "quant_method": "gptq"}, "gptq"),
    "FP8": ({"quant_method": "fp8"}, "fp8"),
}


@pytest.mark.parametrize("name", MIXTURES)
def test_mixtures_of_experts_are_refused_and_never_planned_for_as_dense(name: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**DENSE, **MIXTURES[name]}))
    config = parse_training_config({"model": str(tmp_path), "dataset": "d"}).config

    with pytest.raises(ProviderError, match=r"mixture of \d+ experts .* not supported yet.*Choose a dense model"):
        HardwareService(FileManager(tmp_path / "home")).plan(config, 64)
    told = CliRunner().invoke(app, ["plan", f"model={tmp_path}", "dataset=d"])
    assert getattr(told.exception, "code", None) == "mixture-of-experts"


@pytest.mark.parametrize("name", QUANTISED)
def test_weights_that_are_quantised_already_are_refused_with_the_way_to_train_in_four_bits(name: str) -> None:
    written, method = QUANTISED[name]
    shape = ModelShape.from_config({**DENSE, "quantization_config": written})

    with pytest.raises(ProviderError, match=rf"quantised already \(by {method}\).*repository.*quantization.bits: 4"):
        check_trainable(shape)


@pytest.mark.parametrize(
    "config",
    [DENSE, {**DENSE, "num_experts": None}, {**DENSE, "num_local_experts": 1}, {**DENSE, "quantization_config": None}],
)
def test_dense_models_in_full_precision_pass(config: dict[str, Any]) -> None:
    check_trainable(ModelShape.from_config(config))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"num_local_experts": 4}, "mixture-of-experts"),
        ({"quantization_config": {"quant_method": "awq"}}, "quantised-already"),
    ],
)
def test_a_run_on_such_a_model_is_not_prepared(
    written: dict[str, Any], code: str, tiny_model: Path, tmp_path: Path
) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    (model / "config.json").write_text(json.dumps(json.loads((model / "config.json").read_text()) | written))
    config = parse_training_config(
        {"model": str(model), "dataset": "no such rows: refused before they are read"}
    ).config

    with pytest.raises(ProviderError) as caught:
        prepare(config, FileManager(tmp_path / "home"), tmp_path / "data")

    assert caught.value.code == code


@pytest.mark.parametrize(("config", "is_exact"), [(DENSE, False), ({**DENSE, "model_type": "llama"}, True)])
def test_a_plan_says_whether_the_layout_of_the_model_is_known(config: dict[str, Any], is_exact: bool) -> None:
    run = parse_training_config({"model": "m", "dataset": "d"}).config

    assert plan_memory(run, ModelShape.from_config(config), 64).is_exact == is_exact


@pytest.mark.parametrize(
    "kind",
    [
        *("bamba", "falcon_h1", "granitemoehybrid", "jamba", "kimi_linear", "lfm2", "minimax", "olmo_hybrid"),
        *("qwen3_5_text", "qwen3_next", "recurrent_gemma", "zamba2"),
    ],
)
def test_layers_that_carry_a_state_are_seen_in_the_config_that_transformers_writes(kind: str) -> None:
    assert ModelShape.from_config(AutoConfig.for_model(kind).to_dict()).carries_state


def test_a_plan_refuses_to_pack_for_a_model_in_which_rows_would_not_stay_apart(tmp_path: Path) -> None:
    """As the preflight will, which `tests/training/test_training_truths.py` shows to be right."""
    AutoConfig.for_model("lfm2", num_hidden_layers=2, layer_types=["conv", "full_attention"]).save_pretrained(tmp_path)
    recipe = {"model": str(tmp_path), "dataset": "d"}
    service = HardwareService(FileManager(tmp_path / "home"))

    with pytest.raises(ConfigurationError) as refused:
        service.plan(parse_training_config({**recipe, "strategy": {"packing": True}}).config, 64)
    told = CliRunner().invoke(app, ["plan", f"model={tmp_path}", "dataset=d", "strategy.packing=true"])

    assert refused.value.code == "packing-mixes-rows"
    assert getattr(told.exception, "code", None) == "packing-mixes-rows"
    assert service.plan(parse_training_config(recipe).config, 64).total_bytes > 0


@pytest.mark.parametrize("kind", ["cohere2", "exaone4", "gemma3_text", "gpt_oss", "llama4_text", "qwen2", *DECODERS])
def test_attention_alone_carries_none_whichever_tokens_it_sees(kind: str) -> None:
    assert not ModelShape.from_config(AutoConfig.for_model(kind).to_dict()).carries_state


def test_adapters_that_peft_refuses_beside_mamba_layers_are_refused_before_and_those_of_the_hint_are_not(
    tmp_path: Path,
) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    sizes = {"mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8, "mamba_d_state": 8, "mamba_chunk_size": 16}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8}
    layers = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "vocab_size": 64}
    written = AutoConfig.for_model("falcon_h1", **layers, **heads, **sizes)
    written.save_pretrained(tmp_path)
    shape = ModelShape.read(str(tmp_path))

    def recipe(**more: Any) -> TrainingConfig:
        return parse_training_config({"model": str(tmp_path), "dataset": "d", **more}).config

    for targets in ("all-linear", ["q_proj", "out_proj"]):
        with pytest.raises(ConfigurationError) as refused:
            HardwareService(FileManager(tmp_path / "home")).plan(recipe(lora={"target_modules": targets}), 64)
        with pytest.raises(ValueError, match="incompatible with Mamba-based models"):
            get_peft_model(AutoModelForCausalLM.from_config(written), LoraConfig(target_modules=targets))
        assert refused.value.code == "adapter-misses-states"
    check_adapters(recipe(finetuning_type="full"), shape)
    named = str(refused.value.params["modules"]).split(", ")
    check_adapters(recipe(lora={"target_modules": named}), shape)
    get_peft_model(AutoModelForCausalLM.from_config(written), LoraConfig(target_modules=named))
