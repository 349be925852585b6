"""Where weights come from, and what is said when they do not come."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError, ProviderError
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.starter import starter_path
from modelforge.tasks.head import CAUSAL


@pytest.fixture
def provider() -> HuggingFaceProvider:
    return HuggingFaceProvider()


def options() -> LoadOptions:
    import torch

    return LoadOptions("cpu", torch.float32)


def model_class() -> type:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM


def test_the_factory_knows_the_provider_by_its_name() -> None:
    assert ProviderFactory.create_provider("huggingface").get_provider_name() == "huggingface"
    with pytest.raises(ConfigurationError, match="huggingface"):
        ProviderFactory.create_provider("nowhere")


def test_names_are_resolved_by_their_form(provider: HuggingFaceProvider, tiny_model: Path) -> None:
    assert provider.resolve("starter:chat").folder == starter_path("chat")
    assert provider.resolve(str(tiny_model)).folder == tiny_model.resolve()
    assert provider.resolve("owner/name", "v2") == ModelSource("owner/name", "v2")
    assert provider.resolve("./not-there").folder is None


def test_a_good_folder_passes_and_a_starter_too(provider: HuggingFaceProvider, tiny_model: Path) -> None:
    provider.validate_model_access(provider.resolve(str(tiny_model)))
    provider.validate_model_access(provider.resolve("starter:chat"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("./not-there", "no model folder"),
        ("/not/there/at/all", "no model folder"),
        ("not a hub id!", "no hub id"),
        ("owner/unknown-model", "cannot be reached"),
    ],
)
def test_a_model_that_is_not_there_is_refused_with_the_way_out(
    provider: HuggingFaceProvider, name: str, words: str
) -> None:
    with pytest.raises(ProviderError, match=words) as caught:
        provider.validate_model_access(provider.resolve(name))

    assert caught.value.hint


def test_a_folder_without_config_or_with_pickled_weights_is_refused(
    provider: HuggingFaceProvider, tiny_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(ProviderError, match=r"no config\.json"):
        provider.validate_model_access(ModelSource(str(tmp_path)))

    copy = Path(shutil.copytree(tiny_model, tmp_path / "pickled"))
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ProviderError, match="safetensors") as caught:
        provider.validate_model_access(ModelSource(str(copy)))
    assert "Pickled weights are never loaded" in (caught.value.hint or "")
    with pytest.raises(ProviderError):
        provider.load_model(ModelSource(str(copy)), model_class(), options())


def test_a_broken_tokenizer_is_a_provider_error(provider: HuggingFaceProvider, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))

    with pytest.raises(ProviderError, match="tokenizer"):
        provider.load_tokenizer(ModelSource(str(tmp_path)))


def test_a_tokenizer_without_a_pad_token_pads_with_its_end(
    provider: HuggingFaceProvider, tiny_model: Path, tmp_path: Path
) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer.pad_token = None
    tokenizer.save_pretrained(tmp_path)

    assert provider.load_tokenizer(ModelSource(str(tmp_path))).pad_token == tokenizer.eos_token


def adapting(*targets: str, **written: Any) -> TrainingConfig:
    lora = {"target_modules": list(targets) or "all-linear"}
    return parse_training_config({"model": "m", "dataset": "d", "lora": lora, **written}).config


@pytest.mark.parametrize(
    ("targets", "unknown"),
    [
        (["q_proj", "v_porj"], "v_porj"),
        (["nowhere", "q_proj", "mlp"], "nowhere, mlp"),  # an MLP is there, but is no layer that takes an adapter
        (["_proj"], "_proj"),
    ],
)
def test_every_layer_that_the_model_has_not_got_is_refused_with_those_that_it_has(
    provider: HuggingFaceProvider, tiny_model: Path, targets: list[str], unknown: str
) -> None:
    with pytest.raises(ProviderError, match=f"is called {unknown}") as caught:
        provider.check_fit(ModelSource(str(tiny_model)), adapting(*targets), CAUSAL)

    assert "down_proj, embed_tokens, gate_proj, k_proj, lm_head, o_proj, q_proj, up_proj, v_proj" in str(caught.value)
    assert "v_porj" not in targets or "Did you mean v_proj?" in str(caught.value)


@pytest.mark.parametrize("targets", [["q_proj", "self_attn.v_proj"], ["model.layers.0.mlp.up_proj"], []])
def test_layers_that_are_there_are_accepted_by_name_and_by_path(
    provider: HuggingFaceProvider, tiny_model: Path, targets: list[str]
) -> None:
    provider.check_fit(ModelSource(str(tiny_model)), adapting(*targets), CAUSAL)


def test_names_of_layers_do_not_matter_where_all_weights_are_trained(
    provider: HuggingFaceProvider, tiny_model: Path
) -> None:
    provider.check_fit(ModelSource(str(tiny_model)), adapting("nowhere", finetuning_type="full"), CAUSAL)


def test_looking_for_layers_takes_no_weights_of_a_large_model(provider: HuggingFaceProvider, tmp_path: Path) -> None:
    from transformers import LlamaConfig

    LlamaConfig(
        hidden_size=8192, intermediate_size=28_672, num_hidden_layers=80, num_attention_heads=64
    ).save_pretrained(tmp_path)

    with pytest.raises(ProviderError, match="v_porj"):  # 69 B parameters: 276 GB, were they there
        provider.check_fit(ModelSource(str(tmp_path)), adapting("q_proj", "v_porj"), CAUSAL)


def test_only_the_adapter_is_trainable(provider: HuggingFaceProvider, tiny_model: Path) -> None:
    config = parse_training_config({"model": "m", "dataset": "d"}).config
    model = provider.add_adapter(provider.load_model(ModelSource(str(tiny_model)), model_class(), options()), config)

    trainable = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert trainable
    assert all("lora_" in name for name in trainable)
    assert not any("lm_head" in name for name in trainable)


def test_an_adapter_folder_loads_as_its_base_with_the_adapter_merged(
    provider: HuggingFaceProvider, tiny_model: Path, tmp_path: Path
) -> None:
    import torch

    config = parse_training_config({"model": "m", "dataset": "d"}).config
    adapted = provider.add_adapter(provider.load_model(ModelSource(str(tiny_model)), model_class(), options()), config)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.1)
    adapted.save_pretrained(tmp_path)
    ids = torch.tensor([[1, 20, 30]])

    merged = provider.load_model(ModelSource(str(tmp_path)), model_class(), options())

    assert torch.allclose(merged(ids).logits, adapted.eval()(ids).logits, atol=1e-5)
    assert provider.load_tokenizer(ModelSource(str(tmp_path))).chat_template
