"""The training truths of causal language models, and the rows that break them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from modelforge.data.collator import IGNORED
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.chat_rendering import end_token_ids
from modelforge.tasks.reasoning import OPENS, Written, reasons, written
from modelforge.tasks.task import CanonicalRow, Truth
from modelforge.tasks.tokenised_row import TokenisedRow
from modelforge.tasks.unread_turns import leaves_turns_out

if TYPE_CHECKING:
    from modelforge.tasks.causal_task import CausalTask

TRUTHS: Mapping[str, Truth] = {
    "answer-is-trained": Truth(
        "The trained tokens of every row spell its answer, its reasoning included, and nothing else.",
        "The chat template changes answers, writes something before them or leaves their reasoning out. Check "
        "`modelforge data preview`; give reasoning as the template reads it, `<think>…</think>` before the answer or "
        "`reasoning_content`, leave it out of the data, or use the model's own template.",
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
    "turns-are-read": Truth(
        "Every turn before an answer is in the prompt, as far as it is no answer itself.",
        "This model's chat template leaves turns out, such as system turns or what a tool gave back, so that answers "
        "would be learned to what the model is never shown. Choose a model whose template writes them, or leave them "
        "out of the data; what a system turn says can stand in the user's first turn.",
        "turns-are-read",
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
    if not row.begins_whole or (prompt is not None and ids[: len(prompt)] != prompt):
        yield "same-ids"
    if prompt is not None and leaves_turns_out(task, canonical, prompt, tokenizer, config):
        yield "turns-are-read"
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
    trained, turns = _trained_turns(row), _turns_to_train(task, canonical, whole=whole)
    ends = end_token_ids(tokenizer)
    pairs = list(zip(trained, turns, strict=False))
    if len(trained) == len(turns) and all(
        _spells(ids, turn, tokenizer) or _spells(_without_end(ids, ends), turn, tokenizer) for ids, turn in pairs
    ):
        return
    prompt = task.prompt_text(canonical).strip()
    answer = _spelled(_ids(str(turns[-1]["content"]), tokenizer), tokenizer)
    spelled = _spelled(_without_end(trained[-1], ends), tokenizer) if trained else ""
    repeats = spelled.endswith(answer) and len(prompt) > 3 and prompt in spelled.removesuffix(answer)
    yield "prompt-not-trained" if whole and repeats else "answer-is-trained"


def _trained_turns(row: TokenisedRow) -> list[list[int]]:
    """The trained tokens, turn by turn: between two turns stands at least the head of the next."""
    pairs = zip(row.input_ids, row.labels, strict=True)
    parts = groupby(pairs, key=lambda pair: pair[1] != IGNORED)
    return [[token for token, _ in part] for is_trained, part in parts if is_trained]


def _without_end(ids: Sequence[int], ends: Collection[int]) -> Sequence[int]:
    """The ids before a turn's end token: where it is not called special, decoding writes it as text."""
    return ids[:-1] if ids and ids[-1] in ends else ids


def _turns_to_train(task: CausalTask, canonical: CanonicalRow, *, whole: bool) -> list[Mapping[str, Any]]:
    """The turns of the data that are to be learned: the last one of a row, which is `whole` then, or every answer."""
    turns = [turn for key in ("prompt", "messages", "completion") for turn in _turns(canonical.get(key))]
    last = {**(turns[-1] if turns else {}), "content": task.reference(canonical)}
    earlier = [] if whole else [turn for turn in turns[:-1] if turn["role"] == "assistant"]
    return [*earlier, last]


def _spells(ids: Sequence[int], turn: Mapping[str, Any], tokenizer: Any) -> bool:
    """Whether trained tokens are a turn's text and, but for its end, nothing else; of calls, whose form is the
    template's, whether the text is there. White space around a text does not count: templates trim."""
    text, beside = str(turn.get("content") or ""), str(turn.get("reasoning_content") or "")
    spelled = _spelled(ids, tokenizer)
    parts = Written(beside, text) if beside else written(text)
    if turn.get("tool_calls"):
        return all(_spelled(_ids(part, tokenizer), tokenizer) in spelled for part in parts)
    if reasons(turn):
        return written(spelled) == Written(*(_spelled(_ids(part, tokenizer), tokenizer) for part in parts))
    either = (
        (text, parts.answer) if text.lstrip().startswith(OPENS) else (text,)
    )  # a template may drop `<think></think>`
    return any(_is_text(ids, _ids(one, tokenizer), tokenizer) for one in either)


def _is_text(ids: Sequence[int], text: Sequence[int], tokenizer: Any) -> bool:
    """Whether tokens are a text and special tokens behind it."""
    with_special = (str(tokenizer.decode(one)).strip() for one in (ids, text))
    return _spelled(ids, tokenizer) == _spelled(text, tokenizer) and next(with_special).startswith(next(with_special))


def _ids(text: str, tokenizer: Any) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _spelled(ids: Sequence[int], tokenizer: Any) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=True)).strip()
