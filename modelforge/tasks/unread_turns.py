"""Turns before an answer that a chat template leaves out: the model would learn to answer what it is never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.task import CanonicalRow

if TYPE_CHECKING:
    from modelforge.tasks.causal_task import CausalTask

TAIL = 100
"""Characters of a turn's end that are looked for."""
MARK = " (and more)"


def leaves_turns_out(
    task: CausalTask, row: CanonicalRow, prompt: Sequence[int], tokenizer: Any, config: TrainingConfig
) -> bool:
    """Whether a system turn, a user's or a tool's could say anything else, and the prompt would stay the same.

    Turns whose end stands in the prompt are there. A template may write one in another form, as JSON for example, so
    that one which is not found is changed, to see whether the prompt changes. Answers do not count: their reasoning is
    left out on purpose.

    Args:
        prompt: the ids that `row` is asked by.
    """
    text = str(tokenizer.decode(prompt))
    others = (*_with_another_turn(row, text), *_with_another_system_prompt(row, config, text))
    return any(task.prompt_ids(changed, tokenizer, other or config) == prompt for changed, other in others)


def _with_another_turn(row: CanonicalRow, text: str) -> Iterator[tuple[CanonicalRow, None]]:
    key = "messages" if "messages" in row else "prompt"
    turns = row.get(key)
    if not isinstance(turns, list):
        return
    for at, turn in enumerate(turns):
        if turn["role"] != "assistant" and not _is_there(content := str(turn.get("content") or ""), text):
            yield {**row, key: [*turns[:at], {**turn, "content": content + MARK}, *turns[at + 1 :]]}, None


def _with_another_system_prompt(
    row: CanonicalRow, config: TrainingConfig, text: str
) -> Iterator[tuple[CanonicalRow, TrainingConfig]]:
    said = config.data.system_prompt or ""
    turns = row.get("messages") or row.get("prompt")
    if turns and isinstance(turns, list) and turns[0]["role"] != "system" and not _is_there(said, text):
        yield row, config.model_copy(update={"data": config.data.model_copy(update={"system_prompt": said + MARK})})


def _is_there(content: str, text: str) -> bool:
    """Also where it says nothing: nothing can be left out of it."""
    return content.strip()[-TAIL:] in text
