"""Prompts without their answers: what reinforcement learning samples answers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from modelforge.data.preferences import sides_of
from modelforge.data.problem_phrases import phrase
from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.causal_task import CausalTask
from modelforge.tasks.causal_truths import TRUTHS
from modelforge.tasks.features import Features, MarkedToken
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.task import CanonicalRow, Truth
from modelforge.tasks.unread_turns import leaves_turns_out

EXPECTED = ("reference", "answer", "solution")
"""Columns of a row of prompts that hold the expected answer, in the order in which they are looked for."""


def prompt_row(row: CanonicalRow) -> CanonicalRow:
    """A row of any shape as one with the answer that is wanted: a pair's chosen one, none where it is marked bad."""
    side = sides_of(row)[0]
    if "prompt" not in side or "messages" in side or ("completion" in side and side.get("label") is not False):
        return side
    empty: Any = "" if isinstance(side["prompt"], str) else [{"role": "assistant", "content": ""}]
    return {**side, "completion": empty}


def expected_answer(task: CausalTask, row: CanonicalRow) -> str | None:
    """What the row says that the answer should be; nothing where it says so of none."""
    if row.get("label") is False:
        return None
    if any(name in row for name in ("chosen", "completion", "messages")):
        return task.reference(prompt_row(row))
    return next((str(row[name]) for name in EXPECTED if row.get(name) is not None), None)


@dataclass(frozen=True)
class Prompt:
    """The features of a prompt."""

    ids: list[int]
    left_out: Phrase | None

    @property
    def columns(self) -> dict[str, list[int]]:
        """The row of the trainer's dataset."""
        return {"input_ids": self.ids}

    @property
    def sequences(self) -> tuple[Sequence[int], ...]:
        """The prompt."""
        return (self.ids,)

    @property
    def kept_tokens(self) -> int:
        """Tokens of the prompt."""
        return len(self.ids)

    @property
    def trained_tokens(self) -> int:
        """None: what is trained on is yet to be sampled."""
        return 0

    @property
    def is_cut(self) -> bool:
        """Never: a prompt is asked whole or not at all."""
        return False

    def marked(self) -> Iterator[list[MarkedToken]]:
        """The prompt, token by token."""
        yield [MarkedToken(token, "cut" if self.left_out else "ignored") for token in self.ids]


@dataclass(frozen=True)
class PromptEncoder(RowEncoder):
    """A row of any shape → its prompt. One that leaves no room for an answer within `data.max_length` is left out."""

    answer_tokens: int = 0
    """The longest answer that is to be sampled."""
    names: ClassVar[tuple[str, ...]] = ("input_ids",)

    @property
    def columns(self) -> tuple[str, ...]:
        """The prompt's tokens."""
        return self.names

    @property
    def truths(self) -> Mapping[str, Truth]:
        """Those that are about prompts."""
        return {name: TRUTHS[name] for name in ("turns-are-read", "one-bos")}

    def features(self, row: CanonicalRow) -> tuple[Features, ...]:
        """One prompt."""
        ids = cast(CausalTask, self.task).prompt_ids(prompt_row(row), self.tokenizer, self.config) or []
        room = self.config.data.max_length - self.answer_tokens
        reason = None if ids else phrase("empty-prompt")
        if len(ids) > room:
            reason = phrase("prompt-leaves-no-room", prompt=len(ids), answer=self.answer_tokens)
        return (Prompt(ids, reason),)

    def broken_truths(self, row: CanonicalRow, made: Sequence[Features]) -> Iterator[str]:
        """A prompt that begins twice, or lacks turns."""
        bos, asked = self.tokenizer.bos_token_id, prompt_row(row)
        for features in made:
            ids = features.columns["input_ids"]
            if bos is not None and ids[:2] == [bos, bos]:
                yield "one-bos"
            if leaves_turns_out(cast(CausalTask, self.task), asked, ids, self.tokenizer, self.config):
                yield "turns-are-read"


@dataclass(frozen=True)
class PromptCollator:
    """Prompts as they are: the trainer pads what it samples by itself."""

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"input_ids": [list(row["input_ids"]) for row in rows]}

    def rows_of(self, batch: dict[str, Any]) -> list[dict[str, list[int]]]:
        """The prompts of a batch."""
        return [{"input_ids": ids} for ids in batch["input_ids"]]
