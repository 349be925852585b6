"""`modelforge open`: whoever may read the home lets a browser in, once, for a quarter of an hour."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from typer.testing import CliRunner

from modelforge.cli.app import app
from modelforge.exceptions import ConflictError
from modelforge.schemas.system import RunningServer
from modelforge.storage.launch_files import LaunchFiles

SERVER = RunningServer(address="http://127.0.0.1:9", launch_secret="a-secret-of-the-server")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELFORGE_HOME", str(tmp_path))
    for display in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(display, raising=False)
    return tmp_path


def ask(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["open", *arguments])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser was told to open, by a server that answers."""
    seen: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: seen.append(address))
    monkeypatch.setattr("modelforge.services.launch_links._answers", lambda _address: True)
    return seen


def test_without_a_server_it_says_how_to_start_one(home: Path) -> None:
    refused = ask().exception
    assert isinstance(refused, ConflictError)
    assert "modelforge serve" in str(refused.hint)
    LaunchFiles(home).write_server(SERVER)  # left by one that was killed
    gone = ask().exception
    assert isinstance(gone, ConflictError)
    assert (SERVER.address in gone.message, "modelforge serve" in str(gone.hint)) == (True, True)


def test_without_a_display_the_link_is_printed_alone(home: Path, opened: list[str]) -> None:
    LaunchFiles(home).write_server(SERVER)
    first, second = (json.loads(ask("--json").output)["link"] for _ in range(2))
    assert first.startswith(f"{SERVER.address}/#launch=")
    assert first != second
    assert opened == []


def test_the_browser_is_led_by_a_file_that_nobody_else_reads(
    home: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every user of a machine sees what programs are started with: the link is not among it."""
    monkeypatch.setenv("DISPLAY", ":0")
    LaunchFiles(home).write_server(SERVER)
    assert ask("--no-browser").exit_code == 0
    assert opened == []
    link = ask().output.strip().removeprefix("ModelForge: ")
    page = home / "launch.html"
    assert opened == [page.as_uri()]
    assert link in page.read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (page, home / "server-9.json")} == {0o600}


def test_a_server_that_ends_forgets_itself_and_no_later_one(home: Path) -> None:
    files = LaunchFiles(home)
    later = SERVER.model_copy(update={"launch_secret": "another"})
    files.write_server(SERVER)
    files.write_server(later)
    files.forget_server(SERVER)
    assert files.read_servers() == [later]
    files.forget_server(later)
    files.forget_server(later)
    assert files.read_servers() == []


def test_of_several_servers_the_link_leads_to_the_last_that_answers(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = LaunchFiles(home)
    second, third = (SERVER.model_copy(update={"address": f"http://[::1]:{port}"}) for port in (10, 11))
    for server in (SERVER, second, third):
        files.write_server(server)
        time.sleep(0.02)
    (home / "server-12.json").write_text("{")
    answering = {SERVER.address, second.address, third.address}
    monkeypatch.setattr("modelforge.services.launch_links._answers", answering.__contains__)

    def led_to() -> str:
        return str(json.loads(ask("--json").output)["link"]).partition("/#")[0]

    assert led_to() == third.address
    answering.remove(third.address)  # killed
    assert led_to() == second.address
    files.forget_server(second)  # ended in good order
    assert led_to() == SERVER.address


@pytest.fixture
def served(home: Path) -> Iterator[str]:
    """The address of a real server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "modelforge.cli", "serve", "--port", "0"],
        env={**os.environ, "MODELFORGE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield next(line for line in process.stdout if "#launch=" in line).split()[1]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert list(home.glob("server-*.json")) == []


def sign_in(link: str) -> int:
    address, _, ticket = link.partition("/#launch=")
    asked = urllib.request.Request(
        f"{address}/api/v1/session", json.dumps({"ticket": ticket}).encode(), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_locked_out_user_gets_in_again(served: str) -> None:
    assert [sign_in(served), sign_in(served)] == [200, 401]
    begun = time.monotonic()
    fresh = json.loads(ask("--json").output)["link"]
    assert time.monotonic() - begun < 10
    assert [sign_in(fresh), sign_in(fresh)] == [200, 401]
