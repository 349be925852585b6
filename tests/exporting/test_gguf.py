"""GGUF files: what is written is what llama.cpp and transformers read, for every family that is promised."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError, TrainingError
from modelforge.exporting.architectures import ARCHITECTURES, architecture_of
from modelforge.exporting.fingerprint import WORST, fingerprint, largest_error
from modelforge.exporting.gguf_file import write_gguf
from modelforge.exporting.gguf_reader import GgufFile
from modelforge.exporting.gguf_vocabulary import check_tokenizer, exported_template, read_vocabulary
from modelforge.exporting.pretokenizers import PRE_TOKENIZERS, as_llama_cpp, same_ids
from modelforge.exporting.probe_texts import TEXTS
from modelforge.starter import starter_path

HERE = Path(__file__).parent
IDS = [1, 5, 90, 33, 201, 60, 7, 7, 120, 2]
STRETCHED = {
    "rope_theta": 500.0,
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}


def tiny(family: str, **config: Any) -> Any:
    """An untrained model whose weights are large enough that every mistake shows."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(3)
    shape = {
        "vocab_size": 264,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 128,
        "sliding_window": None,
    }
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **{**shape, **config}))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model.eval()


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


def written(path: Path, model: Any, tokenizer: Any, quantization: Any) -> GgufFile:
    write_gguf(
        path,
        model,
        architecture_of(model.config, quantization),
        quantization,
        name="tiny",
        vocabulary=read_vocabulary(tokenizer, model.config.vocab_size, TEXTS),
        template=exported_template(tokenizer),
    )
    return GgufFile(path)


@pytest.mark.parametrize(
    ("family", "config"),
    [
        ("llama", {"tie_word_embeddings": True}),
        ("llama", {"rope_parameters": STRETCHED, "head_dim": 32}),
        ("mistral", {}),
        ("qwen2", {"rope_parameters": {"rope_theta": 1e6, "rope_type": "default"}}),
        ("qwen3", {"head_dim": 32}),
    ],
)
def test_every_family_computes_the_same_once_it_is_read_back(
    family: str, config: dict[str, Any], tokenizer: Any, tmp_path: Path
) -> None:
    import torch

    model = tiny(family, **config)
    file = written(tmp_path / "tiny.gguf", model, tokenizer, "f16")
    back = file.model()
    with torch.no_grad():
        ours, theirs = (one(torch.tensor([IDS])).logits for one in (model, back))
    assert (ours - theirs).abs().max() < 2e-3 * ours.abs().max()
    assert largest_error(fingerprint(model), fingerprint(back), "f16") < WORST["f16"]
    assert file.field("general.architecture") == ARCHITECTURES[family].name
    assert file.field(f"{ARCHITECTURES[family].name}.attention.head_count_kv") == 2


@pytest.mark.parametrize(("quantization", "bits"), [("f16", 16), ("q8_0", 8.5), ("q4_0", 4.5)])
def test_a_quantised_file_is_as_small_and_as_close_as_its_type(
    quantization: Any, bits: float, tokenizer: Any, tmp_path: Path
) -> None:
    model = tiny("qwen2", vocab_size=263, tie_word_embeddings=False)
    file = written(tmp_path / "tiny.gguf", model, tokenizer, quantization)
    error = largest_error(fingerprint(model), fingerprint(file.model()), quantization)
    assert 0 < error < WORST[quantization]
    assert error > WORST[quantization] / 10
    sizes = {tensor.name: tensor.n_bytes * 8 / math.prod(tensor.shape) for tensor in file._reader.tensors}
    assert sizes["blk.0.ffn_up.weight"] == bits
    assert sizes["token_embd.weight"] == sizes["output.weight"] == max(bits, 8.5)
    assert sizes["blk.0.attn_q.bias"] == sizes["output_norm.weight"] == 32


def _other_rows_first(numbers: Any) -> Any:
    return numbers.flip(0)


def _fewer_rows(numbers: Any) -> Any:
    return numbers[:-1]


def _no_numbers(numbers: Any) -> Any:
    return numbers * math.nan


def _nothing(_: Any) -> None:
    return None


@pytest.mark.parametrize("spoiled", [_other_rows_first, _fewer_rows, _no_numbers, _nothing])
def test_a_tensor_that_is_not_the_models_is_named(spoiled: Any) -> None:
    ours, name = fingerprint(tiny("llama")), "model.layers.1.self_attn.q_proj.weight"
    assert largest_error(ours, dict(ours), "float32") == 0

    with pytest.raises(TrainingError, match=name) as caught:
        largest_error(ours, {**ours, name: spoiled(ours[name])}, "q4_0")
    assert caught.value.code == "export-weights-off"


def test_the_tokenizer_is_in_the_file(tokenizer: Any, tmp_path: Path) -> None:
    model = tiny("llama", vocab_size=270)
    file = written(tmp_path / "tiny.gguf", model, tokenizer, "f16")
    vocabulary, back = file.vocabulary(), file.tokenizer()
    assert (vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.add_bos) == (1, 2, 0, True)
    assert vocabulary.tokens[:3] == ["<|pad|>", "<|bos|>", "<|end|>"]
    assert vocabulary.tokens[-1] == "[UNUSED269]"
    assert (vocabulary.types[2], vocabulary.types[30], vocabulary.types[-1]) == (3, 1, 5)
    messages = [{"role": "user", "content": "Hello, Zürich 4711!"}, {"role": "assistant", "content": "Yes."}]
    assert "generation" in tokenizer.chat_template
    assert "generation %}" not in back.chat_template.replace("add_generation_prompt %}", "")
    assert (
        back.apply_chat_template(messages, tokenize=False)
        == tokenizer.apply_chat_template(messages, tokenize=False)
        != ""
    )
    assert same_ids(as_llama_cpp(vocabulary), tokenizer, TEXTS) == len(TEXTS)
    assert back("Hello")["input_ids"] == [1, *tokenizer("Hello", add_special_tokens=False)["input_ids"]]


def test_our_splits_are_llama_cpp_s_own() -> None:
    """Against ids that llama.cpp itself gave: see `ask_llama_cpp.py`."""
    from transformers import AutoTokenizer

    given = json.loads((HERE / "llama_cpp_ids.json").read_text())
    starter = AutoTokenizer.from_pretrained(starter_path("chat"))
    vocabulary = read_vocabulary(starter, 4096, TEXTS)
    for rule in PRE_TOKENIZERS:
        ours = as_llama_cpp(replace(vocabulary, pre=rule.name))
        assert [ours.encode(text, add_special_tokens=False).ids for text in TEXTS] == given[rule.name]
    assert vocabulary.pre == "gpt-2"  # its words are none of llama.cpp's; these come closest
    assert same_ids(as_llama_cpp(vocabulary), starter, TEXTS) == len(TEXTS) - 1
    assert same_ids(as_llama_cpp(replace(vocabulary, pre="llama-bpe")), starter, TEXTS) < len(TEXTS) - 1


@pytest.mark.parametrize(
    ("family", "config", "quantization", "words"),
    [
        ("gpt2", {}, "f16", "Models of type gpt2"),
        ("llama", {"hidden_size": 48, "num_attention_heads": 2}, "q8_0", "Rows of 48 weights"),
        ("llama", {"hidden_act": "gelu"}, "f16", "activation is gelu"),
        ("llama", {"attention_bias": True}, "f16", "has biases"),
        ("mistral", {"sliding_window": 64}, "f16", "slides over a window"),
        ("qwen2", {"rope_parameters": {"rope_type": "yarn", "factor": 4.0, "rope_theta": 1e4}}, "f16", "'yarn'"),
    ],
)
def test_what_the_format_cannot_hold_is_refused_by_its_config(
    family: str, config: dict[str, Any], quantization: Any, words: str
) -> None:
    from transformers import AutoConfig

    with pytest.raises(ConfigurationError, match=words) as caught:
        architecture_of(AutoConfig.for_model(family, **config), quantization)
    assert "--format safetensors" in (caught.value.hint or "") or "f16" in (caught.value.hint or "")


def test_a_tokenizer_of_another_kind_is_refused() -> None:
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
    with pytest.raises(ConfigurationError, match="not a byte-level BPE"):
        check_tokenizer(words)
