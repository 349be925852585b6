"""The sizes of a model, from its `config.json` and the headers of its weights. Loads neither torch nor weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from modelforge.exceptions import ProviderError
from modelforge.hardware.anatomy import Anatomy, Block, Linear
from modelforge.hardware.decoder_families import DECODERS, llama_like
from modelforge.hardware.encoder_families import ENCODERS
from modelforge.hardware.hub_config import hub_config
from modelforge.hardware.model_files import read_header, read_object
from modelforge.hardware.state_layers import carries_state
from modelforge.starter import STARTER, starter_path
from modelforge.storage.adapter_config import is_adapter, read_adapter_config
from modelforge.storage.folders import ModelFolder

FAMILIES = {**DECODERS, **ENCODERS}
LLAMA_KEYS = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size")
ATTENTION_DROPOUT = ("attention_dropout", "attn_pdrop", "attention_probs_dropout_prob")
HIDDEN_DROPOUT = ("resid_pdrop", "hidden_dropout", "hidden_dropout_prob", "dropout_rate", "dropout")
CAUSAL_HEADS = ("ForCausalLM", "LMHeadModel")
"""What the names of classes that continue a text contain."""
# fmt: off
POSITION_TABLES = {
    **dict.fromkeys((
        "albert", "bart", "bert", "bert-generation", "big_bird", "biogpt", "convbert", "deberta", "deberta-v2",
        "distilbert", "electra", "ernie", "gpt2", "megatron-bert", "mobilebert", "mra", "nystromformer", "rembert",
        "roc_bert", "roformer", "splinter", "squeezebert", "yoso",
    ), 0),
    **dict.fromkeys((
        "camembert", "data2vec-text", "ibert", "longformer", "luke", "mpnet", "roberta", "roberta-prelayernorm",
        "xlm-roberta", "xlm-roberta-xl",
    ), 2),
}
# fmt: on
"""Types with a table of positions that ends, and how many of these no token can have. All others whose shape is known
compute theirs, as does DeBERTa without `position_biased_input`. `tests/hardware/test_position_tables.py` holds this
against models of all types."""
EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
"""Keys of `config.json` under which families say how many experts a layer has."""
STORED_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I8": 1, "U8": 1, "BOOL": 1}


@dataclass(frozen=True)
class ModelShape:
    """All that a memory plan and a task need to know of a model."""

    model_type: str
    anatomy: Anatomy
    parameters: int
    """Tied weights counted once."""
    is_exact: bool
    """Whether `parameters` was read from the weights, or follows a family that is known; else the model was taken for a
    Llama by its config's keys."""
    dtype: str
    """What the weights are stored in: `float32`, `bfloat16`, `float16`."""
    max_positions: int | None
    """The longest sequence that it was made for, in tokens."""
    position_limit: int | None
    """Tokens beyond which nothing can be computed, since each position is learned; else none."""
    attention_dropout: float
    hidden_dropout: float
    stored_bytes: int | None = None
    """Size of the weights as they lie on disk, where they do."""
    labels: tuple[str, ...] = ()
    """What a classifier's outputs are called, in their order."""
    experts: int = 0
    """How many feed-forward networks a layer of a mixture of experts chooses from; 0 in a dense model."""
    carries_state: bool = False
    """Whether some of its layers hand a state from token to token, beside attention or instead of it."""
    quantised_by: str | None = None
    """The method that its weights were quantised with before they were saved: `bitsandbytes`, `awq`; else nothing."""

    @classmethod
    def read(cls, location: str, revision: str | None = None) -> ModelShape:
        """The shape of a local model folder, or of a hub id (its `config.json` alone is fetched).

        Raises:
            ProviderError: there is no readable `config.json`, or it describes no known kind of model.
        """
        folder = Path(location)
        if not folder.is_dir():
            return cls.from_config(hub_config(location, revision))
        if is_adapter(folder) and not (folder / "config.json").is_file():
            base = cls.read(*_base_of(folder))
            return replace(base, labels=adapter_labels(folder) or base.labels)
        return cls.from_config(read_object(folder / "config.json"), sorted(folder.glob("*.safetensors")))

    @classmethod
    def from_config(cls, config: Mapping[str, Any], weights: Iterable[Path] = ()) -> ModelShape:
        """The shape that a `config.json` describes; `weights` are its safetensors files, whose headers are exact."""
        labels = label_names(config)
        config = {**config, **config.get("text_config", {})}
        kind = str(config.get("model_type"))
        anatomy = _anatomy(config, kind)
        tensors = [tensor for file in weights for tensor in read_header(file).values()]
        counted = sum(math.prod(tensor["shape"]) for tensor in tensors)
        return cls(
            model_type=kind,
            anatomy=anatomy,
            parameters=counted or anatomy.parameters,
            is_exact=bool(counted) or kind in FAMILIES,
            dtype=str(config.get("dtype") or config.get("torch_dtype") or "float32"),
            max_positions=_max_positions(config),
            position_limit=_position_limit(config, kind),
            attention_dropout=_first(config, ATTENTION_DROPOUT),
            hidden_dropout=_first(config, HIDDEN_DROPOUT),
            stored_bytes=sum(math.prod(t["shape"]) * STORED_BYTES.get(t["dtype"], 4) for t in tensors) or None,
            labels=labels,
            experts=_experts(config),
            carries_state=carries_state(config),
            quantised_by=_quantised_by(config),
        )

    @property
    def layout(self) -> Literal["decoder", "encoder", "encoder-decoder"]:
        """Which stacks it has: what decides the tasks that it can do."""
        if any(block.is_cross for block in self.anatomy.blocks):
            return "encoder-decoder"
        return "decoder" if all(block.causal for block in self.anatomy.blocks) else "encoder"

    @property
    def vocab_size(self) -> int:
        """Rows of the token embedding."""
        return self.anatomy.vocab

    @property
    def hidden_size(self) -> int:
        """Width of the residual stream."""
        return self.anatomy.hidden

    @property
    def layers(self) -> int:
        """Layers of all stacks."""
        return sum(block.layers for block in self.anatomy.blocks)

    @property
    def linear_weights(self) -> int:
        """Weights of the linear layers: what quantisation shrinks."""
        return sum(times * linear.weights for times, linear in self.anatomy.stored_linears)

    def adapted(self, target_modules: str | Sequence[str]) -> tuple[tuple[Block, tuple[Linear, ...]], ...]:
        """Each block with those of its linear layers that get an adapter: all, or those whose names end so."""
        return tuple(
            (block, tuple(linear for linear in block.linears if _is_named(linear.name, target_modules)))
            for block in self.anatomy.blocks
        )

    def adapters(self, target_modules: str | Sequence[str]) -> tuple[tuple[int, Linear], ...]:
        """Each linear layer that gets adapters, those between embedding and stacks as well, and how many it gets."""
        return tuple(
            (times, linear) for times, linear in self.anatomy.stored_linears if _is_named(linear.name, target_modules)
        )

    def lora_parameters(self, r: int, target_modules: str | Sequence[str], *, dora: bool = False) -> int:
        """Trained parameters of rank-`r` adapters: `r · (in + out)` a layer, and with DoRA its `out` magnitudes."""
        return sum(
            times * (r * (linear.in_features + linear.out_features) + (linear.out_features if dora else 0))
            for times, linear in self.adapters(target_modules)
        )


def label_names(config: Mapping[str, Any]) -> tuple[str, ...]:
    """What a `config.json` calls the outputs of a classifier, in their order; nothing where it names none."""
    named = config.get("id2label") or {}
    return tuple(str(named[number]) for number in sorted(named, key=int))


def adapter_labels(folder: Path) -> tuple[str, ...]:
    """What an adapter of the library calls the outputs of its classifier, in their order. Nothing of an adapter from
    elsewhere: `adapter_config.json` does not name them."""
    model = ModelFolder(folder)
    return model.read_manifest().classes if model.manifest.is_file() else ()


def _base_of(folder: Path) -> tuple[str, str | None]:
    """Where the base of an adapter lies, and its revision; one of the same library also after the home was moved."""
    adapter = read_adapter_config(folder)
    name = adapter.base
    if name.startswith(STARTER):
        return str(starter_path(name.removeprefix(STARTER))), None
    place = Path(name)
    moved = ModelFolder(folder).neighbour(place) if place.is_absolute() and not place.is_dir() else None
    return str(moved or name), adapter.revision


def _anatomy(config: Mapping[str, Any], kind: str) -> Anatomy:
    build = FAMILIES.get(kind) or (llama_like if _seems_llama_like(config) else None)
    if build is None:
        saved_as = ", ".join(config.get("architectures") or ())
        raise ProviderError(
            f"ModelForge does not know models of type {kind!r}{f', saved as {saved_as}' if saved_as else ''}.",
            hint=f"Known types: {', '.join(sorted(FAMILIES))}, and language models laid out like Llama.",
            code="unknown-model-type",
            params={"type": str(kind), "known": ", ".join(sorted(FAMILIES))},
        )
    try:
        return build(config)
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderError(
            f"config.json of this {kind} model lacks a usable {error}.",
            hint="Download or export the model again.",
            code="model-config-lacks",
            params={"type": kind, "key": str(error)},
        ) from error


def _seems_llama_like(config: Mapping[str, Any]) -> bool:
    """Whether a model of an unknown type has Llama's sizes and, as far as its config says, continues a text.

    A classifier's name says nothing of that; but only encoders tell two texts apart by token types.
    """
    if not all(key in config for key in LLAMA_KEYS):
        return False
    names = " ".join(config.get("architectures") or ())
    if "ForSequenceClassification" in names:
        return "type_vocab_size" not in config
    return not names or "text_config" in config or any(head in names for head in CAUSAL_HEADS)


def _experts(config: Mapping[str, Any]) -> int:
    counts = (config.get(key) for key in EXPERTS)
    return max((count for count in counts if isinstance(count, int)), default=0)


def _quantised_by(config: Mapping[str, Any]) -> str | None:
    """bitsandbytes is the one method that the configs of early versions do not name."""
    quantised = config.get("quantization_config")
    return str(quantised.get("quant_method") or "bitsandbytes") if quantised else None


def _max_positions(config: Mapping[str, Any]) -> int | None:
    return config.get("max_position_embeddings") or config.get("n_positions")


def _position_limit(config: Mapping[str, Any], kind: str) -> int | None:
    longest = _max_positions(config)
    if longest is None or kind not in POSITION_TABLES or not config.get("position_biased_input", True):
        return None
    return longest - POSITION_TABLES[kind]


def _first(config: Mapping[str, Any], keys: tuple[str, ...]) -> float:
    """The value under the first of `keys` that the config has, else 0."""
    return next((float(config[key]) for key in keys if config.get(key) is not None), 0.0)


def _is_named(name: str, targets: str | Sequence[str]) -> bool:
    if targets == "all-linear":
        return True
    return any(name == target or name.endswith(f".{target}") for target in targets)
