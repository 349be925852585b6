"""How a model's chat template writes a call of a function, found out from the template itself.

The template is shown a conversation in which a made-up function is called. What stands around the function's name and
arguments is the form of a call. It is kept only if it gives back other calls that the template has written too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jinja2 import TemplateError

from modelforge.data.conversations import Message
from modelforge.exceptions import ConfigurationError
from modelforge.tasks.call_core import Call, CallCore, find_json_core, find_parameter_core, skip_words
from modelforge.tasks.chat_rendering import end_token_ids, render_prompt, render_text
from modelforge.tasks.reasoning import CLOSES

NAME = "pr0be_function"
FIRST, SECOND = "fir5t_key", "sec0nd_key"
PLAIN: Mapping[str, Any] = {FIRST: "va1ue", SECOND: "o7her"}
RESULT = "re5ult"
"""Words that no template writes by itself."""
BARE = re.compile(r"\s*\[?\s*\{\s*\"")
"""A call without a mark before it: JSON alone."""
PROOFS: tuple[Mapping[str, Any], ...] = (
    {FIRST: 'two\nlines, "quoted" {x}', SECOND: 7},
    {SECOND: [1, {"deep": "x"}]},
    {},
)
"""What the form must give back as it was written: texts, numbers, lists, and no arguments at all."""
PROBE_TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": NAME,
            "description": "A probe.",
            "parameters": {"type": "object", "properties": {FIRST: {"type": "string"}, SECOND: {}}},
        },
    }
]
ASKED: Message = {"role": "user", "content": "Probe."}
PROBE_TALK: list[Message] = [
    ASKED,
    {
        "role": "assistant",
        "tool_calls": [
            {"type": "function", "function": {"name": NAME, "arguments": dict(PLAIN)}, "id": "pr0be0000"},
        ],
        "content": "",
    },
    {"role": "tool", "content": RESULT, "name": NAME, "tool_call_id": "pr0be0000"},
]
"""A question, a call, and what came of it."""
FAILURES = (ConfigurationError, TemplateError, ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What a template, or a reader, raises for what it does not know."""


class CallForm(Protocol):
    """A way in which calls are written."""

    @property
    def opening(self) -> str:
        """What a call begins with; empty where an answer that calls is bare JSON."""

    @property
    def marks(self) -> frozenset[str]:
        """The special tokens that are part of it."""

    def read(self, text: str, tools: Sequence[Mapping[str, Any]]) -> list[Call] | None:
        """The calls that `text` consists of; nothing where it is anything else."""


def takes_tools(tokenizer: Any) -> bool:
    """Whether the chat template writes the functions that may be called into the prompt."""
    try:
        return tokenizer.chat_template is not None and NAME in render_prompt(tokenizer, [ASKED], PROBE_TOOLS)
    except FAILURES:
        return False


def takes_results(tokenizer: Any) -> bool:
    """Whether the chat template writes calls and their results, too."""
    try:
        asked, answered = (render_prompt(tokenizer, talk, PROBE_TOOLS) for talk in ([ASKED], PROBE_TALK))
    except FAILURES:
        return False
    return answered.count(NAME) > asked.count(NAME) and RESULT in answered


def call_form(tokenizer: Any) -> CallForm | None:
    """The form of a call; the tokenizer's own parser where it has one that reads what its template writes.

    Returns: nothing where the template takes no tools, or writes calls in a form that is not understood.
    """
    if not takes_tools(tokenizer) or (plain := _written(tokenizer, [PLAIN])) is None or NAME not in plain:
        return None
    forms = (_own_form(tokenizer, plain), *(_found(tokenizer, plain, find) for find in CORES))
    return next((form for form in forms if form is not None and _holds(form, tokenizer)), None)


@dataclass(frozen=True)
class FoundForm:
    """`before CORE between CORE … after`; white space around the marks does not count."""

    opening: str
    marks: frozenset[str]
    before: str
    core: CallCore
    between: str | None
    """Nothing where the template writes one call at a time."""
    after: str

    def read(self, text: str, tools: Sequence[Mapping[str, Any]]) -> list[Call] | None:
        """The calls that `text` consists of; nothing where it is anything else."""
        at, calls = skip_words(text, 0, self.before), list[Call]()
        while at is not None:
            found = self.core.read(text, at, tools)
            if found is None:
                return None
            call, at = found
            calls.append(call)
            end = skip_words(text, at, self.after)
            if end is not None and not text[end:].strip():
                return calls
            at = None if self.between is None else skip_words(text, at, self.between)
        return None


@dataclass(frozen=True)
class OwnForm:
    """What the tokenizer's `response_template` reads, by transformers' parser."""

    opening: str
    marks: frozenset[str]
    tokenizer: Any

    def read(self, text: str, tools: Sequence[Mapping[str, Any]]) -> list[Call] | None:
        """The calls that `text` consists of; nothing where it is anything else."""
        try:
            said = self.tokenizer.parse_response(text, prefix="", tools=list(tools))
            if str(said.get("content") or "").strip():
                return None
            functions = [call["function"] for call in said.get("tool_calls") or ()]
            calls = [Call(function["name"], function["arguments"]) for function in functions]
        except FAILURES:
            return None
        return calls if calls and all(isinstance(call.arguments, dict) for call in calls) else None


Find = Callable[[str, str, Mapping[str, Any]], CallCore | None]
"""A text in which a name and its arguments stand → how they stand there."""
CORES: tuple[Find, ...] = (find_json_core, find_parameter_core)


def _own_form(tokenizer: Any, plain: str) -> CallForm | None:
    if getattr(tokenizer, "response_template", None) is None:
        return None
    return OwnForm(_opening(plain), _marks(tokenizer, plain), tokenizer)


def _found(tokenizer: Any, plain: str, find: Find) -> CallForm | None:
    core = find(plain, NAME, PLAIN)
    if core is None:
        return None
    start = core.begin(plain, NAME, 0)
    one = core.read(plain, start, PROBE_TOOLS)
    if one is None:
        return None
    before, after = plain[:start], plain[one[1] :]
    return FoundForm(_opening(plain), _marks(tokenizer, plain), before, core, _between(tokenizer, core), after)


def _between(tokenizer: Any, core: CallCore) -> str | None:
    """What stands between two calls, where the template writes two."""
    two = _written(tokenizer, [PLAIN, PLAIN])
    if two is None or two.count(NAME) != 2:
        return None
    first = core.read(two, core.begin(two, NAME, 0), PROBE_TOOLS)
    return None if first is None else two[first[1] : core.begin(two, NAME, first[1])]


def _holds(form: CallForm, tokenizer: Any) -> bool:
    """Whether everything that the template writes is read as it was meant."""
    for rows in ([PLAIN], *([proof] for proof in PROOFS), [PLAIN, PROOFS[0]]):
        text = _written(tokenizer, rows)
        if text is None and len(rows) > 1:
            continue  # one call at a time
        if text is None or form.read(text, PROBE_TOOLS) != [Call(NAME, dict(row)) for row in rows]:
            return False
    return True


def _written(tokenizer: Any, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """What an answer that calls the probe with these arguments consists of, without its end."""
    calls = [
        {"type": "function", "function": {"name": NAME, "arguments": dict(row)}, "id": f"pr0be000{number}"}
        for number, row in enumerate(rows)
    ]
    answer: Message = {"role": "assistant", "content": "", "tool_calls": calls}
    try:
        prompt = render_prompt(tokenizer, [ASKED], PROBE_TOOLS, thinking=False)
        whole = render_text(tokenizer, [ASKED, answer], PROBE_TOOLS, thinking=False)
    except FAILURES:
        return None
    begin = prompt
    if not whole.startswith(prompt):  # reasoning that is left out here: back to the last mark that both have
        alike = next((n for n, (a, b) in enumerate(zip(prompt, whole, strict=False)) if a != b), len(whole))
        begin = re.sub(r"[^\s>]*$", "", prompt[:alike])
    text = whole[len(begin) :].rpartition(CLOSES)[2]
    ends = [str(tokenizer.convert_ids_to_tokens(token)) for token in end_token_ids(tokenizer)]
    return text[: min((place for end in ends if (place := text.find(end)) >= 0), default=len(text))]


def _opening(plain: str) -> str:
    words = plain[: plain.index(NAME)].split()
    return words[0] if words and not BARE.match(plain) else ""


def _marks(tokenizer: Any, plain: str) -> frozenset[str]:
    return frozenset(token for token in tokenizer.all_special_tokens if token in plain)
