"""Lessons → token arrays, made by all processor cores at once and the same for the same seed."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from modelforge.starter.curriculum import clozes, documents, pairs
from modelforge.starter.lessons.lesson import BOS, EOS
from modelforge.starter.lessons.python_text import explained, passages

Tokens = NDArray[np.uint16]
SAMPLES = Path(__file__).parent / "samples"
BATCH = 2000
REAL_EVERY = 4


def held_out_summaries() -> frozenset[str]:
    """The answers of the docstring sample: they are kept out of the pretraining text."""
    lines = (SAMPLES / "docstrings.jsonl").read_text(encoding="utf-8").splitlines()
    return frozenset(json.loads(line)["output"] for line in lines)


def real_text() -> list[str]:
    """Python's own documentation, each passage with its begin and end tokens."""
    return [f"{BOS}{text}{EOS}" for text in passages(held_out_summaries())]


def tokenizer_texts(seed: int, lessons: int) -> Iterator[str]:
    """What the tokenizer learns its merges from."""
    yield from documents(seed, lessons)
    yield from real_text()


def encode(own: Tokenizer, texts: Iterator[str]) -> Tokens:
    """One flat row of token ids, without special tokens other than those in the text."""
    pieces = []
    while batch := list(islice(texts, BATCH)):
        encoded = own.encode_batch(batch, add_special_tokens=False)
        pieces.append(np.fromiter((i for item in encoded for i in item.ids), dtype=np.uint16))
    return np.concatenate(pieces)


def _lesson_shard(own: str, lessons: int, seed: int) -> Tokens:
    return encode(Tokenizer.from_str(own), documents(seed, lessons))


def _real_shard(own: str, seed: int) -> Tokens:
    texts = real_text()
    Random(seed).shuffle(texts)
    return encode(Tokenizer.from_str(own), iter(texts))


def causal_stream(own: Tokenizer, seed: int, shards: int, lessons: int, workers: int) -> Tokens:
    """`shards` runs of `lessons` lessons, and the real text in a new order for every few of them. [tokens]"""
    real = [partial(_real_shard, seed=seed + n) for n in range(shards // REAL_EVERY)]
    generated = [partial(_lesson_shard, lessons=lessons, seed=seed + n) for n in range(shards)]
    return np.concatenate(_all(own, [*generated, *real], workers))


def _all(own: Tokenizer, jobs: Sequence[Callable[[str], Tokens]], workers: int) -> list[Tokens]:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(job, own.to_str()) for job in jobs]
        return [one.result() for one in waiting]


def pair_rows(own: Tokenizer, seed: int, shards: int, lessons: int, workers: int, lengths: tuple[int, int]) -> Tokens:
    """Source and target of every pair side by side, each ended by eos and padded with 0. [pairs, sum(lengths)]"""
    jobs = [partial(_pair_shard, lessons=lessons, seed=seed + n, lengths=lengths) for n in range(shards)]
    return np.concatenate(_all(own, jobs, workers))


def _pair_shard(own: str, lessons: int, seed: int, lengths: tuple[int, int]) -> Tokens:
    tokenizer = Tokenizer.from_str(own)
    made = [
        *pairs(seed, lessons),
        *((f"Summarize: {body}", summary) for body, summary in explained(held_out_summaries())),
    ]
    sides = [_padded(tokenizer, [pair[side] for pair in made], lengths[side]) for side in (0, 1)]
    return np.concatenate(sides, axis=1)


def _padded(own: Tokenizer, texts: Sequence[str], length: int) -> Tokens:
    eos = own.token_to_id(EOS)
    rows = np.zeros((len(texts), length), dtype=np.uint16)
    for row, item in zip(rows, own.encode_batch(texts, add_special_tokens=False), strict=True):
        ids = [*item.ids[: length - 1], eos]
        row[: len(ids)] = np.array(ids)
    return rows


def cloze_rows(own: Tokenizer, seed: int, shards: int, lessons: int, workers: int, length: int) -> Tokens:
    """`bos question answer eos context eos` and documentation, with three more numbers a row. [rows, length + 3]

    The three: where the answer begins, where it ends, where the second segment begins.
    """
    jobs = [partial(_cloze_shard, lessons=lessons, seed=seed + n, length=length) for n in range(shards)]
    return np.concatenate(_all(own, jobs, workers))


def _cloze_shard(own: str, lessons: int, seed: int, length: int) -> Tokens:
    tokenizer = Tokenizer.from_str(own)
    bos, eos = tokenizer.token_to_id(BOS), tokenizer.token_to_id(EOS)
    texts = passages(held_out_summaries())
    made = [*clozes(seed, lessons), *(("", "", text) for text in Random(seed).sample(texts, len(texts) // REAL_EVERY))]
    questions, answers, contexts = (
        tokenizer.encode_batch([one[part] for one in made], add_special_tokens=False) for part in range(3)
    )
    rows = np.zeros((len(made), length + 3), dtype=np.uint16)
    for row, question, answer, context in zip(rows, questions, answers, contexts, strict=True):
        head = [bos, *question.ids, *answer.ids, *([eos] if question.ids else [])]
        ids = [*[*head, *context.ids][: length - 1], eos]
        row[: len(ids)] = np.array(ids)
        row[length:] = (
            1 + len(question.ids),
            1 + len(question.ids) + len(answer.ids),
            len(head) if question.ids else length,
        )
    return rows
