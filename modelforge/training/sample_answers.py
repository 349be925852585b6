"""What the model answers to a few held-out rows at every evaluation: the curve in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from modelforge.data.prompts import prompt_row
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.events import EventKind
from modelforge.tasks.task import CanonicalRow, Task
from modelforge.tasks.watch import GenerationStopped, Watch

Emit = Callable[[EventKind, dict[str, Any]], None]
LONGEST_ANSWER = 64
"""Tokens: enough to see what is learnt, and little beside the evaluation itself."""
LONGEST_TEXT = 2000
"""Characters of a text in an event."""


class SampleCallback(TrainerCallback):  # type: ignore[misc]
    """Emits `samples` behind every evaluation.

    The training goes on as if nobody had asked: answers are the likeliest ones, which draws no random numbers, the
    generators are put back all the same, and so is the model's mode.
    """

    def __init__(
        self,
        task: Task,
        tokenizer: Any,
        config: TrainingConfig,
        rows: Sequence[CanonicalRow],
        emit: Emit,
        should_stop: Callable[[], bool],
    ) -> None:
        """`rows`: held-out rows; of a preference, the chosen answer is the expected one, and of a prompt alone none."""
        shorter = {"max_new_tokens": min(config.evaluation.max_new_tokens, LONGEST_ANSWER)}
        self.config = config.model_copy(update={"evaluation": config.evaluation.model_copy(update=shorter)})
        self.task, self.tokenizer = task, tokenizer
        self.rows = [prompt_row(row) for row in rows]
        self.emit, self.should_stop = emit, should_stop

    def on_evaluate(
        self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, model: Any = None, **_: Any
    ) -> None:
        """Ask the model as it is now. A request to stop is more urgent: there are no samples then."""
        try:
            with _untouched_generators(model):
                answers = self.task.answers(
                    model, self.tokenizer, self.rows, self.config, watch=Watch(should_stop=self.should_stop)
                )
        except GenerationStopped:
            return
        if answers is not None:
            self.emit("samples", {"step": state.global_step, "rows": [*map(self._sample, self.rows, answers)]})

    def _sample(self, row: CanonicalRow, answer: str) -> dict[str, str]:
        expected = self.task.expected(row, self.tokenizer, self.config)
        texts = {"prompt": self.task.prompt_text(row), "expected": expected, "answer": answer}
        return {name: _short(text) for name, text in texts.items()}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


@contextmanager
def _untouched_generators(model: Any) -> Iterator[None]:
    """torch's random generators, of the CPU and of the model's device, as they were before."""
    import torch

    device = model.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield
