"""A reward model: sequences of tokens → scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.data.collator import padded_ids, padded_width
from modelforge.evaluation.rewards.reward import Answer, Reward
from modelforge.tasks.batches import longest_first, of_size
from modelforge.tasks.generation import evaluating
from modelforge.tasks.watch import UNWATCHED, Watch


def score_sequences(
    model: Any,
    sequences: Sequence[Sequence[int]],
    pad_token_id: int,
    *,
    batch_size: int,
    watch: Watch = UNWATCHED,
) -> list[float]:
    """The score of each sequence of tokens, taken at its last one.

    Args:
        model: a transformers model with a head of one label over the last token.
        sequences: prompt and answer, with the answer's end token where it has one.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every pass.
    """
    scores = [0.0] * len(sequences)
    order = longest_first([len(sequence) for sequence in sequences])
    with evaluating(model):
        for batch in watch.over(of_size(order, batch_size), len(order)):
            for at, score in zip(batch, _pass(model, [sequences[at] for at in batch], pad_token_id), strict=True):
                scores[at] = score
    return scores


def model_reward(model: Any, pad_token_id: int, *, name: str, batch_size: int) -> Reward:
    """A reward model as one of the rewards, with weight 1."""

    def score(answers: Sequence[Answer]) -> list[float]:
        read = [[*answer.prompt_ids, *answer.ids] for answer in answers]
        return score_sequences(model, read, pad_token_id, batch_size=batch_size)

    return Reward(name, 1.0, score)


def _pass(model: Any, rows: Sequence[Sequence[int]], pad_token_id: int) -> list[float]:
    read = padded_ids(rows, pad_token_id, width=padded_width(max(map(len, rows))))
    batch = {name: tensor.to(model.device) for name, tensor in read.items()}
    return [float(score) for score in model(**batch, use_cache=False).logits[:, 0].float().cpu()]
