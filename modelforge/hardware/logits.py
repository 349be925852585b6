"""Bytes that turning hidden states into a loss takes.

TRL projects hidden states through the head in tiles of at most 4,096 tokens by 32,768 words, so that the whole
[tokens, vocabulary] never exists (`trl.kernels.chunked_logprob`), and leaves out positions without a label. On a GPU a
kernel turns a tile into its gradient in place; elsewhere the same is written in torch, and eight tiles and a mask are
alive at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelforge.hardware.activations import FP32, Pass

TILE_TOKENS, TILE_WORDS = 4096, 32768
BACKWARD_TILES = 8.25
"""Tile, scaled logits twice, log-probabilities, probabilities, gradient, two products, and a boolean mask."""
FORWARD_TILES = 4.0
"""Tile, scaled logits, exponentials, and their product for the entropy."""
GPU_TILES = 2.0
SMOOTHED_COPIES = 5
"""Label smoothing needs all logits: them, their logarithms and negatives, and two gradients."""
ROW_OUTPUTS = 16
"""Outputs per token of a head that judges whole rows: a start and an end, a score, or some classes."""
SCORED_LOGITS, UPCAST_LOGITS = 64_000_000, 16_000_000
"""What `tasks.likelihood` computes at once."""


@dataclass(frozen=True)
class Head:
    """The output head, `[vocab, hidden]`."""

    vocab: int
    hidden: int
    trained: bool

    @property
    def weight_bytes(self) -> int:
        """Of the head in fp32, and so of its gradient."""
        return self.vocab * self.hidden * FP32


def training_bytes(head: Head, forward: Pass, *, smoothed: bool) -> int:
    """The most that the loss and its gradient hold at once, the hidden states' gradient included."""
    states = 2 * forward.tokens * head.hidden * FP32
    if smoothed:
        return states + SMOOTHED_COPIES * forward.tokens * head.vocab * FP32
    tiles = BACKWARD_TILES if forward.is_cpu else GPU_TILES
    return states + int(tiles * _tile(head, forward))


def evaluation_bytes(head: Head, forward: Pass) -> int:
    """The most that the held-out loss holds at once."""
    return int((FORWARD_TILES if forward.is_cpu else 1.0) * _tile(head, forward))


def scoring_bytes(head: Head, forward: Pass) -> int:
    """Logits of the scored positions, and the chunk of them that is upcast and turned into probabilities."""
    row = forward.span * head.vocab
    logits = min(forward.batch * row, max(row, SCORED_LOGITS))
    return logits * forward.width + 2 * min(logits, UPCAST_LOGITS) * FP32


def _tile(head: Head, forward: Pass) -> int:
    width = FP32 if forward.is_cpu else forward.width
    return min(forward.projected, TILE_TOKENS) * min(head.vocab, TILE_WORDS) * width
