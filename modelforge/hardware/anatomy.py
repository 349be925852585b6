"""What a model is made of, in the terms a memory plan needs: stacks of equal layers, and what lies outside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Source = Literal["norm", "context", "mlp_norm", "inner", "cross_norm", "cross_states", "cross_context"]
"""The input of a linear layer: the norm before attention, attention's result, the norm before the MLP, the MLP's inner
activations, and the same for attention to another stack. Layers with one source share one saved input."""
Activation = Literal["gated", "kernel", "python"]
"""How the MLP is activated: `act(gate) · up`, one fused kernel, or GPT-2's GELU written out in Python."""


@dataclass(frozen=True)
class Linear:
    """One linear layer."""

    name: str
    in_features: int
    out_features: int
    bias: bool
    source: Source

    @property
    def weights(self) -> int:
        """Weights without the bias."""
        return self.in_features * self.out_features

    @property
    def parameters(self) -> int:
        """Weights and bias."""
        return self.weights + (self.out_features if self.bias else 0)


@dataclass(frozen=True)
class RelativeAttention:
    """DeBERTa's attention to relative positions, whose scores are added to those of the content."""

    kinds: int
    """1 or 2: of content to position, of position to content."""
    distances: int
    """How many are told apart, in both directions together."""
    by_length: bool
    """Whether only those that occur in the sequence are computed."""

    def distances_in(self, sequence: int) -> int:
        """Distances over which each token of a sequence gets scores."""
        return min(2 * sequence, self.distances) if self.by_length else self.distances


@dataclass(frozen=True)
class Block:
    """A stack of `layers` equal layers."""

    layers: int
    linears: tuple[Linear, ...]
    norm_parameters: int
    """Of one layer."""
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    activation: Activation
    rms_norm: bool
    """RMSNorm written out in Python, or LayerNorm's kernel: they keep different things."""
    norms: int = 2
    """Norms over the hidden width in one layer."""
    qk_norm: bool = False
    """Whether the heads of queries and keys are normalised as well."""
    causal: bool = True
    is_cross: bool = False
    """Whether each layer attends to another stack as well."""
    weight_sets: int | None = None
    """Layers that have weights of their own, where the others use these again; none where all have."""
    relative: RelativeAttention | None = None
    """Attention to relative positions beside that to the content, where there is one."""

    @property
    def stored_layers(self) -> int:
        """Layers whose weights are stored."""
        return self.layers if self.weight_sets is None else self.weight_sets

    @property
    def query_width(self) -> int:
        """Features of all query heads."""
        return self.heads * self.head_dim

    @property
    def key_width(self) -> int:
        """Features of all key heads, and of all value heads."""
        return self.kv_heads * self.head_dim

    @property
    def layer_parameters(self) -> int:
        """Parameters of one layer."""
        return self.norm_parameters + sum(linear.parameters for linear in self.linears)


@dataclass(frozen=True)
class Anatomy:
    """All stacks of a model, and what lies outside them."""

    blocks: tuple[Block, ...]
    outside_parameters: int
    """Positions, token types, norms outside the stacks: all but token embeddings and output head."""
    vocab: int
    tied: bool
    """Whether the output head is the token embedding."""
    head_bias: bool = False
    has_head: bool = True
    """Whether there is an output head over the vocabulary."""
    embedding_width: int | None = None
    """Width of the token embedding, where it is not that of the residual stream."""
    outside_linears: tuple[Linear, ...] = ()
    """Linear layers between embedding and stacks; `outside_parameters` leaves them out."""

    @property
    def hidden(self) -> int:
        """Width of the residual stream."""
        return self.blocks[-1].hidden

    @property
    def embedding_parameters(self) -> int:
        """Token embedding and, where it is separate, the output head."""
        return self.token_parameters * (1 if self.tied or not self.has_head else 2)

    @property
    def token_parameters(self) -> int:
        """The token embedding alone."""
        return self.vocab * (self.embedding_width or self.hidden)

    @property
    def stored_linears(self) -> Iterator[tuple[int, Linear]]:
        """Each linear layer, and how often it is stored: once in every layer of its stack that has its own weights."""
        yield from ((1, linear) for linear in self.outside_linears)
        yield from ((block.stored_layers, linear) for block in self.blocks for linear in block.linears)

    @property
    def parameters(self) -> int:
        """All parameters, tied ones once."""
        inside = sum(block.stored_layers * block.layer_parameters for block in self.blocks)
        between = sum(linear.parameters for linear in self.outside_linears)
        bias = self.vocab if self.head_bias else 0
        return inside + between + self.outside_parameters + self.embedding_parameters + bias


def attention(
    names: tuple[str, str, str, str], hidden: int, query: int, key: int, *, qkv_bias: bool, out_bias: bool
) -> tuple[Linear, ...]:
    """Query, key, value and output projections, by the family's `names`."""
    return (
        Linear(names[0], hidden, query, qkv_bias, "norm"),
        Linear(names[1], hidden, key, qkv_bias, "norm"),
        Linear(names[2], hidden, key, qkv_bias, "norm"),
        Linear(names[3], query, hidden, out_bias, "context"),
    )


def cross_attention(names: tuple[str, str, str, str], hidden: int, width: int, *, bias: bool) -> tuple[Linear, ...]:
    """Projections of attention to another stack: its queries read the norm, its keys and values the other stack."""
    return (
        Linear(names[0], hidden, width, bias, "cross_norm"),
        Linear(names[1], hidden, width, bias, "cross_states"),
        Linear(names[2], hidden, width, bias, "cross_states"),
        Linear(names[3], width, hidden, bias, "cross_context"),
    )


def mlp(inward: tuple[str, ...], outward: str, hidden: int, inner: int, *, bias: bool) -> tuple[Linear, ...]:
    """The MLP's projections, by the family's names; two inward ones where it is gated."""
    return (
        *(Linear(name, hidden, inner, bias, "mlp_norm") for name in inward),
        Linear(outward, inner, hidden, bias, "inner"),
    )


def layer_norm_stack(
    layers: int,
    linears: tuple[Linear, ...],
    hidden: int,
    heads: int,
    inner: int,
    *,
    norms: int,
    is_decoder: bool = False,
) -> Block:
    """A stack with LayerNorms, whose weights and biases are `2 · hidden` each."""
    return Block(
        layers=layers,
        linears=linears,
        norm_parameters=norms * 2 * hidden,
        hidden=hidden,
        heads=heads,
        kv_heads=heads,
        head_dim=hidden // heads,
        intermediate=inner,
        activation="kernel",
        rms_norm=False,
        norms=norms,
        causal=is_decoder,
        is_cross=is_decoder,
    )
