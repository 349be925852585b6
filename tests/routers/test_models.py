"""Models over HTTP: listed in pages, read with their lineage, renamed, merged, downloaded, deleted unless in use."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from model_shelf import put_adapter, put_folder
from server_under_test import RunServer, run_server

from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.run import RunView
from modelforge.services.account_service import AccountService

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNDER_WAY = ("queued", "running")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunServer]:
    import engines

    with run_server(tmp_path_factory.mktemp("models"), engines.count) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(server: RunServer) -> Iterator[None]:
    """Every test begins and ends with an empty library."""
    yield
    for folder in server.services.files.models():
        server.services.files.delete_model(folder.id)
    for model in server.services.database.list_models():
        server.services.database.delete_model(model.id)


def get(server: RunServer, path: str, **parameters: Any) -> Any:
    answer = server.client.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_models_are_listed_in_pages_and_filtered(server: RunServer) -> None:
    for age in range(5):
        kind = "full" if age % 2 else "adapter"
        put_folder(
            server.services, f"model-{age}", name=f"Name {age}", kind=kind, created_at=NOON - timedelta(hours=age)
        )
    first = get(server, "/models", limit=2)
    assert ([one["id"] for one in first["items"]], first["total"]) == (["model-0", "model-1"], 5)
    second = get(server, "/models", limit=2, before=first["next"])
    third = get(server, "/models", limit=2, before=second["next"])
    assert [one["id"] for one in (*second["items"], *third["items"])] == ["model-2", "model-3", "model-4"]
    assert third["next"] is None
    assert get(server, "/models", kind="full")["total"] == 2
    assert [one["id"] for one in get(server, "/models", query="NAME 3")["items"]] == ["model-3"]
    assert get(server, "/models", task="summarization")["items"] == []
    assert server.client.get("/api/v1/models", params={"before": "gone"}).status_code == 404
    [chat] = [one for one in first["starters"] if one["id"] == "starter:chat"]
    assert (chat["kind"], chat["tasks"]) == ("starter", ["text-generation"])


def test_a_damaged_manifest_hides_no_other_model(server: RunServer) -> None:
    put_folder(server.services, "good-one")
    put_folder(server.services, "bad-one")
    server.services.files.model("bad-one").manifest.write_text("{")
    page = get(server, "/models")
    assert [one["id"] for one in page["items"]] == ["good-one"]
    assert [(one["id"], one["error"]["code"]) for one in page["unreadable"]] == [("bad-one", "file-damaged")]
    assert server.client.delete("/api/v1/models/bad-one").status_code == 204
    assert get(server, "/models")["unreadable"] == []


def test_a_model_is_read_with_card_and_lineage(server: RunServer) -> None:
    config = TrainingConfig(model="starter:chat", dataset="sample:support")
    run = RunView(id="the-run", name="The run", status="succeeded", created_at=NOON, config=config)
    server.services.database.add_run(run)
    put_folder(server.services, "the-parent", kind="adapter", run_id="the-run")
    put_folder(server.services, "the-merged", kind="merged", run_id="the-run")
    put_folder(server.services, "the-child", kind="adapter", base_model="the-parent", run_id="gone-run")
    parent = get(server, "/models/the-parent")
    assert parent["card"] == "# the-parent\n"
    assert parent["lineage"] == {
        "run": {"id": "the-run", "name": "The run", "status": "succeeded", "dataset": "sample:support"},
        "bases": [{"model": "starter:chat", "kind": "starter", "name": None}],
        "siblings": ["the-merged"],
        "children": ["the-child"],
    }
    assert parent["in_use_by"] == ["the adapter the-child"]
    assert parent["remarks"] == {"the adapter the-child": {"code": "used-by-adapter", "params": {"id": "the-child"}}}
    child = get(server, "/models/the-child")
    assert child["lineage"]["run"] is None
    assert [base["model"] for base in child["lineage"]["bases"]] == ["the-parent", "starter:chat"]
    assert child["lineage"]["bases"][0] == {"model": "the-parent", "kind": "library", "name": "the-parent"}
    assert server.client.get("/api/v1/models/not-there").status_code == 404


def test_a_model_gets_another_name_in_folder_and_index(server: RunServer) -> None:
    put_folder(server.services, "one-model")
    answer = server.client.patch("/api/v1/models/one-model", json={"name": "Better name"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Better name")
    assert server.services.files.model("one-model").read_manifest().name == "Better name"
    assert server.services.database.get_model("one-model").name == "Better name"
    assert server.client.patch("/api/v1/models/one-model", json={"name": "a\nb"}).status_code == 422


def test_a_model_in_use_is_not_deleted(server: RunServer) -> None:
    put_folder(server.services, "the-base")
    put_folder(server.services, "the-adapter", kind="adapter", base_model="the-base")
    refused = server.client.delete("/api/v1/models/the-base")
    assert (refused.status_code, refused.json()["in_use_by"]) == (409, ["the adapter the-adapter"])
    assert server.client.delete("/api/v1/models/the-adapter").status_code == 204
    config = TrainingConfig(model="the-base", dataset="sample:support")
    server.services.database.add_run(
        RunView(id="waiting-run", name="r", status="paused", created_at=NOON, config=config)
    )
    refused = server.client.delete("/api/v1/models/the-base")
    assert (refused.status_code, refused.json()["in_use_by"]) == (409, ["the run waiting-run"])
    assert refused.json()["remarks"]["the run waiting-run"] == {"code": "used-by-run", "params": {"id": "waiting-run"}}
    server.services.database.update_run("waiting-run", status="stopped")
    assert server.client.delete("/api/v1/models/the-base").status_code == 204
    assert not (server.services.files.home / "models" / "the-base").exists()
    assert server.services.database.list_models() == []


def test_a_model_is_downloaded_as_a_zip_file(server: RunServer) -> None:
    put_folder(server.services, "one-model")
    folder = server.services.files.model("one-model").root
    (folder / "deeper").mkdir()
    weights = bytes(range(256)) * 20_000
    (folder / "deeper" / "weights.safetensors").write_bytes(weights)
    (folder / "link").symlink_to(Path(__file__))
    with server.client.stream("GET", "/api/v1/models/one-model/download") as answer:
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"] == 'attachment; filename="one-model.zip"'
        data = answer.read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = {f"one-model/{name}" for name in ("README.md", "manifest.json", "deeper/weights.safetensors")}
        assert set(archive.namelist()) == names
        assert archive.read("one-model/deeper/weights.safetensors") == weights
    assert server.client.get("/api/v1/models/..%2Fapi-token/download").status_code == 404


def test_an_adapter_is_merged_in_the_background(server: RunServer, tiny_model: Path) -> None:
    put_adapter(server.services, "small-adapter", str(tiny_model))
    answer = server.client.post("/api/v1/models/small-adapter/merge", json={"dtype": "float32"})
    assert answer.status_code == 202, answer.text
    assert server.client.delete("/api/v1/models/small-adapter").status_code == 409
    job = wait_for_merge(server, answer.headers["location"])
    assert job["status"] == "succeeded", job
    assert job["result"]["id"] == "small-adapter-merged"
    assert job["result"]["merge_check"]["same_answers"] == job["result"]["merge_check"]["prompts"]
    assert "Checked against the adapter" in job["check"]
    assert server.services.database.get_model("small-adapter-merged").kind == "merged"
    assert [one["id"] for one in get(server, "/merges")] == [job["id"]]
    refused = server.client.post("/api/v1/models/small-adapter-merged/merge", json={})
    assert (refused.status_code, refused.json()["title"]) == (409, "Conflict")
    put_folder(server.services, "is-taken")
    taken = server.client.post("/api/v1/models/small-adapter/merge", json={"new_id": "is-taken"})
    job = wait_for_merge(server, taken.headers["location"])
    assert (job["status"], "is-taken" in job["error"]["message"]) == ("failed", True)
    assert server.client.get("/api/v1/merges/merge-of-nothing").status_code == 404


def test_a_merge_is_stopped_and_leaves_no_file(server: RunServer, tiny_model: Path) -> None:
    put_adapter(server.services, "long-adapter", str(tiny_model))
    location = server.client.post("/api/v1/models/long-adapter/merge", json={}).headers["location"]
    assert server.client.post(f"{location}/stop").json()["status"] in UNDER_WAY  # a moment before it ends
    job = wait_for_merge(server, location)
    assert (job["status"], job["result"], job["error"]) == ("stopped", None, None)
    assert [one["id"] for one in get(server, "/models")["items"]] == ["long-adapter"]
    assert list((server.services.files.home / "cache" / "scratch").glob("*/*")) == []
    assert server.client.post(f"{location}/stop").json() == job, "what has ended stays as it is"
    assert server.client.post("/api/v1/merges/merge-of-nothing/stop").status_code == 404
    assert server.client.delete(location).status_code == 204
    assert server.client.get(location).status_code == 404


def test_a_run_that_merges_leaves_two_models_that_answer(real: RunServer, tuned: dict[str, Any]) -> None:
    assert tuned["status"] == "succeeded", tuned["error"]
    page = get(real, "/models")
    assert [(one["id"], one["kind"]) for one in page["items"]] == [
        (f"{tuned['model_id']}-merged", "merged"),
        (tuned["model_id"], "adapter"),
    ]
    assert {model.id for model in real.services.database.list_models()} == {one["id"] for one in page["items"]}
    detail = get(real, f"/models/{tuned['model_id']}-merged")
    assert detail["lineage"]["run"]["id"] == tuned["id"]
    assert detail["lineage"]["siblings"] == [tuned["model_id"]]
    assert "## Merge" in detail["card"]
    body = {"messages": [{"role": "user", "content": "Copy this: red"}], "max_tokens": 8, "temperature": 0}
    answers = [
        real.client.post("/v1/chat/completions", json={**body, "model": one["id"]}).json()["choices"]
        for one in page["items"]
    ]
    assert answers[0] == answers[1]


def wait_for_merge(server: RunServer, location: str) -> Any:
    deadline = time.monotonic() + 120
    while (job := server.client.get(location).json())["status"] in UNDER_WAY:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return job


def test_a_model_is_measured_beside_its_base(real: RunServer, tuned: dict[str, Any]) -> None:
    asked = {"model": tuned["model_id"], "against": "starter:chat", "config": {"generate": False}}
    started = real.client.post("/api/v1/evaluations", json=asked)
    assert started.status_code == 202, started.text
    job = wait_for_merge(real, started.headers["location"])
    assert job["status"] == "succeeded", job["error"]
    found, report = job["result"], tuned["report"]
    assert (found["run_id"], found["rows"]) == (tuned["id"], report["metrics"]["perplexity"]["n"])
    for side in ("base", "tuned"):
        ours, theirs = (one["metrics"]["perplexity"][side] for one in (found["report"], report))
        assert ours == pytest.approx(theirs, rel=1e-3)
    assert job["progress"] == {"model": tuned["model_id"], "rows_done": found["rows"], "rows": found["rows"]}
    listed = real.client.get("/api/v1/evaluations").json()
    assert [one["id"] for one in listed] == [found["id"]]
    real.services.workshop.evaluations._jobs._jobs.clear()  # as after a restart
    assert real.client.get(f"/api/v1/evaluations/{found['id']}").json()["result"] == found
    assert real.client.delete(started.headers["location"]).status_code == 204
    assert real.client.get("/api/v1/evaluations").json() == []
    assert not (real.services.files.home / "evaluations" / found["id"]).exists()
    for body, status in (
        ({"model": "/etc"}, 422),
        ({"model": "starter:chat", "dataset": "/etc/passwd"}, 422),
        ({"model": "starter:chat", "config": {"data": {"validation_dataset": "/etc/passwd"}}}, 422),
        ({"model": "starter:chat", "against": "../models"}, 422),
    ):
        assert real.client.post("/api/v1/evaluations", json=body).status_code == status, body


def test_an_evaluation_says_how_far_it_is_and_can_be_stopped(real: RunServer) -> None:
    asked = {"model": "starter:chat", "dataset": "sample:support", "config": {"per_device_eval_batch_size": 1}}
    location = real.client.post("/api/v1/evaluations", json=asked).headers["location"]
    deadline = time.monotonic() + 60
    while not (progress := real.client.get(location).json()["progress"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (progress["model"], 0 <= progress["rows_done"] < progress["rows"]) == ("starter:chat", True)
    assert real.client.post(f"{location}/stop").json()["status"] == "running"  # a moment before it ends
    stopped = wait_for_merge(real, location)
    assert (stopped["status"], stopped["result"], stopped["error"]) == ("stopped", None, None)
    assert not (real.services.files.home / "evaluations" / stopped["id"]).exists()
    assert real.client.post(f"{location}/stop").json() == stopped
    assert real.client.post("/api/v1/evaluations/nowhere/stop").status_code == 404
    assert real.client.delete(location).status_code == 204, "what came to nothing is forgotten"
    assert real.client.get(location).status_code == 404


def test_on_an_accelerator_training_goes_before_measuring(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A slot by the name of a GPU; on this machine both work on the processor."""
    import engines

    asked = {"model": "starter:chat", "dataset": "sample:support", "config": {"per_device_eval_batch_size": 1}}
    with run_server(tmp_path_factory.mktemp("giving-way"), engines.count, slots=("cuda:0",)) as server:
        location = server.client.post("/api/v1/evaluations", json=asked).headers["location"]
        run = server.client.post("/api/v1/runs", json=server.small(max_steps=100_000)).json()
        ended = wait_for_merge(server, location)
        assert ended["status"] == "failed"
        assert "Training goes first" in ended["error"]["message"]
        refused = server.client.post("/api/v1/evaluations", json=asked)
        assert refused.status_code == 409
        assert "cuda:0" in refused.json()["detail"]
        server.wait(run["id"], "running")
        server.client.post(f"/api/v1/runs/{run['id']}/stop")
        server.wait(run["id"], "stopped", "succeeded")
        server.services.workshop.seats._given_away.clear()
        again = server.client.post("/api/v1/evaluations", json=asked)
        assert again.status_code == 202, again.text
        server.client.post(f"{again.headers['location']}/stop")
        assert wait_for_merge(server, again.headers["location"])["status"] == "stopped"


def test_what_belongs_to_another_account_is_not_found(server: RunServer) -> None:
    accounts = AccountService(server.services.files)
    accounts.add("ada", "a long enough password")
    key = accounts.add_key("ada", "test")
    put_folder(server.services, "of-ada", owner="ada")
    put_folder(server.services, "of-bob", owner="bob", base_model="of-ada")
    headers = {"authorization": f"Bearer {key}"}
    page = server.client.get("/api/v1/models", headers=headers).json()
    assert [one["id"] for one in page["items"]] == ["of-ada"]
    assert server.client.get("/api/v1/models/of-ada", headers=headers).json()["lineage"]["children"] == []
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("GET", "/download"), ("PATCH", ""), ("POST", "/merge")
    ):  # fmt: skip
        body = {"json": {"name": "x"} if method == "PATCH" else {}} if method in ("PATCH", "POST") else {}
        answer = server.client.request(method, f"/api/v1/models/of-bob{path}", headers=headers, **body)
        assert answer.status_code == 404, (method, path)
