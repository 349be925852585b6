"""A Modelfile, with which Ollama asks a GGUF file as it was trained to be asked.

Ollama does not read the chat template that lies in the file; it wants one in Go's language. That is not translated but
found out: the chat template is shown a few conversations, and what it writes around the turns goes into a Go template.
It is kept only if it gives the same token ids for other conversations; else there is no Modelfile.

A model that was trained on bare texts, or on texts behind a prefix, is asked about one text: of a conversation, its
template writes the last one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from modelforge.data.conversations import Message
from modelforge.exceptions import ConfigurationError
from modelforge.exporting import go_template

Prompt = Callable[[Sequence[Message]], str]
"""A conversation → the text that the model answers to."""
LONGEST_CONTEXT = 8192
"""Tokens that Ollama is told to make room for, where the model reads more: room costs memory."""
SYSTEM, USER, ANSWER, AGAIN = "sYs7em-1", "qUes7ion-2", "aNswer-3", "qUes7ion-4"
"""Contents that no template writes by itself."""
QUOTES = '"""'


def conversations() -> list[list[Message]]:
    """What a Go template must write the same ids for: one turn and more, with a system prompt and without."""
    turns = [
        ("user", "What is the capital of France?"),
        ("assistant", "Paris.\nIt lies on the Seine."),
        ("user", 'Copy this: "Order 4711, 3 pieces, Zürich".'),
        ("assistant", '{"order": 4711}'),
        ("user", "if x < 3 {{ y }} | 日本語 👍"),
    ]
    messages: list[Message] = [{"role": role, "content": content} for role, content in turns]
    system: Message = {"role": "system", "content": "Answer briefly.\nAnswer in English."}
    return [talk for length in (1, 3, 5) for talk in (messages[:length], [system, *messages[:length]])]


def bare_template(prefix: str = "") -> str | None:
    """For models that were trained on bare text, behind `prefix`; nothing where Go would take that for an action."""
    return _last_turn(prefix, "") if _is_text(prefix) else None


def go_template_of(prompt: Prompt, bos: str | None, stops: Sequence[str] = (), *, prefix: str = "") -> str | None:
    """A Go template that writes what `prompt` does, or nothing where the turns do not follow a plain pattern.

    Args:
        bos: the token that the reader of the file puts before every prompt by itself; left out.
        stops: tokens that end a turn; they go with the turn that they end.
        prefix: what stands before every text that the model is asked about; earlier turns are left out then.
    """
    user, more = {"role": "user", "content": USER}, {"role": "user", "content": AGAIN}
    around = _between(prompt([user, {"role": "assistant", "content": ANSWER}, more]), USER, ANSWER, AGAIN)
    briefed = _briefed(prompt, user)
    if around is None or not around[3].startswith(around[1]):
        return None  # what follows a question is another text before an answer that is there than before one to come
    first, asked, answered = _begun(around[0], bos), around[1], around[2]
    begun = around[3].removeprefix(asked)  # of the answer to come: `<think></think>` where the model is not to reason
    turn = _common_end(first, answered, *briefed[1:2])
    for stop in stops:
        turn = turn.removeprefix(stop)
    first, answered = first.removesuffix(turn), answered.removesuffix(turn)
    opening = first
    if briefed:
        before, behind = _begun(briefed[0], bos), briefed[1].removesuffix(turn)
        otherwise = f"{{{{ else }}}}{first}" if first else ""
        opening = f"{{{{ if .System }}}}{before}{{{{ .System }}}}{behind}{otherwise}{{{{ end }}}}"
    if not all(_is_text(part) for part in (first, asked, answered, turn, prefix, begun, *briefed)):
        return None
    return opening + (_last_turn(turn + prefix, asked + begun) if prefix else _all_turns(turn, asked, answered, begun))


def _all_turns(turn: str, asked: str, answered: str, begun: str) -> str:
    loop, last = go_template.LOOP_WITH_PLACES if begun else "range .Messages", go_template.LAST_OF_LOOP
    begin = f"{{{{ {last} }}}}{begun}{{{{ end }}}}" if begun else ""
    return (
        f'{{{{ {loop} }}}}{{{{ if eq .Role "user" }}}}{turn}{{{{ .Content }}}}{asked}{begin}'
        f'{{{{ else if eq .Role "assistant" }}}}{{{{ .Content }}}}{answered}{{{{ end }}}}{{{{ end }}}}'
    )


def _last_turn(turn: str, asked: str) -> str:
    loop, last = go_template.LOOP_WITH_PLACES, go_template.LAST_OF_LOOP
    return f"{{{{ {loop} }}}}{{{{ {last} }}}}{turn}{{{{ .Content }}}}{asked}{{{{ end }}}}{{{{ end }}}}"


def prompt_of_go(template: str, messages: Sequence[Message]) -> str:
    """What Ollama makes of a conversation: it gathers the system turns, and keeps the others."""
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    turns = [{"Role": message["role"], "Content": message["content"]} for message in messages]
    values = {"System": system, "Messages": turns, "Prompt": messages[-1]["content"]}
    return go_template.render(template, values)


def modelfile(
    file_name: str, template: str, *, stops: Sequence[str], system: str | None, context: int | None, label: str = ""
) -> str | None:
    """The Modelfile, or nothing where a text cannot be written in one. Answers are greedy, as they were measured.

    Args:
        label: what whoever reads it should know, in one line; none where it is empty.
    """
    texts = [("TEMPLATE", template), *([("SYSTEM", system)] if system else [])]
    if any(not _can_be_quoted(text) for _, text in texts) or any('"' in stop or "\n" in stop for stop in stops):
        return None
    lines = [
        *([f"# {label}"] if label else []),
        f"FROM ./{file_name}",
        *(f"{command} {QUOTES}{text}{QUOTES}" for command, text in texts),
        *(f'PARAMETER stop "{stop}"' for stop in stops),
        "PARAMETER temperature 0",
        "PARAMETER repeat_penalty 1",
        f"PARAMETER num_ctx {min(context or LONGEST_CONTEXT, LONGEST_CONTEXT)}",
    ]
    return "\n".join(lines) + "\n"


def _between(text: str, *marks: str) -> list[str] | None:
    """The texts around the marks, which must stand once each and in order."""
    parts = []
    for mark in marks:
        if text.count(mark) != 1:
            return None
        part, _, text = text.partition(mark)
        parts.append(part)
    return [*parts, text]


def _briefed(prompt: Prompt, user: Message) -> list[str]:
    """The texts around a system prompt and the first question; none where the template takes no system prompt."""
    try:
        return _between(prompt([{"role": "system", "content": SYSTEM}, user]), SYSTEM, USER) or []
    except ConfigurationError:
        return []


def _common_end(*texts: str) -> str:
    shortest = min(texts, key=len)
    return next(end for at in range(len(shortest) + 1) if all(text.endswith(end := shortest[at:]) for text in texts))


def _begun(text: str, bos: str | None) -> str:
    return text.removeprefix(bos) if bos else text


def _is_text(part: str) -> bool:
    """Whether Go writes it as it is: nothing in it begins an action, nor does its end with the action behind it."""
    return "{{" not in part and not part.endswith("{")


def _can_be_quoted(text: str) -> bool:
    """Whether Ollama's parser gives it back: it drops what is not printable, and triple quotes end it."""
    return QUOTES not in text and all(letter.isprintable() or letter in "\n\t" for letter in text)
