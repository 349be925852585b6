"""Token arrays → training batches on the device, one kind per architecture."""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Protocol

import torch
from tokenizers import Tokenizer
from torch import Tensor

from modelforge.starter import corpus
from modelforge.starter.architecture import (
    CAUSAL_LENGTH,
    ENCODER_LENGTH,
    SOURCE_LENGTH,
    TARGET_LENGTH,
    ArchitectureName,
)
from modelforge.starter.lessons.lesson import ASSISTANT, BOS, SYSTEM, USER
from modelforge.starter.tokenizer import MASK, SPECIAL

if TYPE_CHECKING:
    from modelforge.starter.pretrain import Plan

IGNORED = -100


class Batches(Protocol):
    """An endless source of keyword arguments for the model's forward pass."""

    tokens: int

    def draw(self) -> dict[str, Tensor]:
        """The next batch, on the device."""
        ...


class CausalBatches:
    """Random windows of the token stream; in half of them, questions are not in the loss."""

    def __init__(self, stream: Tensor, rows: int, own: Tokenizer, seed: int) -> None:
        self.stream, self.rows = stream, rows
        self.tokens = stream.numel()
        device = stream.device
        self._offsets = torch.arange(CAUSAL_LENGTH, device=device)
        self._generator = torch.Generator(device).manual_seed(seed)
        self._turn = torch.zeros(own.get_vocab_size(), dtype=torch.long, device=device)
        for token, turn in ((BOS, 1), (ASSISTANT, 1), (USER, 2), (SYSTEM, 2)):
            self._turn[own.token_to_id(token)] = turn

    def draw(self) -> dict[str, Tensor]:
        """`input_ids` and `labels`, both [rows, length]; the model shifts the labels itself."""
        starts = torch.randint(
            self.tokens - CAUSAL_LENGTH, (self.rows, 1), generator=self._generator, device=self.stream.device
        )
        window = self.stream[starts + self._offsets].long()
        turns = self._turn[window]
        latest = torch.where(turns > 0, self._offsets, 0).cummax(dim=1).values
        asked = turns.gather(1, latest) == 2
        asked[: self.rows // 2] = False
        return {"input_ids": window, "labels": window.masked_fill(asked, IGNORED)}


class ClozeBatches:
    """Rows with 15 % of their tokens hidden, and in half of the rows the whole answer."""

    def __init__(self, rows: Tensor, count: int, own: Tokenizer, seed: int) -> None:
        self.table, self.count = rows, count
        self.tokens = int((rows[:, :ENCODER_LENGTH] != 0).sum())
        self._mask, self._words = own.token_to_id(MASK), own.get_vocab_size()
        self._offsets = torch.arange(ENCODER_LENGTH, device=rows.device)
        self._generator = torch.Generator(rows.device).manual_seed(seed)

    def _chance(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self._generator, device=self.table.device)

    def draw(self) -> dict[str, Tensor]:
        """`input_ids`, `token_type_ids`, `attention_mask`, `labels`, each [count, length]."""
        index = (self._chance(self.count) * len(self.table)).long()
        rows = self.table[index].long()
        ids, (begin, end, second) = rows[:, :ENCODER_LENGTH], rows[:, ENCODER_LENGTH:, None].unbind(1)
        whole = (self._chance(self.count, 1) < 0.5) & (self._offsets >= begin) & (self._offsets < end)
        hidden = ((self._chance(*ids.shape) < 0.15) & (ids >= len(SPECIAL))) | whole
        noise = (self._chance(*ids.shape) * self._words).long()
        shown = torch.where(self._chance(*ids.shape) < 0.9, self._mask, noise)
        return {
            "input_ids": torch.where(hidden, shown, ids),
            "token_type_ids": (self._offsets >= second).long() * (ids != 0),
            "attention_mask": (ids != 0).long(),
            "labels": ids.masked_fill(~hidden, IGNORED),
        }


class PairBatches:
    """Questions for the encoder, answers for the decoder; rows of like length go together, so little is padding."""

    def __init__(self, rows: Tensor, tokens: int, seed: int) -> None:
        lengths = (rows[:, :SOURCE_LENGTH] != 0).sum(1)
        order = lengths.argsort()
        self.table, self.lengths, self.budget = rows[order], lengths[order].tolist(), tokens
        self.tokens = int((rows != 0).sum())
        self._random = Random(seed)

    def draw(self) -> dict[str, Tensor]:
        """`input_ids`, `attention_mask` [count, source], `labels` [count, target], as wide as the longest row."""
        end = self._random.randrange(len(self.table)) + 1
        count = min(end, self.budget // (self.lengths[end - 1] + TARGET_LENGTH // 2))
        source, target = self.table[end - count : end].long().split((SOURCE_LENGTH, TARGET_LENGTH), dim=1)
        source = source[:, : self.lengths[end - 1]]
        target = target[:, : int((target != 0).sum(1).max())]
        mask = (source != 0).long()
        return {"input_ids": source, "attention_mask": mask, "labels": target.masked_fill(target == 0, IGNORED)}


def _causal(own: Tokenizer, plan: "Plan", device: str) -> Batches:
    stream = corpus.causal_stream(own, plan.seed, plan.shards, plan.lessons_per_shard, plan.workers)
    on_device = torch.from_numpy(stream.astype("int32")).to(device)
    return CausalBatches(on_device, plan.batch_tokens // CAUSAL_LENGTH, own, plan.seed)


def _cloze(own: Tokenizer, plan: "Plan", device: str) -> Batches:
    rows = corpus.cloze_rows(own, plan.seed, plan.shards, plan.lessons_per_shard, plan.workers, ENCODER_LENGTH)
    on_device = torch.from_numpy(rows.astype("int16")).to(device)
    return ClozeBatches(on_device, plan.batch_tokens // ENCODER_LENGTH, own, plan.seed)


def _pairs(own: Tokenizer, plan: "Plan", device: str) -> Batches:
    lengths = (SOURCE_LENGTH, TARGET_LENGTH)
    rows = corpus.pair_rows(own, plan.seed, plan.shards, plan.lessons_per_shard, plan.workers, lengths)
    on_device = torch.from_numpy(rows.astype("int16")).to(device)
    return PairBatches(on_device, plan.batch_tokens, plan.seed)


MAKERS: dict[ArchitectureName, Callable[[Tokenizer, "Plan", str], Batches]] = {
    "causal": _causal,
    "masked-lm": _cloze,
    "seq2seq": _pairs,
}


def make(own: Tokenizer, plan: "Plan", device: str) -> Batches:
    """Generate the corpus of the plan's architecture and put it on the device."""
    return MAKERS[plan.architecture](own, plan, device)
