"""Answers within conversations that are read as context and not learned, counted for the preflight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelforge.data.concerned_rows import NAMED_ROWS, ConcernedRows
from modelforge.data.conversations import Message
from modelforge.exceptions import ModelForgeException
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.preflight import Finding
from modelforge.tasks.chat_rendering import render_conversation


@dataclass
class ContextTurns:
    """Sees the rows of a strategy that could learn every answer of a conversation, and learns the last one alone."""

    tokenizer: Any
    config: TrainingConfig
    rows: ConcernedRows = field(default_factory=ConcernedRows)
    answers: int = 0
    calls: int = 0
    writable: bool = True
    """Whether the chat template can write all answers of the first rows so that each could be learned."""

    def __post_init__(self) -> None:
        strategy = self.config.strategy
        self._counts = "assistant_only_loss" in type(strategy).model_fields and not strategy.assistant_only_loss

    def add(self, number: int, row: Mapping[str, Any], apart: bool) -> None:
        """Count the answers of a row before its last. `apart`: as for `ConcernedRows`."""
        turns = _turns(row)
        earlier = [turn for turn in turns[:-1] if turn["role"] == "assistant"]
        if not self._counts or not earlier:
            return
        self.rows.add(number, apart)
        self.answers += len(earlier)
        self.calls += sum(len(turn.get("tool_calls") or ()) for turn in earlier)
        if self.rows.total <= NAMED_ROWS:
            self.writable = self.writable and self._can_all_be_learned(turns, row.get("tools"))

    def findings(self) -> Iterator[Finding]:
        """How many there are, and how they could be learned."""
        if not self.rows.total:
            return
        calls = f", {self.calls:,} tool call(s) among them," if self.calls else ""
        message = (
            f"{self.answers:,} answer(s) in {self.rows.total:,} row(s){calls} stand before the last one of their "
            "conversation: they are context, and not learned."
        )
        yield Finding(
            truth="every-answer-is-learned",
            severity="warning",
            message=message,
            fix="Set strategy.assistant_only_loss: true to learn every answer."
            if self.writable
            else "With this model's chat template, or without one, earlier answers cannot be learned from the same "
            "row: give each answer that is to be learned a row of its own, at its end.",
            **self.rows.named,
            code="answers-as-context" if self.writable else "answers-as-context-only",
            params={"answers": self.answers, "count": self.rows.total, "calls": self.calls},
        )

    def _can_all_be_learned(self, turns: Sequence[Message], tools: Any) -> bool:
        try:
            return self.tokenizer.chat_template is not None and bool(render_conversation(self.tokenizer, turns, tools))
        except ModelForgeException:
            return False


def _turns(row: Mapping[str, Any]) -> list[Message]:
    """The turns of a conversation; none of a row of texts."""
    parts = [row.get(key) for key in ("prompt", "messages", "completion")]
    return [turn for part in parts if isinstance(part, list) for turn in part]
