"""Whether merged weights answer as the adapter does: the same ids in, the same logits and text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.exceptions import TrainingError
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
    """Each prompt's greedy answer, and the logits along it; with `given`, along the other side's answers instead."""
    answers = []
    for index, prompt in enumerate(prompts):
        prompt_ids = engine.prompt_ids([{"role": "user", "content": prompt}])
        text = engine.stream([{"role": "user", "content": prompt}], ANSWER).text()
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


def check_merge(adapter: Sequence[Answer], merged: Sequence[Answer], dtype: str) -> MergeCheck:
    """Compare both sides' answers to the same prompts.

    Texts may part where two tokens are as good as tied, but only in half precision, whose rounding decides such ties.

    Raises:
        TrainingError: the merged model differs beyond the rounding of `dtype`.
    """
    if any(ours.prompt_ids != theirs.prompt_ids for ours, theirs in zip(adapter, merged, strict=True)):
        raise _refused("its tokenizer gives other ids for the same prompt", dtype)
    difference = max(float((a.logits - m.logits).abs().max()) for a, m in zip(adapter, merged, strict=True))
    tolerance = TOLERANCE[dtype] * max(float(answer.logits.abs().max()) for answer in adapter)
    if not difference <= tolerance:  # also where it is not a number
        raise _refused(f"a logit differs by {difference:.2g}, more than {tolerance:.2g}", dtype)
    same = sum(ours.text == theirs.text for ours, theirs in zip(adapter, merged, strict=True))
    if dtype == "float32" and same < len(adapter):
        raise _refused(f"{len(adapter) - same} of {len(adapter)} answers differ", dtype)
    return MergeCheck(
        dtype=dtype,
        prompts=len(adapter),
        same_answers=same,
        largest_logit_difference=difference,
        tolerance=tolerance,
    )


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


def _refused(reason: str, dtype: str) -> TrainingError:
    return TrainingError(
        f"The merged model does not answer as the adapter does: {reason}. It was not kept.",
        hint="Merge with dtype float32, or use the adapter as it is."
        if dtype != "float32"
        else "Use the adapter as it is; its base may have changed since it was trained.",
        code="merge-not-alike",
        params={"reason": reason},
    )
