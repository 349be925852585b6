"""Conversations → text → ids: the one place that applies a chat template, in training, evaluation and playground."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from modelforge.data.conversations import Message
from modelforge.exceptions import ConfigurationError, ErrorCode, StrategyError
from modelforge.tasks.chat_template import on_fixed_day, thinks
from modelforge.tasks.reasoning import reasons

END_OF_TURN_TOKENS = ("<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "<turn|>", "<|eot|>", "<|endoftext|>")
"""Llama 3, Qwen, Phi, Gemma, …: models whose turns end with another token than their EOS."""


@dataclass(frozen=True)
class RenderedConversation:
    """A conversation's ids, and where each assistant turn lies in them as (start, stop) with its end token included."""

    input_ids: list[int]
    turns: tuple[tuple[int, int], ...]
    ends_closed: bool
    """Whether every turn ends with an end token."""
    begins_whole: bool = True
    """Whether every turn begins where a token does: else its prompt, alone, has other ids than here."""


def render_prompt(
    tokenizer: Any, messages: Sequence[Message], tools: Any = None, *, thinking: bool | None = None
) -> str:
    """The text that a model answers to. Without a chat template, the turns' contents, a line each.

    Args:
        thinking: whether the answer is to begin with reasoning, where the template asks; None: as the model was
            trained, and without where it was not trained here.

    Raises:
        ConfigurationError: the template does not allow such a conversation.
    """
    if tokenizer.chat_template is None:
        return "".join(f"{message['content']}\n" for message in messages)
    return _render(tokenizer, messages, tools, thinking, add_generation_prompt=True)


def render_text(tokenizer: Any, messages: Sequence[Message], tools: Any = None, *, thinking: bool | None = None) -> str:
    """A whole conversation as the chat template writes it. Raises ConfigurationError where it does not allow it."""
    return _render(tokenizer, messages, tools, thinking)


def encode_prompt(
    tokenizer: Any, messages: Sequence[Message], tools: Any = None, *, thinking: bool | None = None
) -> list[int]:
    """The ids that a model answers to: `render_prompt`, tokenised once."""
    prompt = render_prompt(tokenizer, messages, tools, thinking=thinking)
    if tokenizer.chat_template is None:
        return encode_beginning(tokenizer, prompt)
    return list(tokenizer(prompt, add_special_tokens=False)["input_ids"])  # a template writes its own special tokens


def encode(tokenizer: Any, text: str) -> list[int]:
    """A whole text → ids, with what the tokenizer puts around texts: a BOS, an EOS, as it has been made."""
    return list(tokenizer(text)["input_ids"])


def encode_beginning(tokenizer: Any, text: str) -> list[int]:
    """A text that is to be written on from → ids, without what the tokenizer puts behind texts: behind an EOS, a model
    would begin something else."""
    ids = encode(tokenizer, text)
    return ids[: len(ids) - _tokens_behind(tokenizer)]


def _tokens_behind(tokenizer: Any) -> int:
    """How many tokens the tokenizer puts behind every text."""
    around, text = encode(tokenizer, "a"), list(tokenizer("a", add_special_tokens=False)["input_ids"])
    before = next((at for at in range(len(around)) if around[at : at + len(text)] == text), 0)
    return len(around) - before - len(text)


def render_conversation(
    tokenizer: Any, messages: Sequence[Message], tools: Any = None, *, last_turn_only: bool = False
) -> RenderedConversation:
    """Tokenise a whole conversation once and find its assistant turns, or only its last turn.

    A turn begins where the generation prompt ends and stops behind its end token. Positions come from the text: the
    conversation up to a turn must be a prefix of the whole, which is what the playground will show the model. A turn
    without reasoning of its own is written behind a prompt that leaves no room for any.

    Raises:
        ConfigurationError: the template does not allow such a conversation.
        StrategyError: the template rewrites earlier turns, or begins an answer otherwise once it is there, so that no
            position is right.
    """
    if tokenizer.chat_template is None:
        return _without_template(tokenizer, messages)
    text = _render(tokenizer, messages, tools, reasons(messages[-1]))
    encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids, offsets = list(encoding["input_ids"]), encoding["offset_mapping"]
    last = len(messages) - 1
    turns, closed, whole_tokens = [], True, True
    for index in _assistant_turns(messages, last_turn_only):
        thinking = reasons(messages[index])
        prompt = render_prompt(tokenizer, messages[:index], tools, thinking=thinking)
        begin = len(_prefix(text, prompt, REBEGINS if index == last else REWRITES))
        whole = text if index == last else _prefix(text, _render(tokenizer, messages[: index + 1], tools, thinking))
        start, stop = _positions(offsets, begin, len(whole))
        whole_tokens = whole_tokens and not (start and offsets[start - 1][1] > begin)
        stop, is_closed = _cut_behind_end(tokenizer, ids, start, stop)
        turns.append((start, stop))
        closed = closed and is_closed
    return RenderedConversation(ids, tuple(turns), closed, whole_tokens)


def _assistant_turns(messages: Sequence[Message], last_turn_only: bool) -> list[int]:
    if last_turn_only:
        return [len(messages) - 1]
    return [index for index, message in enumerate(messages) if message["role"] == "assistant"]


def end_token_ids(tokenizer: Any) -> frozenset[int]:
    """The ids that end a turn: the tokenizer's EOS, and the well-known end-of-turn tokens that it has."""
    added = tokenizer.get_added_vocab()
    known = (tokenizer.convert_tokens_to_ids(token) for token in END_OF_TURN_TOKENS if token in added)
    return frozenset(token for token in (tokenizer.eos_token_id, *known) if token is not None)


def end_token_id(tokenizer: Any) -> int:
    """The token behind an answer that has none yet: without it, answers would never end.

    Raises:
        ConfigurationError: the tokenizer has no end token.
    """
    if tokenizer.eos_token_id is None:
        raise ConfigurationError(
            f"The tokenizer of {tokenizer.name_or_path} has no end token, so answers could not be learned to an end.",
            hint="Name one as `eos_token` in its tokenizer_config.json, or take a model that has one.",
            code="no-end-token",
            params={"tokenizer": str(tokenizer.name_or_path)},
        )
    return int(tokenizer.eos_token_id)


def _render(
    tokenizer: Any,
    messages: Sequence[Message],
    tools: Any,
    thinking: bool | None,
    *,
    add_generation_prompt: bool = False,
) -> str:
    from jinja2 import TemplateError

    template = tokenizer.get_chat_template(tools=tools)
    try:
        return str(
            tokenizer.apply_chat_template(
                list(messages),
                tools=tools,
                chat_template=on_fixed_day(template),
                tokenize=False,
                add_generation_prompt=add_generation_prompt,
                enable_thinking=thinks(template) if thinking is None else thinking,
            )
        )
    except TemplateError as error:
        if "tool" not in template and (tools or any(_is_of_a_tool(message) for message in messages)):
            raise ConfigurationError(
                f"The model's chat template writes no tools, and refuses this conversation with some: {error}",
                hint="Choose a model whose chat template writes tools, as those of Qwen and Llama 3.1 do, or leave "
                "tools, calls and their results out.",
                code="template-writes-no-tools",
                params={"reason": str(error)},
            ) from error
        raise ConfigurationError(
            f"The model's chat template refuses this conversation: {error}",
            hint="Some models take no system turn (data.system_prompt writes one), or want user and assistant in "
            "turns: leave system turns out, correct the order, or choose another model.",
            code="template-refuses",
            params={"reason": str(error)},
        ) from error


def _is_of_a_tool(message: Message) -> bool:
    """Whether a turn calls a tool, or says what came of it."""
    return bool(message.get("tool_calls")) or message["role"] == "tool"


class Refusal(NamedTuple):
    """Why no position is right, and the way out."""

    message: str
    hint: str
    code: ErrorCode


REWRITES = Refusal(
    "The chat template writes an earlier part of the conversation differently once more turns follow.",
    "Train the last turn only (strategy.assistant_only_loss: false) with one answer per row.",
    code="template-rewrites-turns",
)
REBEGINS = Refusal(
    "The chat template begins an answer that is to come differently from one that is there.",
    "Such templates write reasoning before every answer, or drop that of the data. Choose a model whose template can "
    "leave reasoning out (`enable_thinking`), or give the rows as texts, `prompt` and `completion`, to which no "
    "template is applied.",
    code="template-begins-otherwise",
)


def _prefix(text: str, prefix: str, refusal: Refusal = REWRITES) -> str:
    if not text.startswith(prefix):
        raise StrategyError(refusal.message, hint=refusal.hint, code=refusal.code)
    return prefix


def _positions(offsets: Sequence[tuple[int, int]], begin: int, end: int) -> tuple[int, int]:
    """The first tokens that begin at or behind the two places in the text."""
    lefts = [left for left, _ in offsets]
    return bisect_left(lefts, begin), bisect_left(lefts, end)


def _cut_behind_end(tokenizer: Any, ids: list[int], start: int, stop: int) -> tuple[int, bool]:
    """Move `stop` behind the turn's last end token: what a template writes after it is never generated."""
    ends = end_token_ids(tokenizer)
    for index in range(stop - 1, start - 1, -1):
        if ids[index] in ends:
            return index + 1, True
    return stop, False


def _without_template(tokenizer: Any, messages: Sequence[Message]) -> RenderedConversation:
    """A model without a template learns to answer the last turn after a line break, and to end with its EOS."""
    prompt = encode_prompt(tokenizer, messages[:-1])
    answer = list(tokenizer(messages[-1]["content"], add_special_tokens=False)["input_ids"])
    ids = [*prompt, *answer, end_token_id(tokenizer)]
    return RenderedConversation(ids, ((len(prompt), len(ids)),), True)
