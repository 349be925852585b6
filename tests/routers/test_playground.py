"""The playground over HTTP, with a real model in a real process: streamed, compared, stopped, lost, given way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from model_shelf import put_adapter, put_endless, put_folder
from server_under_test import TOKEN
from threaded_server import LiveServer, live_server, read_events

from modelforge.inference.chat_engine import ChatEngine
from modelforge.schemas.sampling import Sampling
from modelforge.services.account_service import AccountService

COPY = [{"role": "user", "content": "Copy this: red apple"}]
ASK: dict[str, Any] = {"model": "starter:chat", "messages": COPY}
LONG: dict[str, Any] = {"model": "endless", "messages": COPY, "sampling": {"max_new_tokens": 900_000}}
"""Goes on until it is stopped."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[LiveServer]:
    import engines

    with live_server(tmp_path_factory.mktemp("playground"), engines.count) as server:
        put_endless(server.services, tiny_model)
        yield server


@pytest.fixture(scope="module")
def adapter(server: LiveServer) -> str:
    return put_adapter(server.services, "tuned-one", "starter:chat").id


def text_of(events: list[tuple[str, dict[str, Any]]], side: str = "tuned") -> str:
    return "".join(data["text"] for kind, data in events if kind == "piece" and data["side"] == side)


def ends_of(events: list[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return {data["side"]: data for kind, data in events if kind == "end"}


def test_an_answer_is_streamed_piece_by_piece(server: LiveServer) -> None:
    expected = ChatEngine.load("starter:chat", server.services.files).stream(COPY)
    events = server.events("chat", ASK)
    kinds = [kind for kind, _ in events]
    assert kinds[-1] == "end"
    assert kinds[kinds.index("start") + 1 : -1] == ["piece"] * (len(kinds) - kinds.index("start") - 2)
    assert text_of(events) == expected.text()
    end = ends_of(events)["tuned"]
    assert (end["finish_reason"], end["new_tokens"]) == ("end", expected.new_tokens)
    assert end["prompt_tokens"] == dict(events)["start"]["prompt_tokens"] == expected.prompt_tokens
    state = server.wait_for("ready")
    assert (state.model, state.slot, state.base_model) == ("starter:chat", "cpu", None)
    assert next(kind for kind, _ in server.events("chat", ASK)) == "start"  # it is in memory now


def test_the_server_itself_loads_no_torch_and_answers_meanwhile(server: LiveServer) -> None:
    pid = server.services.workshop.playground._process.pid  # type: ignore[union-attr]
    assert pid is not None
    assert os.getsid(pid) != os.getsid(0)
    with server.client.stream("POST", "/api/v1/playground/chat", json=LONG) as answer:
        events = read_events(answer)
        assert any(kind == "piece" for kind, _ in events)
        assert server.state().status == "answering"
    code = "import sys, modelforge.app, modelforge.routers.playground_router as r; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_settings_of_sampling_reach_the_model(server: LiveServer) -> None:
    greedy = text_of(server.events("chat", ASK))
    settings = {"temperature": 2.0, "top_p": 0.9, "top_k": 50, "repetition_penalty": 1.2, "max_new_tokens": 9}
    seeds = [text_of(server.events("chat", {**ASK, "sampling": {**settings, "seed": seed}})) for seed in (1, 1, 2, 3)]
    assert seeds[0] == seeds[1]
    assert len(set(seeds)) > 1
    assert text_of(server.events("chat", {**ASK, "sampling": {"temperature": 2.0, "top_k": 1}})) == greedy
    short = ends_of(server.events("chat", {**ASK, "sampling": {"max_new_tokens": 2}}))["tuned"]
    assert (short["finish_reason"], short["new_tokens"]) == ("length", 2)
    cut = server.events("chat", {**ASK, "sampling": {"stop": ["apple"]}})
    assert text_of(cut) == greedy.partition("apple")[0]
    assert ends_of(cut)["tuned"]["finish_reason"] == "end"


def test_base_and_tuned_answer_side_by_side(server: LiveServer, adapter: str) -> None:
    engine = ChatEngine.load(adapter, server.services.files)
    sampling = Sampling(max_new_tokens=24)
    body = {"model": adapter, "messages": COPY, "sampling": {"max_new_tokens": 24}}
    events = server.events("compare", body)
    tuned, base = engine.stream(COPY, sampling).text(), engine.stream(COPY, sampling, base=True).text()
    assert (text_of(events), text_of(events, "base")) == (tuned, base)
    assert tuned != base
    assert set(ends_of(events)) == {"tuned", "base"}
    sides = [data["side"] for kind, data in events if kind == "piece"]
    assert sides[:2] == ["tuned", "base"]
    assert text_of(server.events("chat", {**body, "base": True}), "base") == base
    assert server.wait_for("ready").base_model == "starter:chat"
    refused = server.client.delete(f"/api/v1/models/{adapter}")
    assert (refused.status_code, refused.json()["in_use_by"]) == (409, ["the playground"])


def test_an_answer_can_be_stopped(server: LiveServer) -> None:
    with server.client.stream("POST", "/api/v1/playground/chat", json=LONG) as answer:
        events = read_events(answer)
        number = next(data["answer"] for kind, data in events if kind == "start")
        assert next(events)[0] == "piece"
        stopped = server.client.post("/api/v1/playground/stop", json={"answer": number}).json()
        assert stopped == {"answers": [number]}
        rest = list(events)
    assert rest[-1][0] == "end"
    assert rest[-1][1]["finish_reason"] == "stopped"
    assert server.client.post("/api/v1/playground/stop", json={}).json() == {"answers": []}


def test_a_client_that_leaves_stops_its_answer(server: LiveServer) -> None:
    began = time.monotonic()
    for _ in range(3):
        with server.client.stream("POST", "/api/v1/playground/chat", json=LONG) as answer:
            assert any(kind == "piece" for kind, _ in read_events(answer))
    server.wait_for("ready", seconds=60)
    assert ends_of(server.events("chat", ASK))["tuned"]["finish_reason"] == "end"
    assert time.monotonic() - began < 60


def test_who_comes_later_waits_for_the_turn(server: LiveServer) -> None:
    with (
        server.client.stream("POST", "/api/v1/playground/chat", json=LONG) as first,
        server.client.stream("POST", "/api/v1/playground/chat", json=ASK) as second,
        server.client.stream("POST", "/api/v1/playground/chat", json=ASK) as third,
    ):
        running, waiting, leaving = read_events(first), read_events(second), read_events(third)
        number = next(data["answer"] for kind, data in running if kind == "start")
        assert [(kind, data["ahead"]) for kind, data in (next(waiting), next(leaving))] == [
            ("waiting", 1),
            ("waiting", 2),
        ]
        third.close()
        server.client.post("/api/v1/playground/stop", json={"answer": number})
        assert [kind for kind, _ in running][-1] == "end"
        assert [kind for kind, _ in waiting][-1] == "end"
    assert server.wait_for("ready").waiting == 0


def test_too_many_questions_are_sent_away(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelforge.services.playground_service.MOST_WAITING", -1)  # as if as many waited already
    refused = server.client.post("/api/v1/playground/chat", json=ASK)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")


def test_a_model_is_loaded_ahead_and_unloaded(server: LiveServer) -> None:
    answer = server.client.post("/api/v1/playground/load", json={"model": "starter:chat"})
    assert (answer.status_code, answer.headers["location"]) == (202, "/api/v1/playground")
    state = server.wait_for("ready")
    assert (state.model, state.context_length is not None, state.loaded_at is not None) == ("starter:chat", True, True)
    pid = server.services.workshop.playground._process.pid  # type: ignore[union-attr]
    assert server.client.post("/api/v1/playground/unload").json()["reason"] == "unloaded"
    assert server.state().status == "empty"
    assert not psutil.pid_exists(pid)  # type: ignore[arg-type]


def test_a_model_that_is_not_asked_leaves(server: LiveServer) -> None:
    playground = server.services.workshop.playground
    playground.idle_seconds = 0.2
    try:
        server.events("chat", ASK)
        assert server.wait_for("empty").reason == "idle"
    finally:
        playground.idle_seconds = 600


def test_a_process_that_dies_is_an_error_and_the_next_question_starts_another(server: LiveServer) -> None:
    with server.client.stream("POST", "/api/v1/playground/chat", json=LONG) as answer:
        events = read_events(answer)
        assert any(kind == "piece" for kind, _ in events)
        os.kill(server.services.workshop.playground._process.pid, signal.SIGKILL)  # type: ignore[union-attr,arg-type]
        kind, error = list(events)[-1]
    assert (kind, error["status"]) == ("error", 422)
    assert "was killed" in error["detail"]
    assert "starts anew" in error["hint"]
    state = server.state()
    assert (state.status, state.reason) == ("empty", "died")
    assert state.error is not None
    assert text_of(server.events("chat", ASK))


@pytest.mark.parametrize(
    ("model", "status"),
    [("starter:nothing", 404), ("starter:encoder", 409), ("../../etc", 404), ("Qwen/Qwen3-0.6B", 404), ("", 422)],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_loaded(server: LiveServer, model: str, status: int) -> None:
    for path in ("chat", "compare"):
        answer = server.client.post(f"/api/v1/playground/{path}", json={**ASK, "model": model})
        assert answer.status_code == status, answer.text
        assert answer.json()["hint"]
    assert server.client.post("/api/v1/playground/load", json={"model": model}).status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"messages": [{"role": "robot", "content": "x"}]},
        {"sampling": {"temperature": -1}},
        {"sampling": {"stop": [""]}},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(server: LiveServer, change: dict[str, Any]) -> None:
    assert server.client.post("/api/v1/playground/chat", json={**ASK, **change}).status_code == 422


def test_a_conversation_beyond_the_context_and_a_missing_base_are_said_in_the_stream(server: LiveServer) -> None:
    long = [{"role": "user", "content": "word " * 5000}]
    kind, error = server.events("chat", {**ASK, "messages": long})[-1]
    assert (kind, error["status"], "new conversation" in error["hint"]) == ("error", 422, True)
    kind, error = server.events("compare", ASK)[-1]
    assert (kind, error["status"], "not known" in error["detail"]) == ("error", 409, True)
    odd = {**ASK, "sampling": {"temperature": 1e-300, "repetition_penalty": 1e-300, "max_new_tokens": 3}}
    assert server.events("chat", odd)[-1][0] in ("end", "error")
    assert server.state().status in ("ready", "answering")


def test_a_model_that_cannot_be_loaded_says_why(server: LiveServer) -> None:
    put_folder(server.services, "without-weights")
    events = server.events("chat", {**ASK, "model": "without-weights"})
    assert [kind for kind, _ in events] == ["loading", "error"]
    assert "config.json" in events[-1][1]["detail"]
    state = server.state()
    assert (state.status, state.reason) == ("empty", "failed")
    assert state.error is not None
    assert server.client.delete("/api/v1/models/without-weights").status_code == 204


def test_accounts_do_not_see_each_other(server: LiveServer, tiny_model: Path) -> None:
    accounts = AccountService(server.services.files)
    accounts.add("ada", "a long enough password")
    headers = {"authorization": f"Bearer {accounts.add_key('ada', 'test')}"}
    put_endless(server.services, tiny_model, "bobs-endless", owner="bob")
    refused = server.client.post("/api/v1/playground/chat", json={**LONG, "model": "bobs-endless"}, headers=headers)
    assert refused.status_code == 404
    with server.client.stream("POST", "/api/v1/playground/chat", json={**LONG, "model": "bobs-endless"}) as answer:
        events = read_events(answer)
        number = next(data["answer"] for kind, data in events if kind == "start")
        assert server.client.get("/api/v1/playground", headers=headers).json()["model"] is None
        for body in ({}, {"answer": number}):
            assert server.client.post("/api/v1/playground/stop", json=body, headers=headers).json() == {"answers": []}
        assert server.client.post("/api/v1/playground/unload", headers=headers).status_code == 409
    read_only = accounts.add_key("ada", "reader", ("read",))
    for path in ("chat", "load"):
        answer = server.client.post(
            f"/api/v1/playground/{path}", json=ASK, headers={"authorization": f"Bearer {read_only}"}
        )
        assert answer.status_code == 403
    assert TOKEN not in server.services.files.inference_log.read_text()


def test_training_goes_first_on_an_accelerator(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> None:
    """A slot by the name of a GPU; on this machine both work on the processor."""
    import engines
    from server_under_test import RunServer

    with live_server(tmp_path_factory.mktemp("giving-way"), engines.count, slots=("cuda:0",)) as server:
        put_endless(server.services, tiny_model)
        with server.client.stream("POST", "/api/v1/playground/chat", json=LONG) as answer:
            events = read_events(answer)
            assert any(kind == "piece" for kind, _ in events)
            server.services.workshop.supervisor._make_room("cuda:0")  # what it calls before a run starts there
            kind, error = list(events)[-1]
        assert (kind, error["status"]) == ("error", 409)
        assert "Training goes first" in error["detail"]
        assert (server.state().status, server.state().reason) == ("empty", "training")
        assert "Training goes first" in server.events("chat", ASK)[-1][1]["detail"]

        config = RunServer(server.client, server.services).small(max_steps=100_000)  # type: ignore[arg-type]
        server.services.workshop.playground.seats._given_away.clear()
        server.events("chat", ASK)
        run = server.client.post("/api/v1/runs", json=config).json()
        assert server.wait_for("empty").reason == "training"
        kind, error = server.events("chat", ASK)[-1]
        assert (kind, run["id"] in error["detail"] or "a run" in error["detail"]) == ("error", True)
        server.client.post(f"/api/v1/runs/{run['id']}/stop")
        server.services.workshop.playground.seats._given_away.clear()
        deadline = time.monotonic() + 60
        while (last := server.events("chat", ASK)[-1])[0] != "end":
            assert time.monotonic() < deadline, last
            time.sleep(0.2)
