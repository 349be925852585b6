"""S6: what is secret stays out of logs, the database, events, answers, files and process lists, whatever goes wrong."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from live_server import CONFIG, LiveServer, client_of, live_server

from modelforge.services.account_service import AccountService

KEPT_ON_PURPOSE = {"api-token", "hub-token"}
"""The files that hold a secret so that it need not be entered again; only their owner may read them."""


def canary(kind: str) -> str:
    return f"{kind}_canary{secrets.token_hex(8)}"


def every_get(server: LiveServer, run_id: str) -> list[str]:
    """What every GET route answers, with ids that exist."""
    described = server.client.get("/api/v1/openapi.json")
    answers = [described.text]
    for path, operations in described.json()["paths"].items():
        if "get" in operations and path != "/api/v1/hardware/events":
            filled = re.sub(r"\{\w+\}", "any", path.replace("{run_id}", run_id))
            answers.append(server.client.get(filled).text)
            answers.append(server.client.get(filled, headers={"accept": "application/json"}).text)
    return answers


def command_lines(server: LiveServer) -> str:
    """Of the server, its helpers and workers: what `ps` shows to everyone."""
    found = [server.pid, *(child.pid for child in psutil.Process(server.pid).children(recursive=True))]
    lines = [" ".join(psutil.Process(pid).cmdline()) for pid in found if psutil.pid_exists(pid)]
    everything = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    return "\n".join([*lines, *everything])


def hits(server: LiveServer, canaries: dict[str, str], answers: list[str]) -> list[str]:
    """Where a canary is found: `kind: place`."""
    places = {"log": server.log.read_bytes(), "command line": command_lines(server).encode()}
    places |= {f"answer {index}": text.encode() for index, text in enumerate(answers)}
    for path in server.home.rglob("*"):
        if path.is_file() and path.name not in KEPT_ON_PURPOSE:
            places[str(path.relative_to(server.home))] = path.read_bytes()
    return [
        f"{kind}: {place}"
        for kind, value in canaries.items()
        for place, text in places.items()
        if value.encode() in text
    ]


def leak_in_a_run(server: LiveServer) -> tuple[str, list[str]]:
    """A run whose worker says and raises all that it knows; returns its id and the answers on the way."""
    answer = server.client.post("/api/v1/runs", json={**CONFIG, "max_steps": 2})
    run = server.wait(answer.json()["id"], "failed")
    assert run["error"]["type"] == "RuntimeError"
    with server.client.stream("GET", f"/api/v1/runs/{run['id']}/events") as stream:
        events = "".join(stream.iter_text())
    assert "[secret]" in events, "the worker has really spoken of it"
    return run["id"], [answer.text, json.dumps(run), events]


def wrong_requests(server: LiveServer, canaries: dict[str, str]) -> list[str]:
    """Secrets where they belong, and where they do not: each answer is an error that must not repeat them."""
    client, all_of_them = server.client, list(canaries.values())
    sent: list[Callable[[], Any]] = []
    for value in all_of_them:
        sent += [
            lambda value=value: client.get("/api/v1/runs", headers={"authorization": f"Bearer {value}x"}),
            lambda value=value: client.post("/api/v1/session", json={"name": "maria", "password": value + "x"}),
            lambda value=value: client.post("/api/v1/session", json={"name": "maria", "password": [value]}),
            lambda value=value: client.post("/api/v1/session", json={"name": "maria", "pasword": value}),
            lambda value=value: client.post("/api/v1/session", json={"ticket": value}),
            lambda value=value: client.post("/api/v1/session", content=f'{{"password": "{value}",'),
            lambda value=value: client.put("/api/v1/hub/token", json={"token": f"{value} x"}),
            lambda value=value: client.put("/api/v1/hub/token", json={"token": value * 9}),
            lambda value=value: client.put("/api/v1/hub/token", json={"token": {"value": value}}),
            lambda value=value: client.put("/api/v1/hub/token", json={"tokn": value}),
        ]
    return [one().text for one in sent]


def sign_in(server: LiveServer, password: str) -> list[str]:
    """With the right password; the session token is the caller's own, and so no hit."""
    answer = server.client.post("/api/v1/session", json={"name": "maria", "password": password})
    assert answer.status_code == 200, answer.text
    return []


@pytest.mark.parametrize("entered", [False, True], ids=["from the environment", "entered once"])
def test_no_canary_is_found_anywhere(tmp_path: Path, entered: bool) -> None:
    canaries = {kind: canary(kind) for kind in ("hf", "home", "password", "wandb")}
    given = {} if entered else {"HF_TOKEN": canaries["hf"]}
    home = tmp_path / "home"
    with live_server(
        home, TEST_ENGINE="leak", MODELFORGE_TOKEN=canaries["home"], WANDB_API_KEY=canaries["wandb"],
        MODELFORGE_LOG_LEVEL="DEBUG", **given,
    ) as server:  # fmt: skip
        accounts = AccountService(server.files)
        accounts.add("maria", canaries["password"], admin=True)
        canaries["key"] = accounts.add_key("maria", "notebook", ("read", "write", "infer", "admin"))
        answers = sign_in(server, canaries["password"])
        if entered:
            kept = server.client.put("/api/v1/hub/token", json={"token": canaries["hf"]})
            assert kept.json() == {"source": "file"}, kept.text
            assert (home / "hub-token").stat().st_mode & 0o077 == 0
        else:
            answers.append(server.client.put("/api/v1/hub/token", json={"token": canaries["hf"]}).text)
        run_id, told = leak_in_a_run(server)
        answers += told + every_get(server, run_id)
        with client_of(server.port, canaries["key"]) as program:
            answers.append(program.get("/api/v1/runs").text)
        answers += wrong_requests(server, canaries)
        assert hits(server, canaries, answers) == []
        assert "MODELFORGE_TOKEN" not in (server.files.run(run_id).root / "environment.txt").read_text()


def test_the_files_that_keep_a_secret_are_for_their_owner_alone(tmp_path: Path) -> None:
    from modelforge.storage.secret_file import read_or_make_secret, write_secret

    write_secret(tmp_path / "hub-token", b"hf_x")
    read_or_make_secret(tmp_path / "api-token")
    for name in KEPT_ON_PURPOSE:
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
