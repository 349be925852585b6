"""Tools over HTTP, with a model that has learned to call them: the official client, and the playground."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from server_under_test import TOKEN
from test_openai import client_of
from threaded_server import LiveServer, live_server
from tool_model import BROKEN, CONFIG, RESULT, ROWS, TOOLS, asked, put_tool_model, row, user

from modelforge.inference.chat_engine import ChatEngine
from modelforge.tasks.text_generation import TextGeneration


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("tools")) as server:
        put_tool_model(server.services)
        yield server


@pytest.fixture(scope="module")
def client(server: LiveServer) -> Iterator[openai.OpenAI]:
    with client_of(server, TOKEN) as client:
        yield client


@pytest.fixture(scope="module")
def engine(server: LiveServer) -> ChatEngine:
    return ChatEngine.load("caller", server.services.files)


def ask(client: openai.OpenAI, messages: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="caller", messages=messages, **{"tools": TOOLS, **more})


def turns(name: str) -> list[Any]:
    """A row's question as OpenAI has it: arguments as JSON text, no content beside calls."""
    document: Any = json.loads(json.dumps(asked(name)))
    for turn in document:
        for call in turn.get("tool_calls", ()):
            call["function"]["arguments"] = json.dumps(call["function"]["arguments"])
            turn["content"] = None
    return document


@pytest.mark.parametrize("name", ROWS)
def test_the_ids_are_those_of_training(client: openai.OpenAI, engine: ChatEngine, name: str) -> None:
    trained = TextGeneration().tokenise(row(name), engine.tokenizer, CONFIG)
    prompt = engine.prompt_ids(asked(name), TOOLS)
    assert prompt == trained.input_ids[: len(prompt)]
    assert set(trained.labels[: len(prompt)]) == {-100}
    assert trained.labels[len(prompt)] == trained.input_ids[len(prompt)]
    assert ask(client, turns(name), max_tokens=1).usage.prompt_tokens == len(prompt)


def test_the_turns_that_a_client_sends_are_rendered_as_those_of_the_data(engine: ChatEngine) -> None:
    from modelforge.schemas.openai import ChatCompletionRequest
    from modelforge.schemas.playground import ChatRequest

    over_openai = ChatCompletionRequest.model_validate({"model": "m", "messages": turns("result"), "tools": TOOLS})
    question = over_openai.question("answer-1")
    own = ChatRequest.model_validate({"model": "m", "messages": asked("result"), "tools": TOOLS})
    for messages, tools in ((question.messages, question.tools), (own.messages, own.tools)):
        assert [message.turn() for message in messages] == asked("result")
        assert engine.prompt_ids([message.turn() for message in messages], tools) == engine.prompt_ids(
            asked("result"), TOOLS
        )


def test_a_call_is_answered_and_its_result_goes_back(client: openai.OpenAI) -> None:
    talk: list[Any] = [user("Rome?")]
    choice = ask(client, talk).choices[0]
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    [call] = choice.message.tool_calls
    assert (call.type, call.function.name, json.loads(call.function.arguments)) == (
        "function",
        "weather",
        {"city": "Rome"},
    )
    assert len(call.id) == 9
    talk += [choice.message, {"role": "tool", "tool_call_id": call.id, "content": RESULT["content"]}]
    answer = ask(client, talk).choices[0]
    assert (answer.finish_reason, answer.message.content) == ("stop", "It is 21 degrees.")
    assert answer.message.tool_calls is None


def test_calls_are_streamed_whole_behind_the_text(client: openai.OpenAI) -> None:
    chunks = [chunk.choices[0] for chunk in ask(client, turns("two"), stream=True)]
    assert "".join(chunk.delta.content or "" for chunk in chunks) == "Both."
    [delta] = [chunk.delta for chunk in chunks if chunk.delta.tool_calls]
    assert [(call.index, call.function.name, call.function.arguments) for call in delta.tool_calls] == [
        (0, "weather", '{"city": "Oslo"}'),
        (1, "weather", '{"city": "Bern"}'),
    ]
    assert len({call.id for call in delta.tool_calls}) == 2
    assert [chunk.finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["tool_calls"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_malformed_call_stays_text(client: openai.OpenAI, stream: bool) -> None:
    answer = ask(client, turns("broken"), stream=stream)
    if stream:
        choices = [chunk.choices[0] for chunk in answer]
        assert "".join(choice.delta.content or "" for choice in choices) == BROKEN
        assert not any(choice.delta.tool_calls for choice in choices)
        assert choices[-1].finish_reason == "stop"
    else:
        choice = answer.choices[0]
        assert (choice.message.content, choice.message.tool_calls, choice.finish_reason) == (BROKEN, None, "stop")


def test_a_call_that_is_cut_off_stays_text(client: openai.OpenAI) -> None:
    choice = ask(client, turns("call"), max_tokens=8).choices[0]
    assert choice.finish_reason == "length"
    assert choice.message.content.startswith("<tool_call>")
    assert choice.message.tool_calls is None


def test_without_tools_nothing_is_taken_for_a_call(client: openai.OpenAI, engine: ChatEngine) -> None:
    plain = engine.prompt_ids([user("Rome?")])
    assert len(plain) < len(engine.prompt_ids([user("Rome?")], TOOLS))
    for change in ({"tool_choice": "none"}, {"tools": openai.omit}):
        assert ask(client, [user("Rome?")], max_tokens=4, **change).usage.prompt_tokens == len(plain)
    chosen = ask(client, [user("Rome?")], tool_choice="auto", parallel_tool_calls=True)
    assert chosen.choices[0].finish_reason == "tool_calls"


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"tool_choice": "required"}, "tool_choice", 'only "auto" and "none" are offered'),
    ({"tool_choice": {"type": "function", "function": {"name": "weather"}}}, "tool_choice", 'only "auto" and "none"'),
    ({"parallel_tool_calls": False}, "parallel_tool_calls", "True"),
    ({"tools": [{"type": "retrieval"}]}, "tools.0", "no other is offered"),
    ({"tools": [{"type": "function", "function": {"name": ""}}]}, "tools.0", "needs a name"),
    ({"tools": [{"type": "function", "function": {"name": "f", "strict": True}}]}, "tools.0", "strict"),
    ({"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]}, "tools.0", "JSON schema"),
    ({"messages": [RESULT]}, "messages", "no assistant turn with tool_calls is before it"),
    ({"messages": [*asked("result")[:2], {**RESULT, "tool_call_id": "other"}]}, "messages", "names none of the calls"),
    ({"messages": [{**turns("result")[1], "role": "user"}]}, "messages", "only an assistant turn"),
    ({"messages": [{"role": "assistant", "content": None}]}, "messages.0", "content is missing"),
]


@pytest.mark.parametrize(("change", "param", "words"), REFUSED)
def test_what_is_not_offered_is_refused_in_words(
    client: openai.OpenAI, change: dict[str, Any], param: str, words: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=words) as error:
        ask(client, **{"messages": [user("Rome?")], **change})
    assert error.value.param is not None
    assert error.value.param.startswith(param)


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_takes_no_tools_says_so_before_anything_is_written(client: openai.OpenAI, stream: bool) -> None:
    for more in ({"messages": [user("Rome?")], "tools": TOOLS}, {"messages": turns("result")}):
        with pytest.raises(openai.BadRequestError, match="chat template of starter:chat does not write tools") as error:
            client.chat.completions.create(model="starter:chat", stream=stream, **more)
        assert error.value.code == "configuration_error"


def test_the_playground_calls_too(server: LiveServer) -> None:
    def events(name: str) -> tuple[str, dict[str, Any]]:
        said = server.events("chat", {"model": "caller", "messages": asked(name), "tools": TOOLS})
        text = "".join(data["text"] for kind, data in said if kind == "piece")
        return text, dict(said)["end"]

    text, end = events("two")
    assert (text, end["finish_reason"]) == ("Both.", "end")
    cities = [(call["function"]["name"], call["function"]["arguments"]["city"]) for call in end["tool_calls"]]
    assert cities == [("weather", "Oslo"), ("weather", "Bern")]
    text, end = events("result")
    assert (text, end["tool_calls"]) == ("It is 21 degrees.", [])
    refused = server.events("chat", {"model": "starter:chat", "messages": asked("call"), "tools": TOOLS})
    assert refused[-1][0] == "error"
    assert (refused[-1][1]["code"], refused[-1][1]["params"]) == ("takes-no-tools", {"model": "starter:chat"})


def test_the_python_of_the_guide_runs(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "tools.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    monkeypatch.setenv("MODELFORGE_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    code = code.replace("http://127.0.0.1:8000", server.address).replace('MODEL"', 'caller"')
    exec(compile(code, "guide", "exec"), {})
    printed = [line for line in capsys.readouterr().out.splitlines() if "request_id" not in line]
    assert printed == ["weather {'city': 'Rome'}", "It is 21 degrees."]


def test_the_command_line_prints_calls(server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typer
    from typer.testing import CliRunner

    from modelforge.cli import chat

    app = typer.Typer()
    app.command()(chat.chat)
    monkeypatch.setenv("MODELFORGE_HOME", str(server.services.files.home))
    described, broken = tmp_path / "tools.json", tmp_path / "broken.json"
    described.write_text(json.dumps(TOOLS))
    broken.write_text('[{"type": "retrieval"}]')

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["caller", *words])

    said = run("--prompt", "Oslo, Bern?", "--tools", str(described))
    assert said.stdout.splitlines() == ["Both.", '→ weather {"city": "Oslo"}', '→ weather {"city": "Bern"}']
    document = json.loads(run("--prompt", "Rome?", "--tools", str(described), "--json").stdout)
    assert (document["answer"], document["calls"]) == ("", [{"name": "weather", "arguments": {"city": "Rome"}}])
    for words, fault in (
        (["--prompt", "x", "--tools", str(broken)], "no other is offered"),
        (["--tools", "x"], "one answer"),
    ):
        assert fault in str(run(*words).exception)
