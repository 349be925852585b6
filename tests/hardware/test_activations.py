"""What a layer keeps for its backward pass, to the byte: PyTorch's own list of saved tensors against the count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from modelforge.hardware.activations import Pass, Training, layer_bytes
from modelforge.hardware.compute import resolve_compute
from modelforge.hardware.memory import training_pass
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import parse_training_config
from modelforge.strategies.dropout import keep_adapter_dropout_alone
from tests.hardware.test_anatomy import FIRST_DEBERTA, built_config
from tests.tasks.tiny_encoders import DEBERTA_V3

BATCH, LENGTH, RANK = 2, 48, 4
PADDED = Pass(
    batch=BATCH,
    sequence=LENGTH,
    width=4,
    masked=True,
    attention="sdpa",
    attention_dropout=0.0,
    hidden_dropout=0.0,
    is_cpu=True,
)
LORA, FULL = Training(full=False, rank=RANK), Training(full=True)
QUIET = {
    "gpt2": {"resid_pdrop": 0.0, "attn_pdrop": 0.0, "embd_pdrop": 0.0},
    **{
        kind: {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        for kind in ("bert", "electra", "albert", "mpnet", "deberta", "deberta-v2")
    },
}

DROPPING = {
    "llama": {"attention_dropout": 0.1},
    "gpt2": {"resid_pdrop": 0.1, "attn_pdrop": 0.1, "embd_pdrop": 0.1},
}


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3", "mistral", "gpt2", "bert", "electra", "albert"])
@pytest.mark.parametrize("training", [LORA, FULL], ids=["lora", "full"])
def test_a_layer_keeps_what_is_counted(kind: str, training: Training) -> None:
    assert kept_by_a_layer(kind, PADDED, training) == counted(kind, PADDED, training)


@pytest.mark.parametrize("training", [LORA, FULL], ids=["lora", "full"])
def test_a_layer_without_fused_attention_keeps_what_is_counted(training: Training) -> None:
    forward = replace(PADDED, attention="eager")

    assert kept_by_a_layer("mpnet", forward, training) == counted("mpnet", forward, training)


@pytest.mark.parametrize(
    ("kind", "changed", "error"),
    # The norms of version 1 are written out in Python, which is not counted.
    [("deberta-v2", DEBERTA_V3, 0.002), ("deberta", FIRST_DEBERTA, 0.14)],
)
@pytest.mark.parametrize("training", [LORA, FULL], ids=["lora", "full"])
@pytest.mark.parametrize("length", [48, 96])
def test_attention_to_relative_positions_is_counted(
    kind: str, changed: dict[str, Any], error: float, training: Training, length: int
) -> None:
    forward = replace(PADDED, attention="eager", sequence=length)

    kept = kept_by_a_layer(kind, forward, training, **changed)

    assert counted(kind, forward, training, **changed) == pytest.approx(kept, rel=error)


def test_unpadded_rows_have_no_mask_and_unrepeated_keys() -> None:
    forward = replace(PADDED, masked=False)

    assert kept_by_a_layer("llama", forward, LORA) == counted("llama", forward, LORA)


def test_eager_attention_keeps_the_probabilities() -> None:
    forward = replace(PADDED, attention="eager")

    assert kept_by_a_layer("llama", forward, LORA) == counted("llama", forward, LORA)


def test_dropout_before_adapters_keeps_an_input_for_each() -> None:
    training = replace(LORA, lora_dropout=0.1)

    assert kept_by_a_layer("llama", PADDED, training) == counted("llama", PADDED, training)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
@pytest.mark.parametrize("strategy", ["sft", "dpo", "kto", "reward", "rlhf"])
def test_the_dropout_of_the_base_is_counted_where_it_stays_on(kind: str, strategy: str) -> None:
    written = {"name": strategy, **({"rewards": [{"kind": "length", "at_most": 9}]} if strategy == "rlhf" else {})}
    run = {"model": "m", "dataset": "d", "compute": {"device": "cpu", "precision": "fp32"}, "strategy": written}
    config = parse_training_config(run).config
    shape = ModelShape.from_config(built_config(kind, **DROPPING[kind]).to_dict())
    planned = training_pass(config, shape, LENGTH, resolve_compute(config))
    forward = replace(planned, batch=BATCH, masked=True, labelled=None)

    kept = kept_by_a_layer(kind, forward, LORA, **DROPPING[kind], quiet=not config.strategy.keeps_base_dropout)

    assert counted(kind, forward, LORA, **DROPPING[kind]) == kept
    assert (forward.attention_dropout > 0) == (strategy == "sft")


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
@pytest.mark.parametrize("training", [LORA, FULL], ids=["lora", "full"])
def test_in_bf16_a_layer_keeps_what_is_counted_and_the_casts(kind: str, training: Training) -> None:
    forward = replace(PADDED, width=2)

    assert kept_by_a_layer(kind, forward, training) == counted(kind, forward, training) + casts(kind, training)


def counted(kind: str, forward: Pass, training: Training, **changed: Any) -> int:
    ((block, linears),) = ModelShape.from_config(built_config(kind, **changed).to_dict()).adapted("all-linear")
    return layer_bytes(block, linears, forward, training)


def casts(kind: str, training: Training) -> int:
    """Autocast's copies of one layer's trained weights, in bf16."""
    ((_, linears),) = ModelShape.from_config(built_config(kind).to_dict()).adapted("all-linear")
    numbers = [one.weights if training.full else RANK * (one.in_features + one.out_features) for one in linears]
    return 2 * sum(numbers)


def kept_by_a_layer(kind: str, forward: Pass, training: Training, **changed: Any) -> int:
    """Bytes that a model of three layers keeps beyond one of two."""
    three, two = (kept_bytes(kind, layers, forward, training, **changed) for layers in (3, 2))
    return three - two


def kept_bytes(
    kind: str, layers: int, forward: Pass, training: Training, *, quiet: bool = False, **changed: Any
) -> int:
    """Bytes of all storages that the forward pass saves and that are not the model's own; `quiet`: without dropout."""
    import torch

    model = trained_model(kind, layers, forward, training, **changed)
    if quiet:
        keep_adapter_dropout_alone(model)
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    saved: dict[int, Any] = {}

    def note(tensor: Any) -> Any:
        saved[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
        return tensor

    ids = torch.randint(1, 320, (forward.batch, forward.sequence), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    if forward.masked:
        mask[1, forward.sequence // 2 :] = 0
    with (
        torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor),
        torch.autocast("cpu", torch.bfloat16, enabled=forward.width == 2),
    ):
        model(input_ids=ids, attention_mask=mask, use_cache=False)
    return sum(storage.nbytes() for address, storage in saved.items() if address not in own)


def trained_model(kind: str, layers: int, forward: Pass, training: Training, **changed: Any) -> Any:
    """The model without its head, made ready as a run makes it."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModel

    from modelforge.strategies.trained_parameters import leave_casts_to_autocast

    names = {"gpt2": "n_layer"}
    depth = {names.get(kind, "num_hidden_layers"): layers}
    config = built_config(kind, **{**depth, **QUIET.get(kind, {}), **changed})
    torch.manual_seed(0)
    model = AutoModel.from_config(config, attn_implementation=forward.attention)
    if training.full:
        return model.train()
    lora = LoraConfig(r=training.rank, target_modules="all-linear", lora_dropout=training.lora_dropout)
    adapted = get_peft_model(model.to(torch.bfloat16) if forward.width == 2 else model, lora)
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    leave_casts_to_autocast(adapted)
    return adapted.train()
