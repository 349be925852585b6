"""D11: a server that is killed forgets no merge, export or evaluation, and leaves no half of one."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from fault_home import wait_until
from live_server import LiveServer, live_server

from modelforge import starter
from modelforge.schemas.model import ModelManifest
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.training.process_group import created

pytestmark = pytest.mark.faults
CHAT = Path(starter.__file__).parent / "models" / "chat"


def put_model(files: FileManager, model_id: str, weights: Path | None, **more: Any) -> None:
    values = {"name": model_id, "task": "text-generation", "base_model": "starter:chat", **more}
    manifest = ModelManifest(id=model_id, created_at=datetime.now(UTC), **values)
    with files.scratch() as scratch:
        staging = scratch / model_id
        shutil.copytree(weights, staging) if weights else staging.mkdir()
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        files.publish_model(staging, model_id)


def listed(server: LiveServer, kind: str) -> dict[str, tuple[str, str | None]]:
    """Id → status and the error's code."""
    jobs = server.client.get(f"/api/v1/{kind}").json()
    return {job["id"]: (job["status"], (job["error"] or {}).get("code")) for job in jobs}


def begin(server: LiveServer, path: str, **body: Any) -> dict[str, Any]:
    answer = server.client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def kill(server: LiveServer) -> list[psutil.Process]:
    """SIGKILL to the server's main process alone; returns what it had started."""
    helpers = psutil.Process(server.pid).children(recursive=True)
    server.process.kill()
    server.process.wait()
    return helpers


def test_a_killed_server_forgets_no_job_and_leaves_no_half(tmp_path: Path) -> None:
    """One export is at work, an evaluation too, a merge waits for its turn."""
    files = FileManager(tmp_path / "home")
    put_model(files, "a-model", CHAT, kind="full")
    put_model(files, "an-adapter", None, kind="adapter", owner="maria")
    export = {"model_id": "a-model", "quantization": "f16"}
    measure = {"model": "starter:chat", "dataset": "sample:support", "config": {"per_device_eval_batch_size": 1}}
    with live_server(files.home) as server:
        made = begin(server, "exports", **export)
        measured = begin(server, "evaluations", **measure)
        wait_until(lambda: listed(server, "exports") == {made["id"]: ("running", None)}, 60)
        wait_until(lambda: listed(server, "evaluations") == {measured["id"]: ("running", None)})
        waits = begin(server, "models/an-adapter/merge")
        assert listed(server, "merges") == {waits["id"]: ("queued", None)}
        wait_until(lambda: list(files.cache.glob(f"scratch/*/{made['id']}/*")), 60)
        helpers = kill(server)
    _, alive = psutil.wait_procs(helpers, timeout=10)
    assert [one for one in alive if created(one.pid)] == [], "nothing goes on for a server that is gone"

    with live_server(files.home) as server:
        ended = ("failed", "server-ended")
        assert listed(server, "exports") == {made["id"]: ended}
        assert listed(server, "evaluations") == {measured["id"]: ended}
        assert listed(server, "merges") == {waits["id"]: ended}
        assert server.client.get(f"/api/v1/merges/{waits['id']}").json()["owner"] == "maria"
        assert (files.exports(), files.evaluations(), list(files.cache.glob("scratch/*"))) == ([], [], [])
        assert [folder.id for folder in files.models()] == ["a-model", "an-adapter"]

        assert begin(server, "exports", **export)["id"] == made["id"]
        wait_until(lambda: listed(server, "exports")[made["id"]][0] not in ("queued", "running"), 90)
        assert listed(server, "exports") == {made["id"]: ("succeeded", None)}
        for path in (f"merges/{waits['id']}", f"evaluations/{measured['id']}"):
            assert server.client.delete(f"/api/v1/{path}").status_code == 204
        # a result is its own record, and the others were dismissed
        wait_until(lambda: list(files.home.glob("jobs/*/*")) == [])
