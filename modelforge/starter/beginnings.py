"""What to begin a task with: a bundled model, and a sample in the shape that the strategy learns from."""

from __future__ import annotations

from modelforge.starter import list_starters

OF_TASK = {
    "text-generation": "sample:support",
    "summarization": "sample:conversations",
    "text-classification": "sample:tickets",
    "extractive-question-answering": "sample:questions",
}
"""Task → the sample that it learns from where its strategy needs none of its own."""
OF_STRATEGY = {
    "dpo": "sample:replies",
    "reward": "sample:replies",
    "rlhf": "sample:replies",
    "kto": "sample:ratings",
}


def starter_for(task: str) -> str | None:
    """The starter that a task can begin with; nothing where none is bundled."""
    return next((one.id for one in list_starters() if task in one.tasks), None)


def sample_for(task: str, strategy: str) -> str | None:
    """The sample that a strategy learns a task from; nothing where none is bundled."""
    return OF_STRATEGY.get(strategy, OF_TASK.get(task))
