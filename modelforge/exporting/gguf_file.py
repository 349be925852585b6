"""A transformers model → one GGUF file, written tensor by tensor: none is held in memory twice.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.exporting.architectures import Architecture, add_hyperparameters
from modelforge.exporting.gguf_vocabulary import add_vocabulary
from modelforge.exporting.pretokenizers import Vocabulary
from modelforge.schemas.export import Quantization
from modelforge.storage.atomic import storage_errors

Progress = Callable[[int, int], None]
"""Called with (bytes written, bytes in all)."""
ROPE_FACTORS = "rope_freqs.weight"
FINE = ("token_embd.weight", "output.weight")
"""Kept in 8 bits where the rest has 4: every answer goes through them, and the two are often one tensor."""


def write_gguf(
    path: Path,
    model: Any,
    architecture: Architecture,
    quantization: Quantization,
    *,
    name: str,
    vocabulary: Vocabulary,
    template: str | None,
    on_progress: Progress = lambda _done, _total: None,
) -> None:
    """Write `model`, a transformers model in fp32 with no adapter on it.

    Raises:
        ConfigurationError: it has a tensor that this architecture does not know.
        StorageError: the disk is full, for example.
    """
    from gguf import GGML_QUANT_VERSION, GGUFWriter, LlamaFileType, quant_shape_to_byte_shape, quantize

    writer = GGUFWriter(path, architecture.name)
    writer.add_type("model")
    writer.add_name(name)
    writer.add_file_type(LlamaFileType[f"MOSTLY_{quantization.upper()}"])
    writer.add_quantization_version(GGML_QUANT_VERSION)
    add_hyperparameters(writer, model.config)
    add_vocabulary(writer, vocabulary, template)
    sizes = []
    for tensor, shape, _ in tensors(model, architecture):
        kind = number_type(tensor, shape, quantization)
        sizes.append(math.prod(quant_shape_to_byte_shape(shape, kind)))
        writer.add_tensor_info(tensor, shape, None, sizes[-1], raw_dtype=kind)
    with storage_errors("written", path):
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        done = 0
        for size, (tensor, shape, values) in zip(sizes, tensors(model, architecture), strict=True):
            writer.write_tensor_data(quantize(values(), number_type(tensor, shape, quantization)))
            done += size
            on_progress(done, sum(sizes))
        writer.close()


def tensors(model: Any, architecture: Architecture) -> Iterator[tuple[str, tuple[int, ...], Callable[[], Any]]]:
    """Each tensor of the file: its name, its shape as rows of numbers, and its values in fp32 when they are needed."""
    from gguf import MODEL_ARCH, get_tensor_name_map

    names = get_tensor_name_map(MODEL_ARCH[architecture.name.upper()], model.config.num_hidden_layers)
    if (factors := rope_factors(model)) is not None:
        yield ROPE_FACTORS, tuple(factors.shape), factors.numpy
    for name, weight in model.state_dict().items():
        if name == "lm_head.weight" and model.config.tie_word_embeddings:
            continue
        found = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise ConfigurationError(
                f"A GGUF file of a {architecture.name} model has no place for {name}.",
                hint="Export it with --format safetensors.",
                code="gguf-no-place",
                params={"type": architecture.name, "weight": name},
            )
        yield (
            found,
            tuple(weight.shape),
            _values(weight, _heads(found, model.config) if architecture.interleaved else 0),
        )


def number_type(name: str, shape: tuple[int, ...], quantization: Quantization) -> Any:
    """The `GGMLQuantizationType` of a tensor. Norms and biases stay in fp32, as llama.cpp wants them."""
    from gguf import GGMLQuantizationType

    if len(shape) == 1:
        return GGMLQuantizationType.F32
    if quantization == "q4_0" and name in FINE:
        return GGMLQuantizationType.Q8_0
    return GGMLQuantizationType[quantization.upper()]


def rope_factors(model: Any) -> Any:
    """Where positions are stretched as in Llama 3.1: by how much each frequency is divided, [head width / 2]."""
    import torch

    if model.config.rope_parameters.get("rope_type", "default") == "default":
        return None
    slowed = model.model.rotary_emb.inv_freq.float().cpu()
    steps = torch.arange(len(slowed), dtype=torch.float32) / len(slowed)
    return (model.config.rope_parameters["rope_theta"] ** -steps) / slowed


def interleave(weight: Any, heads: int) -> Any:
    """Rows (or a bias) of queries or keys, head by head: (half, pair) → (pair, half).

    transformers rotates row i with row i + width / 2 of a head, llama.cpp's llama row 2i with row 2i + 1.
    """
    return weight.reshape(heads, 2, -1, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def _heads(name: str, config: Any) -> int:
    """How many heads the rows belong to; 0 where they are not rotated."""
    if ".attn_q." in name:
        return int(config.num_attention_heads)
    return int(config.num_key_value_heads) if ".attn_k." in name else 0


def _values(weight: Any, heads: int) -> Callable[[], Any]:
    def values() -> Any:
        numbers = weight.float().cpu()
        return (interleave(numbers, heads) if heads else numbers).contiguous().numpy()

    return values
