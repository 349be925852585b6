"""Greedy answers for many prompts: what the before/after report compares."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from modelforge.tasks.batches import longest_first, of_size
from modelforge.tasks.chat_rendering import end_token_ids
from modelforge.tasks.watch import UNWATCHED, Watch


def generate_answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    batch_size: int,
    watch: Watch = UNWATCHED,
) -> list[str]:
    """The most likely continuation of each prompt as text, without special tokens; see `generate_ids`."""
    ends = all_end_token_ids(model, tokenizer)
    written = generate_ids(
        model,
        tokenizer,
        prompts,
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        watch=watch,
    )
    return [tokenizer.decode(before_end(ids, ends), skip_special_tokens=True) for ids in written]


def generate_ids(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    batch_size: int,
    watch: Watch = UNWATCHED,
) -> list[list[int]]:
    """The most likely continuation of each prompt, token by token, up to the end of the turn.

    Prompts are padded on the left with a mask, so that an answer does not depend on its batch. The model's own sampling
    settings and penalties are not used: base and tuned model are to be compared by their weights. An answer is shorter
    than `max_new_tokens` where the model's context ends first.

    Args:
        prompts: ids, as `Task.prompt_ids` gives them.

    Returns:
        The new ids of each prompt, in the order of `prompts`, with the end token where the answer ended in time.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every token.
    """
    ends = all_end_token_ids(model, tokenizer)
    answers: list[list[int]] = [[] for _ in prompts]
    with evaluating(model):
        for batch in watch.over(_batches(model, prompts, max_new_tokens, batch_size), len(prompts)):
            budget = _budget(model, prompts[batch[0]], max_new_tokens)
            if budget > 0:
                new = _continue(model, tokenizer, [list(prompts[row]) for row in batch], budget, ends, watch)
                for row, ids in zip(batch, new, strict=True):
                    answers[row] = ids[: len(before_end(ids, ends)) + 1]
    return answers


def all_end_token_ids(model: Any, tokenizer: Any) -> list[int]:
    """Every id that ends an answer: the tokenizer's end tokens and those of the model's generation config, in order."""
    configured = model.generation_config.eos_token_id
    if configured is None:
        configured = []
    elif isinstance(configured, int):
        configured = [configured]
    return sorted({*end_token_ids(tokenizer), *configured})


def context_length(model: Any) -> int | None:
    """How many tokens the model's positions reach; None where its config sets no limit."""
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return int(limit) if limit else None


def keeps_logits(model: Any) -> bool:
    """Whether the model can leave out logits that nobody asks for (`logits_to_keep`)."""
    return "logits_to_keep" in inspect.signature(_without_adapter(model).forward).parameters


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Without dropout and without gradients, and back to what it was.

    `no_grad` and not `inference_mode`: buffers that a model fills on first use, rotary tables for example, must stay
    usable in a later backward pass.
    """
    import torch

    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def _batches(model: Any, prompts: Sequence[Sequence[int]], max_new_tokens: int, batch_size: int) -> Iterator[list[int]]:
    """A prompt so long that the context cuts its answer goes alone, so that it cuts no other row's."""
    order = longest_first([len(prompt) for prompt in prompts])
    cramped = [row for row in order if _budget(model, prompts[row], max_new_tokens) < max_new_tokens]
    yield from ([row] for row in cramped)
    yield from of_size(order[len(cramped) :], batch_size)


def _budget(model: Any, prompt: Sequence[int], max_new_tokens: int) -> int:
    """How many tokens may be written behind a prompt."""
    limit = context_length(model)
    return max_new_tokens if limit is None else max(min(max_new_tokens, limit - len(prompt)), 0)


def _continue(
    model: Any, tokenizer: Any, prompts: list[list[int]], budget: int, ends: list[int], watch: Watch
) -> list[list[int]]:
    """The new ids of each prompt, [batch][at most budget]; behind a row's end token stands padding."""
    import torch

    width = max(len(prompt) for prompt in prompts)
    pad = tokenizer.pad_token_id or 0  # masked on the left, and cut off behind the end: any id would do
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts], device=model.device)
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=model.device)
    whole = write_greedily(model, ids, mask, watch, max_new_tokens=budget, eos_token_id=ends or None, pad_token_id=pad)
    new: list[list[int]] = whole[:, width:].tolist()
    return new


def write_greedily(model: Any, ids: Any, mask: Any, watch: Watch, **settings: Any) -> Any:
    """The most likely ids behind `ids` [batch, width], or of the decoder that has read them; [batch, length].

    Args:
        settings: of `GenerationConfig`: how long an answer may get, and by which ids it begins and ends.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every token.
    """
    import torch
    from transformers import GenerationConfig

    def stop_when_asked(ids: Any, _scores: Any, **_: Any) -> Any:
        watch.check()
        return torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)

    greedy = GenerationConfig(do_sample=False, num_beams=1, use_cache=True, **settings)
    with _without_own_settings(model):
        return model.generate(
            input_ids=ids, attention_mask=mask, generation_config=greedy, stopping_criteria=[stop_when_asked]
        )


@contextmanager
def _without_own_settings(model: Any) -> Iterator[None]:
    """Inside, the model has none of its own: `generate` takes from them whatever a call does not set, and its config
    cannot set everything to nothing (words that must not come, a forced end, a time that is up)."""
    from transformers import GenerationConfig

    inner = _without_adapter(model)
    own, inner.generation_config = inner.generation_config, GenerationConfig()
    try:
        yield
    finally:
        inner.generation_config = own


def _without_adapter(model: Any) -> Any:
    """The transformers model inside a `PeftModel`, or the model itself."""
    from peft import PeftModel

    return model.get_base_model() if isinstance(model, PeftModel) else model


def before_end(ids: Sequence[int], ends: Sequence[int]) -> list[int]:
    """The ids of an answer up to the first that ends it."""
    stop = next((index for index, token in enumerate(ids) if token in ends), len(ids))
    return list(ids[:stop])
