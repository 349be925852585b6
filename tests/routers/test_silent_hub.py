"""A hub that does not answer: pages hear so at once, and what needs no hub is answered as ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from live_server import LiveServer, free_port, live_server
from small_hub import Repository, small_hub

from modelforge.hardware import hub_reach

AT_ONCE = 5.0
"""Seconds: the client's own retries take 23."""
CONFIG = {"dataset": "sample:support"}
QUESTIONS = ("/api/v1/recipes/defaults?model=org/x", "/api/v1/hub/models?query=x", "/api/v1/hub/models/org/x")


@contextmanager
def mute() -> Iterator[int]:
    """The port of a hub that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listening:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(listening.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield int(listening.getsockname()[1])
        for one in kept:
            one.close()


@contextmanager
def server_of(home: Path, endpoint: str) -> Iterator[LiveServer]:
    online = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home.parent / "hf"), "HF_HUB_OFFLINE": "0", "HF_TOKEN": ""}
    with live_server(home, TEST_ENGINE="count", HF_HUB_DISABLE_XET="1", **online) as server:
        yield server


def real_server_of(home: Path, endpoint: str) -> AbstractContextManager[LiveServer]:
    """One whose runs are prepared and trained as the product does."""
    online = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home.parent / "hf"), "HF_HUB_OFFLINE": "0", "HF_TOKEN": ""}
    return live_server(home, HF_HUB_DISABLE_XET="1", **online)


def timed(client: httpx.Client, path: str, **more: Any) -> tuple[float, httpx.Response]:
    begin = time.monotonic()
    answer = client.request("POST" if more else "GET", path, **more)
    return time.monotonic() - begin, answer


def test_a_hub_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with server_of(tmp_path / "home", f"http://127.0.0.1:{free_port()}") as server:
        answers = [timed(server.client, path) for path in QUESTIONS]
        answers.append(timed(server.client, "/api/v1/plans/memory", json={**CONFIG, "model": "org/x"}))

        assert [answer.status_code for _, answer in answers] == [424] * 4
        codes = ["model-not-here", "hub-unreachable", "hub-unreachable", "model-not-here"]
        assert [answer.json()["code"] for _, answer in answers] == codes
        assert max(seconds for seconds, _ in answers) < AT_ONCE


@pytest.mark.slow
def test_many_who_ask_a_mute_hub_keep_nobody_else_waiting(tmp_path: Path) -> None:
    with mute() as port, server_of(tmp_path / "home", f"http://127.0.0.1:{port}") as server:
        timed(server.client, "/api/v1/runs")
        with ThreadPoolExecutor(45) as pool:
            asked = [pool.submit(timed, server.client, QUESTIONS[n % 3]) for n in range(45)]
            time.sleep(0.5)
            others = [timed(server.client, "/api/v1/runs") for _ in range(10)]
            heard = [future.result() for future in asked]

    assert [answer.status_code for _, answer in others] == [200] * 10
    assert max(seconds for seconds, _ in others) < 2
    assert {answer.status_code for _, answer in heard} == {424}
    assert max(seconds for seconds, _ in heard) < hub_reach.PATIENCE + 2 * AT_ONCE


def test_what_was_fetched_before_is_planned_without_the_hub(tiny_model: Path, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in tiny_model.iterdir() if path.is_file()}
    plan = {"json": {**CONFIG, "model": "own/whole"}}
    with small_hub({"own/whole": Repository(files)}) as hub, server_of(tmp_path / "home", hub.endpoint) as server:
        _, with_hub = timed(server.client, "/api/v1/plans/memory", **plan)
        unknown = server.client.get("/api/v1/recipes/defaults", params={"model": "own/gone"})
    with server_of(tmp_path / "home", f"http://127.0.0.1:{free_port()}") as server:
        seconds, without = timed(server.client, "/api/v1/plans/memory", **plan)

    assert (with_hub.status_code, without.status_code) == (200, 200)
    assert with_hub.json()["parts"] == without.json()["parts"]
    assert seconds < AT_ONCE
    assert (unknown.status_code, unknown.json()["code"]) == (424, "hub-knows-nothing")


@pytest.mark.slow
def test_a_run_is_queued_from_the_cache_while_the_hub_is_mute_and_refused_in_words_without_it(
    tiny_model: Path, tmp_path: Path
) -> None:
    files = {path.name: path.read_bytes() for path in tiny_model.iterdir() if path.is_file()}
    run = {**CONFIG, "max_steps": 1, "max_samples": 8, "evaluation": {"generate": False}}
    rows = "".join(f'{{"input": "Say {n}.", "output": "It is {n}."}}\n' for n in range(24))
    kind = {"content-type": "application/octet-stream"}

    def ask(server: LiveServer, model: str) -> tuple[float, httpx.Response]:
        return timed(server.client, "/api/v1/runs", json={**run, "dataset": data, "model": model})

    with small_hub({"own/whole": Repository(files)}) as hub, real_server_of(tmp_path / "home", hub.endpoint) as server:
        sent = server.client.post("/api/v1/datasets", params={"name": "rows.jsonl"}, content=rows, headers=kind)
        data = sent.json()["id"]
        _, made = ask(server, "own/whole")
        fetched = server.wait(made.json()["id"], "succeeded", "failed", seconds=300)
    with mute() as port, real_server_of(tmp_path / "home", f"http://127.0.0.1:{port}") as server:
        ask(server, "starter:chat")  # what is imported once is not of the hub
        waited, queued = ask(server, "own/whole")
        refused_after, refused = ask(server, "own/gone")

    assert fetched["status"] == "succeeded"
    assert (queued.status_code, refused.status_code) == (202, 424), (queued.text, refused.text)
    assert refused.json()["code"] == "model-not-here"
    assert max(waited, refused_after) < hub_reach.PATIENCE + 2 * AT_ONCE


def test_a_silent_hub_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def is_there() -> bool:
        asked.append(len(asked) > 0)
        return asked[-1]

    monkeypatch.setattr(hub_reach, "_is_there", is_there)
    now = [1000.0]
    monkeypatch.setattr(hub_reach.time, "monotonic", lambda: now[0])
    reach = hub_reach.HubReach()
    monkeypatch.setattr(hub_reach, "REACH", reach)

    assert hub_reach.may_be_asked()  # nobody waits: the hub's own client decides
    assert asked == []
    with hub_reach.waited_for():
        assert not hub_reach.may_be_asked()
        now[0] += hub_reach.SILENT_FOR - 1
        assert not hub_reach.may_be_asked()
        assert asked == [False]
        now[0] += 1
        assert hub_reach.may_be_asked()
        assert asked == [False, True]
