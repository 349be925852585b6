"""Bytes that the forward pass keeps for the backward pass, layer by layer.

Counted tensor by tensor from transformers' modelling code and checked to the byte against
`torch.autograd.graph.saved_tensors_hooks` (tests/hardware/test_activations.py). Per token and layer of a Llama in fp32,
with hidden width h, query and key widths q and k, inner width i:

    4h      both norms: the input each normalises, and the result that the linear layers read
    2q + 2k query, key, value and result of attention; keys and values are repeated to q under a mask
    4i      the MLP's gate, its activation, its other branch, and their product
    s       the mask as numbers, where rows are padded (PyTorch makes one in every layer)
    Σ r     the narrow result of each adapter

Compare Korthikanti et al. 2022 (https://arxiv.org/abs/2205.05198), which counts a GPT in 16 bits to `34h + 5as` bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelforge.hardware.anatomy import Block, Linear

FP32 = 4
INT64 = 8
FUSED_PAD = 128
"""Unsloth's attention works on rows that are a multiple of so many tokens long, and longer than they are."""


@dataclass(frozen=True)
class Pass:
    """One forward pass as far as memory goes."""

    batch: int
    sequence: int
    """Tokens of a row, padding included."""
    width: int
    """Bytes of one activation: 4 in fp32, 2 in mixed precision."""
    masked: bool
    """Whether an attention mask is built: rows of unequal length, or packed ones."""
    attention: str
    """`sdpa`, `eager` or `flash_attention_2`."""
    attention_dropout: float
    hidden_dropout: float
    is_cpu: bool
    labelled: int | None = None
    """Positions of a sequence from its first label on; none where it is not known."""

    @property
    def tokens(self) -> int:
        """Tokens in the batch."""
        return self.batch * self.sequence

    @property
    def span(self) -> int:
        """Positions of a sequence that may have a label."""
        return self.sequence if self.labelled is None else min(self.labelled, self.sequence)

    @property
    def projected(self) -> int:
        """Positions in the batch that the loss makes logits for: see `strategies.labelled_positions`."""
        return self.tokens if self.is_cpu and self.width < FP32 else self.batch * self.span


@dataclass(frozen=True)
class Training:
    """What is trained, as far as kept activations go."""

    full: bool
    rank: int = 0
    lora_dropout: float = 0.0
    dora: bool = False
    fused: bool = False
    """Whether the layers are Unsloth's, which keep less and compute the rest again."""


def layer_bytes(block: Block, adapted: tuple[Linear, ...], forward: Pass, training: Training) -> int:
    """Bytes that one layer keeps from its forward to its backward pass."""
    if _is_fused(block, training):
        return _fused_layer(block, forward)
    per_token = (
        _norms(block, training)
        + _attention(block, forward) * (2 if block.is_cross else 1)
        + _mlp(block) * forward.width
        + _inputs(block, adapted, forward, training) * forward.width
        + _adapters(adapted, forward, training)
        + _dropped(block, forward)
    )
    whole = _relative(block, forward) + (_dora(adapted, training.rank) if training.dora else 0)
    return per_token * forward.tokens + whole


def checkpointed_layer_bytes(block: Block, forward: Pass, training: Training) -> int:
    """Bytes that one layer keeps under gradient checkpointing: its input, which Unsloth moves to the main memory."""
    return 0 if training.fused else block.hidden * forward.width * forward.tokens


def _is_fused(block: Block, training: Training) -> bool:
    return training.fused and block.activation == "gated" and block.rms_norm and not training.lora_dropout


def _fused_layer(block: Block, forward: Pass) -> int:
    """Bytes that a layer of Unsloth's keeps, as seen in 2026.10: both norms' inputs, what the projections read, query,
    key, value and result over a padded length, and the gated MLP's two halves."""
    attention = 2 * (block.query_width + block.key_width) * forward.width + block.heads * FP32
    padded = (forward.sequence // FUSED_PAD + 1) * FUSED_PAD
    per_token = (2 * block.intermediate + 5 * block.hidden) * forward.width + 2 * FP32
    return per_token * forward.tokens + attention * forward.batch * padded


def backward_bytes(block: Block, forward: Pass, training: Training | None = None) -> int:
    """The most that the backward pass of one layer holds beside what was kept: gradients of the inner activations.

    Unsloth's also computes what the outward projection read once more.
    """
    inner = 4 if training is not None and _is_fused(block, training) else 3
    return (inner * block.intermediate + 2 * block.hidden) * forward.width * forward.tokens


def _norms(block: Block, training: Training) -> int:
    """Bytes per token: inputs in fp32, and 1 or 2 statistics. A trained RMSNorm keeps its normalised input as well."""
    kept = block.norms * (block.hidden + (1 if block.rms_norm else 2)) * FP32
    normalised = block.norms * block.hidden
    if block.qk_norm:
        kept += (block.query_width + block.key_width + block.heads + block.kv_heads) * FP32
        normalised += block.query_width + block.key_width
    return kept + (normalised * FP32 if training.full and block.rms_norm else 0)


def _attention(block: Block, forward: Pass) -> int:
    """Bytes per token for query, key, value, result, and mask or probabilities."""
    repeats = forward.masked or forward.attention == "eager"
    key = block.query_width if repeats and forward.attention != "flash_attention_2" else block.key_width
    kept = (2 * block.query_width + 2 * key) * forward.width
    if forward.attention == "flash_attention_2":
        return kept + block.heads * FP32
    fused = forward.attention == "sdpa" and (forward.attention_dropout == 0 or not forward.is_cpu)
    if fused:
        mask = forward.sequence * forward.width if forward.masked else 0
        return kept + mask + block.heads * FP32
    copies = 3 if forward.attention_dropout else 1  # probabilities; with dropout also what is dropped, and what is left
    return kept + copies * block.heads * forward.sequence * forward.width


def _relative(block: Block, forward: Pass) -> int:
    """Bytes for attention to relative positions: of each kind the scores over all distances, the distances projected
    once for each row, and which of them each pair of tokens has; and once a scaled copy of the keys, and the mask."""
    if block.relative is None:
        return 0
    distances, pairs = block.relative.distances_in(forward.sequence), forward.sequence**2
    scores = forward.tokens * block.heads * distances + forward.batch * distances * block.query_width
    keys = forward.tokens * block.key_width * forward.width
    return block.relative.kinds * (scores * forward.width + pairs * INT64) + keys + forward.batch * pairs


def _mlp(block: Block) -> int:
    """Numbers per token, without the input of the outward projection."""
    if block.activation == "gated":
        return 3 * block.intermediate
    if block.activation == "python":
        return 4 * block.intermediate
    return block.intermediate


def _inputs(block: Block, adapted: tuple[Linear, ...], forward: Pass, training: Training) -> int:
    """Numbers per token of the distinct inputs that trained layers read; attention's result is kept anyway.

    Where all weights are trained in mixed precision, norms give fp32, and autocast casts it anew for each layer.
    """
    if training.full and forward.width < FP32:
        return sum(linear.in_features for linear in block.linears if linear.source not in _CONTEXTS)
    reading = block.linears if training.full else adapted
    if training.lora_dropout and not training.full:
        return 0
    widths = {linear.source: linear.in_features for linear in reading if linear.source not in _KEPT_ANYWAY}
    return sum(widths.values())


_CONTEXTS = frozenset({"context", "cross_context"})
_KEPT_ANYWAY = _CONTEXTS | {"cross_states"}


def _adapters(adapted: tuple[Linear, ...], forward: Pass, training: Training) -> int:
    """Bytes per token: each adapter's narrow result, and with dropout an input of its own and the dropped places."""
    if training.full:
        return 0
    kept = len(adapted) * training.rank * forward.width
    if training.lora_dropout:
        places = forward.width if forward.is_cpu else 1
        kept += sum(linear.in_features for linear in adapted) * (forward.width + places)
    if training.dora:
        kept += sum(2 * linear.out_features for linear in adapted) * forward.width
    return kept


def _dropped(block: Block, forward: Pass) -> int:
    """Bytes per token: which results of attention and MLP were dropped, as numbers on a CPU, as booleans elsewhere."""
    if not forward.hidden_dropout:
        return 0
    return (3 if block.is_cross else 2) * block.hidden * (forward.width if forward.is_cpu else 1)


def _dora(adapted: tuple[Linear, ...], rank: int) -> int:
    """Bytes, whatever the batch: PEFT multiplies an identity of `[in, in]` by each adapter to get its weight's norm."""
    return FP32 * sum(linear.in_features * (linear.in_features + rank) + 3 * linear.out_features for linear in adapted)
