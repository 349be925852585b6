"""The training truths of causal language models, and the rows that break them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.chat_rendering import end_token_ids
from modelforge.tasks.task import CanonicalRow, Truth
from modelforge.tasks.tokenised_row import IGNORED, TokenisedRow

if TYPE_CHECKING:
    from modelforge.tasks.causal_task import CausalTask

TRUTHS: Mapping[str, Truth] = {
    "answer-is-trained": Truth(
        "The trained tokens of every row spell its answer.",
        "The chat template changes answers. Check `modelforge data preview`, or use the model's own template.",
        "answer-is-trained",
    ),
    "prompt-not-trained": Truth(
        "No token of a prompt is in the loss.",
        "Check `modelforge data preview`; the chat template puts prompt text into the answer.",
        "prompt-not-trained",
    ),
    "end-token-trained": Truth(
        "Every trained turn ends with a trained end token.",
        "The chat template closes turns without an end token; use a template that does.",
        "end-token-trained",
    ),
    "tools-are-written": Truth(
        "The chat template writes the tools and the tool calls of every row.",
        "This model's chat template leaves them out, so that calls would be learned as silence. Choose a model whose "
        "template writes tools, or leave tools and calls out of the data.",
        "tools-are-written",
    ),
    "one-bos": Truth(
        "No row begins with two BOS tokens.",
        "Remove the BOS token from the data's own text, or from the chat template.",
        "one-bos",
    ),
    "same-ids": Truth(
        "Training and the playground turn a prompt into the same ids.",
        "An answer begins in the middle of a token. Let prompts end, or answers begin, at a whole word.",
        "same-ids",
    ),
}


def broken_truths(
    task: CausalTask, canonical: CanonicalRow, row: TokenisedRow, tokenizer: Any, config: TrainingConfig
) -> Iterator[str]:
    """The truths that `row`, made of `canonical`, breaks."""
    ids, ends, bos = row.input_ids, end_token_ids(tokenizer), tokenizer.bos_token_id
    if bos is not None and bos not in ends and ids[:2] == [bos, bos]:
        yield "one-bos"
    if any(ids[end] not in ends or row.labels[end] == IGNORED for end in row.turn_ends):
        yield "end-token-trained"
    if not _names_functions(canonical, row, tokenizer):
        yield "tools-are-written"
    prompt = task.prompt_ids(canonical, tokenizer, config)
    if prompt is not None and ids[: len(prompt)] != prompt:
        yield "same-ids"
    strategy = config.strategy
    if "text" not in canonical and (strategy.completion_only_loss or strategy.assistant_only_loss):
        yield from _broken_answer(task, canonical, row, tokenizer, whole=not strategy.assistant_only_loss)


def _names_functions(canonical: CanonicalRow, row: TokenisedRow, tokenizer: Any) -> bool:
    """Whether the name of every function that the row describes or calls is in its text, and that of a last turn's
    calls among what is trained."""
    turns = [turn for key in ("prompt", "messages", "completion") for turn in _turns(canonical.get(key))]
    described = {str((tool.get("function") or tool).get("name")) for tool in canonical.get("tools") or ()}
    called = [{str(call["function"]["name"]) for call in turn.get("tool_calls") or ()} for turn in turns]
    if not described and not any(called):
        return True
    whole = str(tokenizer.decode(row.input_ids))
    trained = str(tokenizer.decode([token for token in row.labels if token != IGNORED]))
    asked_of_last = called[-1] if called else set()
    return all(name in whole for name in described.union(*called)) and all(name in trained for name in asked_of_last)


def _turns(messages: Any) -> Sequence[Mapping[str, Any]]:
    return messages if isinstance(messages, list) else ()


def _broken_answer(
    task: CausalTask, canonical: CanonicalRow, row: TokenisedRow, tokenizer: Any, *, whole: bool
) -> Iterator[str]:
    """Read the trained tokens back and compare them with the data: independent of how they were chosen."""
    trained = [token for token, label in zip(row.input_ids, row.labels, strict=True) if label != IGNORED]
    spelled = _spelled(trained, tokenizer)
    answer = _spelled(tokenizer(task.reference(canonical), add_special_tokens=False)["input_ids"], tokenizer)
    if not spelled.endswith(answer):
        yield "answer-is-trained"
        return
    before = spelled[: len(spelled) - len(answer)]
    prompt = task.prompt_text(canonical).strip()
    if whole and len(prompt) > 3 and prompt in before:
        yield "prompt-not-trained"


def _spelled(ids: Sequence[int], tokenizer: Any) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=True)).strip()
