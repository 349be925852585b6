"""What to begin a task with: a bundled model, and a sample in the shape that the strategy learns from."""

from __future__ import annotations

from typing import NamedTuple


class Beginning(NamedTuple):
    """As a recipe names them."""

    model: str
    dataset: str


OF_TASK = {
    "text-generation": Beginning("starter:chat", "sample:support"),
    "summarization": Beginning("starter:seq2seq", "sample:conversations"),
    "text-classification": Beginning("starter:encoder", "sample:tickets"),
    "extractive-question-answering": Beginning("starter:encoder", "sample:questions"),
}
SAMPLE_OF_STRATEGY = {
    "dpo": "sample:replies",
    "reward": "sample:replies",
    "rlhf": "sample:replies",
    "kto": "sample:ratings",
}


def beginning(task: str, strategy: str) -> Beginning:
    """The starter and the sample for a known task."""
    found = OF_TASK[task]
    return found._replace(dataset=SAMPLE_OF_STRATEGY.get(strategy, found.dataset))
