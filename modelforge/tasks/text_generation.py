"""Text generation: chat in one or many turns, instructions, prompt and completion, and plain text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, ClassVar

from modelforge.data.collator import IGNORED
from modelforge.data.conversations import Message
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.dataset import Shape
from modelforge.tasks.causal_task import CausalTask
from modelforge.tasks.chat_rendering import (
    encode,
    encode_beginning,
    encode_prompt,
    end_token_id,
    end_token_ids,
    render_conversation,
)
from modelforge.tasks.features import Features
from modelforge.tasks.reasoning import thinking_for
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.tokenised_row import TokenisedRow, cut


class TextGeneration(CausalTask):
    """A causal language model that continues a prompt."""

    name: ClassVar[str] = "text-generation"
    shapes: ClassVar[tuple[Shape, ...]] = (
        "input_output",
        "summary",
        "question_answering",
        "alpaca",
        "sharegpt",
        "messages",
        "prompt_completion",
        "text",
    )
    metrics: ClassVar[tuple[str, ...]] = ("exact_match", "token_f1", "rouge1", "rouge2", "rougeL")
    primary_metric: ClassVar[str] = "exact_match"

    def tokenise(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> TokenisedRow:
        """A row as the trainer is fed it, cut to `data.max_length`."""
        if "text" in row:
            whole = _plain_text(row["text"], tokenizer)
        elif isinstance(row.get("prompt"), str):
            whole = _plain_pair(row["prompt"], row["completion"], tokenizer, config)
        else:
            whole = _conversation(_messages(row, config), row.get("tools"), tokenizer, config)
        return cut(whole, config.data.max_length, config.data.truncation_mode)

    def features(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> tuple[Features, ...]:
        """The tokenised row; a plain text that is too long, window by window: all of it is there to be learned."""
        if "text" not in row or config.data.truncation_mode == "drop":
            return super().features(row, tokenizer, config)
        return tuple(_windows(_plain_text(row["text"], tokenizer), config.data.max_length))

    def prompt_ids(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> list[int] | None:
        """The ids that an answer is generated from; plain text has no prompt."""
        if "text" in row:
            return None
        if isinstance(row.get("prompt"), str):
            return encode_beginning(tokenizer, row["prompt"])
        *before, answer = _messages(row, config)
        return encode_prompt(tokenizer, before, row.get("tools"), thinking=thinking_for(answer))

    def is_plain(self, row: CanonicalRow) -> bool:
        """Whether the row is text, or a prompt and a completion as strings."""
        return "text" in row or isinstance(row.get("prompt"), str)

    def prompt_text(self, row: CanonicalRow) -> str:
        """The prompt as people read it: the last user turn."""
        if "text" in row:
            return ""
        if isinstance(row.get("prompt"), str):
            return str(row["prompt"])
        before = [*row.get("prompt", ()), *row.get("messages", ())]
        users = [message["content"] for message in before if message["role"] == "user"]
        return str(users[-1]) if users else ""

    def reference(self, row: CanonicalRow) -> str:
        """The expected answer: the text of the last turn."""
        if "text" in row:
            return str(row["text"])
        if isinstance(row.get("completion"), str):
            return str(row["completion"])
        return str(_last_turn(row).get("content") or "")

    def expected(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> str:
        """A turn that calls functions, as the chat template writes it; any other as the data has it."""
        if self.is_plain(row) or not _last_turn(row).get("tool_calls"):
            return self.reference(row)
        rendered = render_conversation(tokenizer, _messages(row, config), row.get("tools"), last_turn_only=True)
        start, stop = rendered.turns[-1]
        if stop > start and rendered.input_ids[stop - 1] in end_token_ids(tokenizer):
            stop -= 1  # it need not be one that decoding leaves out
        return str(tokenizer.decode(rendered.input_ids[start:stop], skip_special_tokens=True)).strip()


def _last_turn(row: CanonicalRow) -> Message:
    turn: Message = (row.get("messages") or row["completion"])[-1]
    return turn


def _messages(row: CanonicalRow, config: TrainingConfig) -> list[Message]:
    messages = list(row["messages"]) if "messages" in row else [*row["prompt"], *row["completion"]]
    if config.data.system_prompt and messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": config.data.system_prompt})
    return messages


def _conversation(messages: list[Message], tools: Any, tokenizer: Any, config: TrainingConfig) -> TokenisedRow:
    strategy = config.strategy
    rendered = render_conversation(tokenizer, messages, tools, last_turn_only=not strategy.assistant_only_loss)
    ids, turns = list(rendered.input_ids), rendered.turns
    if turns[-1][1] == len(ids) and ids[-1] not in end_token_ids(tokenizer):
        ids.append(end_token_id(tokenizer))  # the template writes none
        turns = (*turns[:-1], (turns[-1][0], len(ids)))
    labels = list(ids)
    if strategy.completion_only_loss or strategy.assistant_only_loss:
        labels = [IGNORED] * len(ids)
        for start, stop in turns:
            labels[start:stop] = ids[start:stop]
    ends = tuple(stop - 1 for _, stop in turns)
    return TokenisedRow(ids, labels, ends, begins_whole=rendered.begins_whole)


def _plain_pair(prompt: str, completion: str, tokenizer: Any, config: TrainingConfig) -> TokenisedRow:
    """Tokenised apart, because the answer will be generated from the prompt's ids alone."""
    before = encode_beginning(tokenizer, prompt)
    after = [*tokenizer(completion, add_special_tokens=False)["input_ids"], end_token_id(tokenizer)]
    ids = [*before, *after]
    masked = [IGNORED] * len(before) if config.strategy.completion_only_loss else before
    return TokenisedRow(ids, [*masked, *after], (len(ids) - 1,))


def _windows(whole: TokenisedRow, width: int) -> Iterator[TokenisedRow]:
    """Parts of nearly equal length, none longer than `width`, that follow each other without a gap; the last one ends
    as the whole does."""
    length = len(whole.input_ids)
    parts = -(-length // width)
    for begin, end in pairwise(length * part // parts for part in range(parts + 1)):
        ends = (end - begin - 1,) if end == length else ()
        yield TokenisedRow(whole.input_ids[begin:end], whole.labels[begin:end], ends)


def _plain_text(text: str, tokenizer: Any) -> TokenisedRow:
    ids = encode(tokenizer, text)
    if not ids or ids[-1] != tokenizer.eos_token_id:
        ids.append(end_token_id(tokenizer))
    return TokenisedRow(ids, list(ids), (len(ids) - 1,))
