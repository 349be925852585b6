"""Greedy answers of encoder-decoders: a text is read once, and another is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.data.collator import padded_ids
from modelforge.tasks.batches import longest_first, of_size
from modelforge.tasks.generation import (
    all_end_token_ids,
    before_end,
    context_length,
    evaluating,
    write_greedily,
)
from modelforge.tasks.watch import UNWATCHED, Watch


def decoder_start(model: Any) -> int:
    """The id that the decoder begins with, before it has written anything."""
    configured = (model.generation_config.decoder_start_token_id, model.config.decoder_start_token_id)
    return int(next(token for token in configured if token is not None))


def decoder_begin(model: Any) -> list[int]:
    """What every answer begins with: the start token, and behind it the token that the model's settings force to be the
    first, as many BARTs' do with their BOS."""
    forced = model.generation_config.forced_bos_token_id
    return [decoder_start(model)] if forced is None else [decoder_start(model), int(forced)]


def answer_texts(
    model: Any,
    tokenizer: Any,
    sources: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    batch_size: int,
    watch: Watch = UNWATCHED,
) -> list[str]:
    """The most likely answer to each text, token by token, up to its end token.

    Sources are padded on the right with a mask, so that an answer does not depend on its batch: BART counts positions
    from the left. Of the model's own settings only those that begin and end an answer are used: base and tuned model
    are to be compared by their weights.

    Args:
        sources: ids, as the encoder is fed them.

    Returns:
        The answer to each source, in the order of `sources`, without special tokens.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every token.
    """
    answers = [""] * len(sources)
    order = longest_first([len(source) for source in sources])
    with evaluating(model):
        for batch in watch.over(of_size(order, batch_size), len(sources)):
            written = _write(model, tokenizer, [sources[row] for row in batch], max_new_tokens, watch)
            for row, ids in zip(batch, written, strict=True):
                answers[row] = tokenizer.decode(ids, skip_special_tokens=True)
    return answers


def _write(model: Any, tokenizer: Any, sources: list[Sequence[int]], budget: int, watch: Watch) -> list[list[int]]:
    """The ids written for each source up to its end token, [batch][at most budget]."""
    pad = tokenizer.pad_token_id or 0
    read = padded_ids(sources, pad, width=max(len(source) for source in sources))
    ends = all_end_token_ids(model, tokenizer)
    limit = context_length(model)
    new = budget + len(decoder_begin(model)) - 1  # `generate` counts a forced token as written
    whole = write_greedily(
        model,
        read["input_ids"].to(model.device),
        read["attention_mask"].to(model.device),
        watch,
        max_new_tokens=min(new, limit - 1) if limit else new,
        eos_token_id=ends,
        pad_token_id=pad,
        decoder_start_token_id=decoder_start(model),
        forced_bos_token_id=model.generation_config.forced_bos_token_id,
    )
    # The first is the start token, which may be the end token as well.
    return [before_end(row, ends) for row in whole[:, 1:].tolist()]
