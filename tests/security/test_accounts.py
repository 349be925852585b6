"""Accounts: whoever has none is shut out, whoever has one sees what is his own, and no more. Objects from the table."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from doorway import doors
from server_under_test import CONFIG, ROWS, TOKEN, RunServer, run_server

from modelforge.schemas.evaluation import EvaluationJob, EvaluationRequest
from modelforge.schemas.export import ExportView
from modelforge.schemas.hub import HubJob
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.model_requests import MergeJob
from modelforge.storage.atomic import write_json

PASSWORD = "a long password of hers"
OBJECTS = ("run_id", "dataset_id", "model_id", "job_id", "upload_id", "export_id", "evaluation_id")
BODIES: dict[str, Any] = {
    "columns": {"shape": "prompt_completion"},
    "move": {"priority": 1},
    "merge": {},
}
"""By the last part of a path: a body that fits, so that what refuses is the owner check."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunServer]:
    """A server with the accounts maria, omar and the administrator ada."""
    import engines

    with run_server(tmp_path_factory.mktemp("shared"), engines.count) as server:
        for name in ("maria", "omar", "ada"):
            server.services.accounts.add(name, PASSWORD, admin=name == "ada")
        yield server


def as_user(server: RunServer, name: str) -> dict[str, str]:
    """The header of a session that was begun with the password."""
    answer = server.client.post(
        "/api/v1/session", json={"name": name, "password": PASSWORD}, headers={"authorization": ""}
    )
    assert answer.status_code == 200, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


@pytest.fixture(scope="module")
def users(shared: RunServer) -> dict[str, dict[str, str]]:
    return {name: as_user(shared, name) for name in ("maria", "omar", "ada")}


@pytest.fixture(scope="module")
def hers(shared: RunServer, users: dict[str, dict[str, str]]) -> dict[str, str]:
    """One object of each kind that belongs to maria."""
    client, maria = shared.client, users["maria"]
    upload = client.post(
        "/api/v1/datasets",
        params={"name": "hers.jsonl"},
        content=ROWS,
        headers={**maria, "content-type": "application/octet-stream"},
    ).json()
    run = client.post("/api/v1/runs", json={**CONFIG, "dataset": upload["id"], "max_steps": 4}, headers=maria).json()
    shared.wait(run["id"], "succeeded")
    files, now = shared.services.files, datetime.now(UTC)
    with files.scratch() as work:
        manifest = ModelManifest(
            id="hers-model", name="Hers", created_at=now, kind="adapter", base_model="starter:chat", run_id=run["id"],
            task="text-generation", owner="maria",
        )  # fmt: skip
        (work / "hers-model").mkdir()
        write_json(work / "hers-model" / "manifest.json", manifest.model_dump(mode="json"))
        files.publish_model(work / "hers-model", "hers-model")
    ended = {"id": "job-hers", "status": "failed", "created_at": now, "finished_at": now, "owner": "maria"}
    shared.services.hub.jobs._keep(HubJob(**ended, kind="download", repository="a/b"))
    workshop, ended = shared.services.workshop, {**ended, "model_id": "hers-model"}
    workshop.merges._jobs._keep(MergeJob(**ended, dtype="auto"))
    workshop.exports._jobs._keep(ExportView(**ended))
    workshop.evaluations._jobs._keep(EvaluationJob(**ended, request=EvaluationRequest(model="hers-model")))
    begun = client.post("/api/v1/uploads", json={"name": "half.jsonl", "bytes": 100}, headers=maria).json()
    return {"run_id": run["id"], "dataset_id": upload["id"], "model_id": "hers-model", "job_id": "job-hers",
            "upload_id": begun["id"], "export_id": "job-hers", "evaluation_id": "job-hers"}  # fmt: skip


def test_what_is_another_s_is_not_found_at_any_route(
    shared: RunServer, users: dict[str, dict[str, str]], hers: dict[str, str]
) -> None:
    """Every route with the id of a run, dataset, model or job in its path, as omar and without the scope to see all."""
    asked = [door for door in doors(shared.client.app) if set(door.parameters) & set(OBJECTS)]  # type: ignore[arg-type]
    assert len(asked) > 18
    found: list[Any] = []
    for door in asked:
        path = door.at(**hers)
        body = BODIES.get(path.rpartition("/")[2], {"name": "his now"})
        sent = {"json": body} if door.method not in ("GET", "DELETE") else {}
        if (door.method, door.parameters) == ("PATCH", ["upload_id"]):
            path, sent = f"{path}?offset=0", {"headers": {"content-type": "application/octet-stream"}}
        headers = {**users["omar"], **sent.pop("headers", {})}
        answer = shared.client.request(door.method, path, headers=headers, **sent)
        if answer.status_code != 404:
            found.append((door, answer.status_code, answer.text[:200]))
        assert "maria" not in answer.text
    assert found == []
    lists = {"runs": "run_id", "datasets": "dataset_id", "hub/jobs": "job_id", "merges": "job_id"}
    lists |= {"exports": "export_id", "evaluations": "evaluation_id"}
    for path, name in lists.items():
        key = name.removesuffix("_id")
        seen = {user: shared.client.get(f"/api/v1/{path}", headers=header).text for user, header in users.items()}
        assert hers[name] not in seen["omar"], key
        assert hers[name] in seen["maria"]
        assert hers[name] in seen["ada"]


def test_another_s_object_cannot_be_used_in_a_body(
    shared: RunServer, users: dict[str, dict[str, str]], hers: dict[str, str]
) -> None:
    client, omar = shared.client, users["omar"]
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("/api/v1/datasets/inspect", {"dataset": hers["dataset_id"]}),
        ("/api/v1/datasets/validate", {"dataset": hers["dataset_id"]}),
        ("/api/v1/datasets/repeats", {"dataset": hers["dataset_id"]}),
        ("/api/v1/datasets/repeats", {"dataset": "sample:support", "among": hers["dataset_id"]}),
        ("/api/v1/plans", {**CONFIG, "dataset": hers["dataset_id"]}),
        ("/api/v1/plans", {**CONFIG, "data": {"validation_dataset": hers["dataset_id"]}}),
        ("/api/v1/plans", {**CONFIG, "model": hers["model_id"]}),
        ("/api/v1/plans/tokens", {**CONFIG, "dataset": hers["dataset_id"]}),
        ("/api/v1/runs", {**CONFIG, "dataset": hers["dataset_id"]}),
        ("/api/v1/runs", {**CONFIG, "model": hers["model_id"]}),
        ("/api/start_training", {**CONFIG, "dataset": hers["dataset_id"]}),
        (
            "/api/v1/hub/pushes",
            {"model_id": hers["model_id"], "repository": "o/m", "visibility": "public", "confirmation": "o/m public"},
        ),
    ]
    for path, body in wanted:
        answer = client.post(path, json=body, headers=omar)
        assert answer.status_code == 404, (path, body, answer.text)
    compare = client.get("/api/v1/runs/compare", params={"ids": [hers["run_id"], "other"]}, headers=omar)
    assert compare.status_code == 404
    defaults = client.get("/api/v1/recipes/defaults", params={"dataset": hers["dataset_id"]}, headers=omar)
    assert defaults.status_code == 404


def test_the_owner_and_the_administrator_see_them(
    shared: RunServer, users: dict[str, dict[str, str]], hers: dict[str, str]
) -> None:
    for name in ("maria", "ada"):
        own = [f"{kind}/{hers['job_id']}" for kind in ("hub/jobs", "merges", "exports", "evaluations")]
        for path in (f"runs/{hers['run_id']}", f"datasets/{hers['dataset_id']}", *own):
            assert shared.client.get(f"/api/v1/{path}", headers=users[name]).status_code == 200, (name, path)


def test_the_same_idempotency_key_of_two_people_makes_two_runs(
    shared: RunServer, users: dict[str, dict[str, str]]
) -> None:
    config = {**CONFIG, "max_steps": 2, "max_samples": 30}
    made = [
        shared.client.post("/api/v1/runs", json=config, headers={**users[name], "idempotency-key": "mine"}).json()["id"]
        for name in ("maria", "omar", "maria")
    ]
    assert made[0] == made[2] != made[1]
    for run in set(made):
        shared.wait(run, "succeeded")


def test_members_may_not_change_the_server(shared: RunServer, users: dict[str, dict[str, str]]) -> None:
    client = shared.client
    for header in (users["maria"], users["omar"]):
        assert client.get("/api/v1/settings", headers=header).status_code == 403
        assert client.get("/metrics", headers=header).status_code == 403
        assert client.get("/api/v1/hub/token", headers=header).status_code == 403
        assert client.put("/api/v1/hub/token", json={"token": "hf_0123456789"}, headers=header).status_code == 403
        assert client.delete("/api/v1/hub/token", headers=header).status_code == 403
    assert client.get("/metrics", headers=users["ada"]).status_code == 200


def test_passwords_are_kept_as_argon2id_and_for_their_owner_alone(shared: RunServer) -> None:
    path = shared.services.files.accounts
    text = path.read_text()
    assert PASSWORD not in text
    assert text.count("$argon2id$v=19$m=65536,t=3,p=4$") == 3
    assert path.stat().st_mode & 0o077 == 0
    assert len({account.password for account in shared.services.accounts.list_accounts()}) == 3, "each has its own salt"


def test_wrong_names_and_wrong_passwords_are_told_apart_by_nobody(
    shared: RunServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared.services.limits, "count_sign_in", lambda *_who: None)
    answers = [
        shared.client.post("/api/v1/session", json={"name": name, "password": password}, headers={"authorization": ""})
        for name, password in (("maria", "wrong password"), ("nobody", PASSWORD), ("../maria", PASSWORD), ("", ""))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_a_new_password_ends_the_old_sessions(shared: RunServer) -> None:
    accounts = shared.services.accounts
    accounts.add("zoe", PASSWORD)
    header, key = as_user(shared, "zoe"), accounts.add_key("zoe", "notebook")
    assert shared.client.get("/api/v1/runs", headers=header).status_code == 200
    accounts.set_password("zoe", "another long password")
    assert shared.client.get("/api/v1/runs", headers=header).status_code == 401
    bearer = {"authorization": f"Bearer {key}"}
    assert shared.client.get("/api/v1/runs", headers=bearer).status_code == 200
    accounts.remove("zoe")
    assert shared.client.get("/api/v1/runs", headers=bearer).status_code == 401


SCOPES: list[tuple[tuple[str, ...], dict[str, int]]] = [
    (("read",), {"GET /api/v1/runs": 200, "POST /api/v1/plans": 403, "GET /v1/models": 403, "GET /metrics": 403}),
    (("write",), {"GET /api/v1/runs": 403, "POST /api/v1/plans": 422, "POST /v1/completions": 403}),
    (("infer",), {"GET /api/v1/runs": 403, "POST /api/v1/plans": 403, "DELETE /api/v1/runs/x": 403}),
    (("read", "write", "infer", "admin"), {"GET /api/v1/runs": 200, "POST /api/v1/plans": 422, "GET /metrics": 403}),
]


@pytest.mark.parametrize(("scopes", "expected"), SCOPES, ids=lambda value: "+".join(value))
def test_a_key_does_what_its_scopes_say_and_its_owner_may(
    shared: RunServer, scopes: tuple[Any, ...], expected: dict[str, int]
) -> None:
    key = shared.services.accounts.add_key("maria", "key", scopes)
    assert key not in shared.services.files.accounts.read_text()
    for asked, status in expected.items():
        method, path = asked.split()
        body = {} if method == "POST" else None
        answer = shared.client.request(method, path, json=body, headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == status, (asked, answer.text)
    shared.services.accounts.remove_key("maria", key.split("_")[1])
    gone = shared.client.get("/api/v1/session", headers={"authorization": f"Bearer {key}"})
    assert gone.status_code == 401


def test_a_command_adds_accounts_while_the_server_runs(shared: RunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    from modelforge.cli import main

    monkeypatch.setenv("MODELFORGE_HOME", str(shared.services.files.home))
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    monkeypatch.setattr(sys, "argv", ["modelforge", "user", "add", "yuki", "--password-stdin"])
    with pytest.raises(SystemExit) as ended:
        sys.exit(main())
    assert ended.value.code in (0, None)
    assert shared.client.get("/api/v1/session", headers=as_user(shared, "yuki")).json()["owner"] == "yuki"
    assert shared.client.get("/api/v1/session", headers={"authorization": f"Bearer {TOKEN}"}).json()["owner"] is None, (
        "the token of the home stays the owner's"
    )


def test_ownership_survives_a_lost_index(
    shared: RunServer, users: dict[str, dict[str, str]], hers: dict[str, str], tmp_path: Path
) -> None:
    import engines

    home = tmp_path / "copy"
    shutil.copytree(shared.services.files.home, home, ignore=shutil.ignore_patterns("modelforge.db*", "cache"))
    with run_server(home, engines.count) as again:
        for name in ("run_id", "dataset_id"):
            path = f"/api/v1/{name.removesuffix('_id')}s/{hers[name]}"
            assert again.client.get(path, headers=users["omar"]).status_code == 404
            assert again.client.get(path, headers=users["maria"]).status_code == 200
