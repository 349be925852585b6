"""`modelforge chat`: talk to a model, beside its base if asked."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelforge.cli.options import Json
from modelforge.cli.output import dump
from modelforge.cli.quiet import quiet_libraries
from modelforge.cli.workplace import Workplace
from modelforge.exceptions import ConfigurationError, ModelForgeException

if TYPE_CHECKING:
    from rich.console import Console

    from modelforge.data.conversations import Message
    from modelforge.inference.chat_engine import ChatEngine, Tools
    from modelforge.schemas.sampling import Sampling

QUIT, NEW = ("/quit", "/exit"), "/new"


def chat(
    model: Annotated[
        str | None,
        typer.Argument(help="A model of the library, starter:NAME, a folder or a hub id.", show_default="the newest"),
    ] = None,
    prompt: Annotated[str | None, typer.Option("--prompt", "-p", help="Ask this once, print the answer, end.")] = None,
    system: Annotated[str | None, typer.Option("--system", help="A system turn to begin with.")] = None,
    base: Annotated[bool, typer.Option("--base", help="Show the untuned base model's answer as well.")] = False,
    temperature: Annotated[
        float, typer.Option(min=0, max=5, help="0 takes the likeliest token; higher varies more.")
    ] = 0.0,
    top_p: Annotated[
        float, typer.Option(min=0.001, max=1, help="Sample among the tokens that reach this share.")
    ] = 1.0,
    top_k: Annotated[int, typer.Option(min=0, help="Sample among this many tokens; 0 leaves all in.")] = 0,
    repetition_penalty: Annotated[
        float, typer.Option(min=0.1, max=5, help="Above 1, repeated tokens become less likely.")
    ] = 1.0,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="The longest answer, in tokens.")] = 256,
    seed: Annotated[int | None, typer.Option(min=0, help="Makes sampled answers repeatable.")] = None,
    tools: Annotated[
        Path | None,
        typer.Option(help="With --prompt: a JSON file with functions that the model may call, as OpenAI has them."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Talk to a model. Without a model's name, to the newest one of the library.

    Example: modelforge chat --prompt "My name is Ada Ray. Order 4711, the lamp is broken." --base
    """
    from modelforge.schemas.sampling import Sampling

    if as_json and prompt is None:
        raise ConfigurationError("--json prints one answer.", hint='Add --prompt "…".')
    if tools is not None and prompt is None:
        raise ConfigurationError(
            "--tools is for one answer: a call's result has no place here.", hint='Add --prompt "…".'
        )
    functions = _read_tools(tools)
    sampling = Sampling(
        temperature=temperature,
        top_p=top_p,
        top_k=top_k,
        repetition_penalty=repetition_penalty,
        max_new_tokens=max_new_tokens,
        seed=seed,
    )
    name, engine = _load(model)
    begin: list[Message] = [{"role": "system", "content": system}] if system else []
    if prompt is None:
        _converse(name, engine, begin, sampling, base=base)
        return
    messages = [*begin, {"role": "user", "content": prompt}]
    if as_json:
        dump(_as_document(name, engine, messages, sampling, functions, base=base))
    else:
        _answer(engine, messages, sampling, functions, base=base)


def _read_tools(path: Path | None) -> Tools:
    """The functions that the file describes. Raises ConfigurationError."""
    from pydantic import TypeAdapter, ValidationError

    from modelforge.schemas.tools import Tools as Described

    if path is None:
        return ()
    try:
        return TypeAdapter[tuple[dict[str, Any], ...]](Described).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        fault = str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error.strerror)
        raise ConfigurationError(
            f"{path} holds no tools that can be used: {fault}.",
            hint='Write a JSON list: [{"type": "function", "function": {"name": …, "parameters": {…}}}].',
        ) from error


def _load(model: str | None) -> tuple[str, ChatEngine]:
    from rich.console import Console

    from modelforge.services.model_service import ModelLibrary

    files = Workplace.open().files
    name = model or ModelLibrary(files).newest().id
    with Console(stderr=True).status(f"Loading {name}"):
        from modelforge.inference.chat_engine import ChatEngine

        quiet_libraries()
        return name, ChatEngine.load(name, files)


def _as_document(
    name: str, engine: ChatEngine, messages: list[Message], sampling: Sampling, tools: Tools, *, base: bool
) -> dict[str, Any]:
    tuned = _one(engine, messages, sampling, tools, base=False)
    document: dict[str, Any] = {"model": name, "messages": messages, **tuned}
    if base:
        document["base"] = {"model": engine.base_name, **_one(engine, messages, sampling, tools, base=True)}
    return document


def _one(
    engine: ChatEngine, messages: list[Message], sampling: Sampling, tools: Tools, *, base: bool
) -> dict[str, Any]:
    started = time.monotonic()
    stream = engine.stream(messages, sampling, tools=tools, base=base)
    return {
        "answer": stream.text(),
        **({"calls": [call._asdict() for call in stream.calls]} if tools else {}),
        "finish_reason": stream.finish_reason,
        "prompt_tokens": stream.prompt_tokens,
        "new_tokens": stream.new_tokens,
        "seconds": round(time.monotonic() - started, 3),
    }


def _answer(engine: ChatEngine, messages: list[Message], sampling: Sampling, tools: Tools = (), *, base: bool) -> str:
    """Print the answer as it is written, that of the base before it if asked; return the tuned one."""
    if base:
        typer.secho(f"base ({engine.base_name})", fg="yellow", bold=True)
        _print_stream(engine, messages, sampling, tools, base=True)
        typer.secho("tuned", fg="green", bold=True)
    return _print_stream(engine, messages, sampling, tools, base=False)


def _print_stream(engine: ChatEngine, messages: list[Message], sampling: Sampling, tools: Tools, *, base: bool) -> str:
    """Ctrl-C ends the answer where it is."""
    pieces: list[str] = []
    try:
        stream = engine.stream(messages, sampling, tools=tools, base=base)
        for piece in stream:
            pieces.append(piece)
            typer.echo(piece, nl=False)
        calls = [f"→ {call.name} {json.dumps(call.arguments, ensure_ascii=False)}" for call in stream.calls]
        typer.echo("\n".join([*([""] if pieces and calls else []), *calls]), nl=False)
    except KeyboardInterrupt:
        typer.echo(" …", nl=False)
    typer.echo()
    return "".join(pieces)


def _converse(name: str, engine: ChatEngine, begin: list[Message], sampling: Sampling, *, base: bool) -> None:
    from rich.console import Console

    from modelforge.cli.errors import report_error

    console = Console(highlight=False)
    console.print(f"Talking to {name}. {NEW} begins a new conversation, {QUIT[0]} ends.", markup=False)
    messages = list(begin)
    while (line := _ask(console)) is not None:
        if line == NEW:
            messages = list(begin)
        elif line:
            asked = [*messages, {"role": "user", "content": line}]
            try:
                answer = _answer(engine, asked, sampling, base=base)
            except ModelForgeException as error:
                report_error(error, as_json=False)
                continue
            messages = [*asked, {"role": "assistant", "content": answer}]


def _ask(console: Console) -> str | None:
    """What the user types; nothing once they leave."""
    try:
        line = console.input("[bold]you ›[/] ").strip()
    except (EOFError, KeyboardInterrupt):
        console.print()
        return None
    return None if line in QUIT else line
