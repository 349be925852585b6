"""The guide on serving answers: its Python and commands do what it says, its tables name all routes and events."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_shelf import put_reader
from server_under_test import TOKEN
from threaded_server import LiveServer, live_server, read_events

from modelforge.routers import models_router, playground_router
from modelforge.schemas import playground

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "serving-answers.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[^\n]*\n")
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("guide")) as server:
        put_reader(server.services, "weather", "text-classification")
        yield server


def test_the_python_runs(server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:  # type: ignore[type-arg]
    [code] = [block for language, block in BLOCK.findall(GUIDE) if language == "python"]
    monkeypatch.setenv("MODELFORGE_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    exec(compile(code.replace(ADDRESS, server.address), "guide", "exec"), {})
    printed = LOGGED.sub("", capsys.readouterr().out)  # the server says its requests in between
    assert "['starter:chat', 'starter:seq2seq']" in printed
    assert "red apple" in printed
    assert "blue pear" in printed


def test_the_commands_are_answered(server: LiveServer) -> None:
    commands = [
        shlex.split(line)
        for language, block in BLOCK.findall(GUIDE)
        if language == "sh"
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("curl")
    ]
    assert len(commands) == 3
    for words in commands:
        [path] = [word.removeprefix(ADDRESS) for word in words if word.startswith(ADDRESS)]
        body = words[words.index("-d") + 1].replace("MODEL", "weather")
        with server.client.stream("POST", path, content=body, headers={"content-type": "application/json"}) as answer:
            assert answer.status_code == 200, answer.read()
            if path.endswith("/predict"):
                assert [one["mode"] for one in json.loads(answer.read())["predictions"]] == ["labels", "labels"]
            else:
                assert list(read_events(answer))[-1][0] == "end"


def test_every_route_and_every_event_is_in_the_tables() -> None:
    for router in (playground_router.router, models_router.router):
        for route in router.routes:
            for method in getattr(route, "methods", ()):
                path = re.sub(r"\{model_id\}", "ID", re.sub(r"\{job_id\}", "JOB", getattr(route, "path", "")))
                assert f"`{method} {path}`" in GUIDE or path == "/api/v1/merges", (method, path)
    events = [name.removesuffix("Event").lower() for name in vars(playground) if name.endswith("Event")]
    assert len(events) == 6
    for event in events:
        assert f"| `{event}` |" in GUIDE, event
