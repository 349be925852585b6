"""The hub over REST and from the command line: a real server and a real client ask a hub on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from live_server import LiveServer, live_server
from small_hub import WRITER, SmallHub, small_hub, starter_files, starters

from modelforge.schemas.model import ModelManifest
from modelforge.storage.atomic import write_bytes, write_json
from modelforge.storage.file_manager import FileManager

MODEL = "tuned-20260102-030405-abcd"
ADAPTER = "adapter-20260102-030405-abcd"
MISTYPED = "hf_mistyped_0123456789"


@pytest.fixture(scope="module")
def hub() -> Iterator[SmallHub]:
    with small_hub(starters()) as hub:
        yield hub


@pytest.fixture(scope="module")
def server(hub: SmallHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with a model in its library, and an adapter that stands on a folder; its hub is the one on loopback."""
    folder = tmp_path_factory.mktemp("hub")
    publish(FileManager(folder / "home"), MODEL)
    publish(FileManager(folder / "home"), ADAPTER, base=folder / "mine")
    online = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "0"}
    with live_server(folder / "home", **online, HF_HUB_DISABLE_XET="1", HF_TOKEN="") as server:
        yield server


def publish(files: FileManager, model_id: str, base: Path | None = None) -> None:
    """Put the starter model into the library, as a run of its own would; or an adapter that stands on a folder."""
    manifest = ModelManifest(
        id=model_id,
        name="tuned",
        kind="adapter" if base else "full",
        task="text-generation",
        base_model=str(base or "starter:chat"),
        created_at=datetime.now(UTC),
    )
    with files.scratch() as scratch:
        staging = scratch / model_id
        staging.mkdir()
        for name, body in starter_files().items():
            write_bytes(staging / name, body)
        if base:
            write_json(staging / "adapter_config.json", {"base_model_name_or_path": str(base)})
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        files.publish_model(staging, model_id)


def sign_in(server: LiveServer, token: str | None) -> None:
    """Use this token from now on, or none."""
    server.client.delete("/api/v1/hub/token").raise_for_status()
    if token is not None:
        server.client.put("/api/v1/hub/token", json={"token": token}).raise_for_status()


def begin(server: LiveServer, path: str, **body: str) -> str:
    answer = server.client.post(f"/api/v1/hub/{path}", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.headers["location"])


def download(server: LiveServer, repository: str) -> str:
    return begin(server, "downloads", repository=repository)


def push(server: LiveServer, repository: str, visibility: str = "private") -> str:
    said = {"repository": repository, "visibility": visibility, "confirmation": f"{repository} {visibility}"}
    return begin(server, "pushes", model_id=MODEL, **said)


def ended(server: LiveServer, location: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (job := server.client.get(location).json())["status"] in ("queued", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
    return dict(job)


def refusal(job: dict[str, Any]) -> str:
    assert job["status"] == "failed", job
    return f"{job['error']['message']} | {job['error']['hint']}"


def found(server: LiveServer, text: str) -> list[str]:
    answer = server.client.get("/api/v1/hub/models", params={"query": text})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


def test_models_are_found_and_looked_at(server: LiveServer) -> None:
    sign_in(server, None)
    assert found(server, "TINY") == ["own/tiny-chat", "own/tiny-gated"]
    assert found(server, "nothing of the kind") == []

    sign_in(server, WRITER)
    assert found(server, "secret") == ["own/tiny-secret"], "a private model is found by who may read it"

    seen = server.client.get("/api/v1/hub/models/own/tiny-chat").json()
    assert seen["bytes"] == sum(len(body) for name, body in starter_files().items() if not name.endswith(".md"))
    assert (seen["has_safetensors"], seen["gated"], seen["license"]) == (True, False, "apache-2.0")


def test_a_model_is_downloaded_into_the_cache_byte_for_byte(server: LiveServer, hub: SmallHub) -> None:
    sign_in(server, None)
    job = ended(server, download(server, "own/tiny-chat"))

    assert (job["status"], job["result"]) == ("succeeded", hub.repositories["own/tiny-chat"].commit)
    assert job["bytes_done"] == job["bytes_total"] == sum(map(len, starter_files().values()))
    snapshot = server.home.parent / "hf" / "hub" / "models--own--tiny-chat" / "snapshots" / job["result"]
    assert contents(snapshot) == starter_files()

    # once more: all is here already, and the job says so
    again = ended(server, download(server, "own/tiny-chat"))
    assert [again[key] for key in ("status", "result", "bytes_done", "bytes_total")] == [
        job[key] for key in ("status", "result", "bytes_done", "bytes_total")
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_model_is_pushed_byte_for_byte_with_its_card(server: LiveServer, hub: SmallHub) -> None:
    sign_in(server, WRITER)
    job = ended(server, push(server, "own/pushed"))

    assert (job["status"], job["result"]) == ("succeeded", f"{hub.endpoint}/own/pushed")
    there = hub.repositories["own/pushed"]
    assert there.private
    assert there.files == starter_files(), "every file of the model, its card too, and nothing of ours"
    assert "README.md" in there.files

    # the same once more: nothing is new, and the visibility that is there is not changed unasked
    commit = there.commit
    again, public = push(server, "own/pushed"), push(server, "own/pushed", "public")
    assert ended(server, again)["status"] == "succeeded"
    assert hub.repositories["own/pushed"].commit == commit
    assert "exists already, and is private. | Confirm it as private" in refusal(ended(server, public))


def test_what_the_hub_refuses_is_told_with_the_way_out(server: LiveServer, hub: SmallHub) -> None:
    sign_in(server, None)
    gated, missing, new = "own/tiny-gated", "own/gone", "own/new"
    anonymous = {"gated": download(server, gated), "missing": download(server, missing), "push": push(server, new)}
    said = {name: refusal(ended(server, job)) for name, job in anonymous.items()}
    assert "own/tiny-gated is gated, and no token is set. | Accept its licence at" in said["gated"]
    assert f"{hub.endpoint}/own/tiny-gated" in said["gated"]
    assert "The hub knows no own/gone, or does not show it. | Check the spelling" in said["missing"]
    assert "no Hugging Face token to push with. | Enter a Hugging Face token" in said["push"]

    sign_in(server, "hf_stranger")
    strange = {"gated": download(server, gated), "push": push(server, new)}
    said = {name: refusal(ended(server, job)) for name, job in strange.items()}
    assert "the account of this token may not read it. | Accept its licence" in said["gated"]
    assert "does not let this token use own/new. | A push needs the right to write there" in said["push"]

    sign_in(server, MISTYPED)
    wrong = {"download": download(server, gated), "push": push(server, new)}
    said = {name: refusal(ended(server, job)) for name, job in wrong.items()}
    problem = server.client.get("/api/v1/hub/models", params={"query": "tiny"}).json()
    said["search"] = f"{problem['detail']} | {problem['hint']}"
    for words in said.values():
        assert "does not know the token that is used here" in words
        assert "| Enter another" in words
    assert new not in hub.repositories


def test_an_adapter_on_a_base_of_this_machine_is_not_pushed(server: LiveServer, hub: SmallHub) -> None:
    sign_in(server, WRITER)
    said = {"repository": "own/lost", "visibility": "private", "confirmation": "own/lost private"}
    answer = server.client.post("/api/v1/hub/pushes", json={"model_id": ADAPTER, **said})

    assert (answer.status_code, answer.json()["code"]) == (409, "base-not-on-hub")
    assert f"`modelforge merge {ADAPTER}`" in answer.json()["hint"]
    assert str(server.home.parent) not in answer.text
    assert "own/lost" not in hub.repositories


def test_a_push_that_broke_off_is_tried_again_and_goes_through(server: LiveServer, hub: SmallHub) -> None:
    sign_in(server, WRITER)
    hub.large.clear()
    hub.is_full = True
    job = push(server, "own/late")
    assert "did not all reach own/late. | Try the push again" in refusal(ended(server, job))

    hub.is_full = False
    server.client.post(f"{job}/retry").raise_for_status()
    assert ended(server, job)["status"] == "succeeded"
    assert hub.repositories["own/late"].files == starter_files()


def test_the_command_pushes_too_once_it_is_confirmed(hub: SmallHub, server: LiveServer) -> None:
    online = {"MODELFORGE_HOME": str(server.home), "HF_ENDPOINT": hub.endpoint, "HF_HUB_OFFLINE": "0"}

    def command(token: str, confirmed: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "modelforge.cli", "push", MODEL, "own/typed", "--confirm", confirmed],
            env={**os.environ, **online, "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert token not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    sign_in(server, None)
    unconfirmed, mistyped = command(WRITER, "own/typed public"), command(MISTYPED, "own/typed private")
    assert (unconfirmed[0], mistyped[0]) == (2, 1)
    assert "nothing was sent" in unconfirmed[1]
    assert "does not know the token" in mistyped[1]
    assert "own/typed" not in hub.repositories
    code, said = command(WRITER, "own/typed private")
    assert code == 0, said
    assert f"to {hub.endpoint}/own/typed" in said
    assert hub.repositories["own/typed"].files == starter_files()


def test_no_token_is_in_a_log_an_answer_or_a_file(server: LiveServer) -> None:
    answers = server.client.get("/api/v1/hub/jobs").text + server.client.get("/api/v1/hub/token").text
    files = {path: path.read_bytes() for path in server.home.rglob("*") if path.is_file() and path.name != "hub-token"}
    places = {"log": server.log.read_bytes(), "answers": answers.encode(), **files}

    for token in (WRITER, MISTYPED, "hf_stranger"):
        assert [place for place, text in places.items() if token.encode() in text] == []
