"""Whether merged weights answer as the adapter does: the same ids in, the same logits and text out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from modelforge.exceptions import ConflictError, ErrorCode, Params, TrainingError
from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.loading import LoadedModel
from modelforge.inference.reader import head_outputs, read_ids
from modelforge.schemas.model import MergeCheck
from modelforge.schemas.sampling import Sampling
from modelforge.tasks.generation import evaluating
from modelforge.tasks.seq2seq_generation import decoder_begin, decoder_start

ANSWER = Sampling(max_new_tokens=48)
TOLERANCE = {"float32": 1e-4, "float16": 2.5e-3, "bfloat16": 2e-2}
"""Number type of the merged weights → the largest difference of a logit, as a share of the largest logit. It covers the
rounding of the weights to that type; a wrong merge is off by more than the whole logit."""
NUDGES = 3
"""How often it is tried what a model makes of the last bit."""
UNREST_MARGIN = 2.0
"""How much further than a nudge has moved a logit the rounding of a merge may move it. Seen in 14 T5s of two layers,
with weights 2 to 12 times as large as they begin with: 0.2 to 1.2 times as far, 0.003 of the largest logit at most,
where the lost adapter of one layer was off by 0.5 of it."""


@dataclass(frozen=True)
class Answer:
    """What one side does with one prompt."""

    prompt_ids: list[int]
    text: str
    answer_ids: list[int]
    logits: Any
    """fp32 on the CPU, [tokens of prompt and answer, vocabulary], of an encoder-decoder those of the answer behind its
    start token; or all that a head says of the prompt."""

    @property
    def choices(self) -> Any:
        """The logits from which each token of the answer, and its end, were chosen: the last ones of every kind."""
        return self.logits[-len(self.answer_ids) - 1 :]


def answer_all(engine: ChatEngine, prompts: Sequence[str], given: Sequence[Answer] = ()) -> list[Answer]:
    """Each prompt's greedy answer, and the logits along it; with `given`, along the other side's answers instead.

    Raises:
        ConflictError: the logits are not numbers; with `given`, that is left to the comparison with the other side's.
    """
    answers = []
    for index, prompt in enumerate(prompts):
        prompt_ids = engine.prompt_ids([{"role": "user", "content": prompt}])
        try:
            text = engine.stream([{"role": "user", "content": prompt}], ANSWER).text()
        except ConflictError:
            if not given:
                raise
            text = ""  # its logits tell
        path = given[index].answer_ids if given else written_ids(engine, text)
        answers.append(Answer(prompt_ids, text, path, logits_of(engine.model, prompt_ids, path)))
    return answers


def written_ids(engine: ChatEngine, text: str) -> list[int]:
    """The ids of an answer up to its end, as the model is taught to write them: a BART begins with its BOS."""
    if not engine.is_encoder_decoder:
        return list(engine.tokenizer(text, add_special_tokens=False)["input_ids"])
    ids, forced = list(engine.tokenizer(text_target=text)["input_ids"]), decoder_begin(engine.model)[1:]
    if ids[-1:] and ids[-1] in engine.ends:
        ids.pop()
    return ids if ids[: len(forced)] == forced else [*forced, *ids]


def read_all(loaded: LoadedModel, prompts: Sequence[str]) -> list[Answer]:
    """What a model that reads says of each prompt: its outputs, and as a text the places of the largest of them."""
    import torch

    answers = []
    for prompt in prompts:
        said = [output.flatten() for output in head_outputs(loaded, prompt).values()]
        ids = read_ids(loaded, prompt)["input_ids"]
        answers.append(Answer(list(ids), str([int(output.argmax()) for output in said]), [], torch.cat(said)))
    return answers


def unrest(loaded: LoadedModel, prompts: Sequence[str], answers: Sequence[Answer]) -> float:
    """The farthest that a logit of this model moves where all that its linear layers read is moved by the last bit.

    Both sides of a comparison round differently, since one adds what the other has added before. Most models make
    nothing of it; a sharp attention, as T5's is, whose scores are not scaled down, may make a thousand times as much.

    Args:
        answers: what the model answers to `prompts`, undisturbed.
    """
    moved = 0.0
    for seed in range(NUDGES):
        with _nudged(loaded.model, seed):
            if loaded.head.is_by_row:
                again = [answer.logits for answer in read_all(loaded, prompts)]
            else:
                again = [logits_of(loaded.model, answer.prompt_ids, answer.answer_ids) for answer in answers]
        moved = max(moved, *(float((a.logits - b).abs().max()) for a, b in zip(answers, again, strict=True)))
    return moved


def check_merge(
    adapter: Sequence[Answer], merged: Sequence[Answer], dtype: str, adapter_unrest: float = 0.0
) -> MergeCheck:
    """Compare both sides' answers to the same prompts.

    What rounding makes of the adapter's own logits is no difference of the merge; but a model that makes more of it
    than half precision may cannot be compared, and is refused.

    Texts may part where two tokens are as good as tied, but only in half precision, whose rounding decides such ties.

    Args:
        adapter_unrest: see `unrest`.

    Raises:
        TrainingError: the merged model differs beyond the rounding of `dtype`.
    """
    if any(ours.prompt_ids != theirs.prompt_ids for ours, theirs in zip(adapter, merged, strict=True)):
        raise _refused("its tokenizer gives other ids for the same prompt", dtype, code="merge-splits-otherwise")
    difference = max(float((a.logits - m.logits).abs().max()) for a, m in zip(adapter, merged, strict=True))
    largest = max(float(answer.logits.abs().max()) for answer in adapter)
    rounding = min(UNREST_MARGIN * adapter_unrest, TOLERANCE["bfloat16"] * largest)
    tolerance = max(TOLERANCE[dtype] * largest, rounding)
    if not difference <= tolerance:  # also where it is not a number
        reason = f"a logit differs by {difference:.2g}, more than {tolerance:.2g}"
        off = difference if math.isfinite(difference) else str(difference)
        raise _refused(reason, dtype, code="merge-differs", params={"difference": off, "allowed": tolerance})
    same = sum(ours.text == theirs.text for ours, theirs in zip(adapter, merged, strict=True))
    if dtype == "float32" and same < len(adapter):
        reason = f"{len(adapter) - same} of {len(adapter)} answers differ"
        counts: Params = {"differing": len(adapter) - same, "prompts": len(adapter)}
        raise _refused(reason, dtype, code="merge-answers-differ", params=counts)
    return MergeCheck(
        dtype=dtype,
        prompts=len(adapter),
        same_answers=same,
        largest_logit_difference=difference,
        tolerance=tolerance,
    )


@contextmanager
def _nudged(model: Any, seed: int) -> Iterator[None]:
    """While this lasts, each number that a linear layer reads is larger or smaller by one step of fp32."""
    import torch

    step, chance = torch.finfo(torch.float32).eps, torch.Generator().manual_seed(seed)

    def nudge(_: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
        first, *rest = inputs
        if not first.is_floating_point():
            return None  # ids, which an embedding reads
        signs = torch.randint(0, 2, first.shape, generator=chance).to(first) * 2 - 1
        return (first * (1 + step * signs), *rest)

    matrices = [one for one in model.modules() if getattr(getattr(one, "weight", None), "ndim", 0) == 2]
    hooks = [one.register_forward_pre_hook(nudge) for one in matrices]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def logits_of(model: Any, prompt: list[int], answer: list[int]) -> Any:
    """fp32 on the CPU, [prompt and answer, vocabulary]; of an encoder-decoder, the answer behind its start token."""
    import torch

    if model.config.is_encoder_decoder:
        inputs = {"input_ids": prompt, "decoder_input_ids": [decoder_start(model), *answer]}
    else:
        inputs = {"input_ids": [*prompt, *answer]}
    tensors = {name: torch.tensor([ids], device=model.device) for name, ids in inputs.items()}
    with evaluating(model):
        return model(**tensors, use_cache=False).logits[0].float().cpu()


def _refused(reason: str, dtype: str, *, code: ErrorCode, params: Params | None = None) -> TrainingError:
    return TrainingError(
        f"The merged model does not answer as the adapter does: {reason}. It was not kept.",
        hint="Merge with dtype float32, or use the adapter as it is."
        if dtype != "float32"
        else "Use the adapter as it is; its base may have changed since it was trained.",
        code=code,
        params=params,
    )
