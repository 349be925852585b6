"""Greedy answers for many prompts: what the before/after report compares."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from modelforge.tasks.chat_rendering import end_token_ids

Progress = Callable[[int, int], None]
"""Called with (answers written, answers in all)."""
Stop = Callable[[], bool]


class GenerationStopped(Exception):
    """`should_stop` said so. No answers are returned, since half of them prove nothing."""


def generate_answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    batch_size: int,
    on_progress: Progress | None = None,
    should_stop: Stop | None = None,
) -> list[str]:
    """The most likely continuation of each prompt as text, without special tokens; see `generate_ids`."""
    ends = all_end_token_ids(model, tokenizer)
    written = generate_ids(
        model,
        tokenizer,
        prompts,
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return [tokenizer.decode(_before_end(ids, ends), skip_special_tokens=True) for ids in written]


def generate_ids(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    batch_size: int,
    on_progress: Progress | None = None,
    should_stop: Stop | None = None,
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
        GenerationStopped: `should_stop` returned true; it is asked before every token.
    """
    stop = should_stop or _never
    ends = all_end_token_ids(model, tokenizer)
    answers: list[list[int]] = [[] for _ in prompts]
    done = 0
    with evaluating(model):
        for batch, budget in _batches(model, prompts, max_new_tokens, batch_size):
            if budget > 0:
                new = _continue(model, tokenizer, [list(prompts[row]) for row in batch], budget, ends, stop)
                for row, ids in zip(batch, new, strict=True):
                    answers[row] = ids[: len(_before_end(ids, ends)) + 1]
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(prompts))
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
    from peft import PeftModel

    inner = model.get_base_model() if isinstance(model, PeftModel) else model
    return "logits_to_keep" in inspect.signature(inner.forward).parameters


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


def _batches(
    model: Any, prompts: Sequence[Sequence[int]], max_new_tokens: int, batch_size: int
) -> Iterator[tuple[list[int], int]]:
    """(rows, tokens each may get). Longest first: if memory is short, it is at once; and little is padding.

    A prompt so long that the context cuts its answer goes alone, so that it cuts no other row's.
    """
    limit = context_length(model)
    order = sorted(range(len(prompts)), key=lambda row: -len(prompts[row]))
    cramped = [row for row in order if limit is not None and len(prompts[row]) + max_new_tokens > limit]
    for row in cramped:
        yield [row], max((limit or 0) - len(prompts[row]), 0)
    roomy = order[len(cramped) :]
    for start in range(0, len(roomy), batch_size):
        yield roomy[start : start + batch_size], max_new_tokens


def _continue(
    model: Any, tokenizer: Any, prompts: list[list[int]], budget: int, ends: list[int], should_stop: Stop
) -> list[list[int]]:
    """The new ids of each prompt, [batch][at most budget]; behind a row's end token stands padding."""
    import torch
    from transformers import GenerationConfig

    width = max(len(prompt) for prompt in prompts)
    pad = tokenizer.pad_token_id or 0  # masked on the left, and cut off behind the end: any id would do
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts], device=model.device)
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=model.device)

    def stop_when_asked(ids: Any, _scores: Any, **_: Any) -> Any:
        if should_stop():
            raise GenerationStopped
        return torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)

    # Every setting that a model's own generation config could bring along is set, to the neutral value.
    greedy = GenerationConfig(
        do_sample=False,
        num_beams=1,
        temperature=1.0,
        top_p=1.0,
        top_k=50,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        min_new_tokens=0,
        max_new_tokens=budget,
        eos_token_id=ends or None,
        pad_token_id=pad,
        use_cache=True,
    )
    whole = model.generate(
        input_ids=ids, attention_mask=mask, generation_config=greedy, stopping_criteria=[stop_when_asked]
    )
    new: list[list[int]] = whole[:, width:].tolist()
    return new


def _before_end(ids: Sequence[int], ends: Sequence[int]) -> list[int]:
    stop = next((index for index, token in enumerate(ids) if token in ends), len(ids))
    return list(ids[:stop])


def _never() -> bool:
    return False
