"""Plans and runs over HTTP: submitted once per key, ordered, stopped, resumed, looked at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from server_under_test import CONFIG, RunServer


def test_a_plan_says_what_would_happen_and_keeps_nothing(counting: RunServer) -> None:
    answer = counting.client.post("/api/v1/plans", json={**CONFIG, "lr": 1e-3})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert report["preflight"]["ok"]
    assert report["preflight"]["rows"] > 100
    assert report["plan"]["fits"]
    assert report["config"]["optimization"]["learning_rate"] == 1e-3
    assert report["notices"] == ["`lr` was read as `optimization.learning_rate`."]
    assert counting.client.get("/api/v1/runs").json()["total"] == 0
    assert list(counting.services.files.cache.glob("scratch/*/*")) == []


def test_the_memory_plan_alone_reads_no_row(counting: RunServer) -> None:
    wide, narrow = (
        counting.client.post("/api/v1/plans/memory", params=longest, json={**CONFIG, "max_length": 512}).json()
        for longest in ({}, {"longest": 64})
    )
    assert wide["fits"]
    assert (wide["sequence_length"], narrow["sequence_length"]) == (512, 64)
    assert narrow["total_bytes"] < wide["total_bytes"]
    refused = counting.client.post("/api/v1/plans/memory", json={**CONFIG, "model": "/etc"})
    assert refused.status_code == 422


def test_tokens_are_shown_by_what_training_does_with_them(counting: RunServer) -> None:
    rows = counting.client.post("/api/v1/plans/tokens", params={"rows": 2}, json=CONFIG).json()
    assert [row["row"] for row in rows] == [1, 2]
    assert {token["role"] for token in rows[0]["tokens"]} == {"trained", "ignored"}
    few = counting.client.post("/api/v1/plans/tokens", params={"rows": 1, "tokens": 5}, json=CONFIG).json()
    assert few[0]["tokens"] == rows[0]["tokens"][:5]
    assert (few[0]["more"], rows[0]["more"]) == (len(rows[0]["tokens"]) - 5, 0)


def test_tokens_are_shown_of_any_row(counting: RunServer) -> None:
    def shown(**params: int) -> list[dict[str, object]]:
        answer = counting.client.post("/api/v1/plans/tokens", params=params, json=CONFIG)
        return list(answer.json())

    assert shown(rows=2, first=7) == shown(rows=8)[6:]
    assert shown(first=1_000_000) == []


def test_a_long_row_is_shown_cut_and_whole_when_asked_for(counting: RunServer) -> None:
    content = '{"input": "long", "output": "' + "x" * 5000 + '"}\n{"input": "short", "output": "y"}\n'
    added = counting.client.post(
        "/api/v1/datasets",
        params={"name": "long.jsonl"},
        content=content,
        headers={"content-type": "application/octet-stream"},
    ).json()
    path = f"/api/v1/datasets/{added['id']}/rows"
    page = counting.client.get(path, params={"characters": 100}).json()
    assert len(str(page["rows"][0])) < 300
    assert page["cut"] == [0]
    whole = counting.client.get(path, params={"limit": 1}).json()
    assert "x" * 5000 in str(whole["rows"][0])
    assert whole["cut"] == []
    counting.client.delete(f"/api/v1/datasets/{added['id']}")


@pytest.mark.parametrize("path", ["/api/v1/runs", "/api/start_training"])
def test_a_run_is_accepted_followed_and_seen(counting: RunServer, path: str) -> None:
    answer = counting.client.post(path, json=counting.small(max_steps=4))
    assert answer.status_code == 202, answer.text
    run = answer.json()
    assert answer.headers["location"] == f"/api/v1/runs/{run['id']}"
    assert run["status"] in {"queued", "starting"}  # a free slot may have taken it by the time of the answer
    with counting.client.stream("GET", f"/api/v1/runs/{run['id']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        frames = "".join(stream.iter_text())
    numbers = [int(line[4:]) for line in frames.splitlines() if line.startswith("id: ")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert frames.rstrip().endswith('event: end\ndata: {"status":"succeeded"}')
    shown = counting.client.get(f"/api/v1/runs/{run['id']}").json()
    assert (shown["status"], shown["progress"]["step"], shown["slot"]) == ("succeeded", 4, "cpu")
    assert {"id", "status", "config", "report", "error"} <= set(shown)
    spec = counting.client.get(f"/api/v1/runs/{run['id']}/spec").json()
    assert spec["config"] == shown["config"]
    assert len(spec["dataset_sha256"]) == 64

    page = counting.client.get(
        f"/api/v1/runs/{run['id']}/events", params={"after": 2, "limit": 3}, headers={"accept": "application/json"}
    ).json()
    assert [event["seq"] for event in page["items"]] == [3, 4, 5]
    assert page["last_seq"] == 5
    asked = {"kind": ["stage", "checkpoint"]}
    headers = {"accept": "application/json"}
    page = counting.client.get(f"/api/v1/runs/{run['id']}/events", params=asked, headers=headers).json()
    assert {event["kind"] for event in page["items"]} <= {"stage", "checkpoint"}
    assert page["items"]
    with counting.client.stream("GET", f"/api/v1/runs/{run['id']}/events", headers={"last-event-id": "5"}) as stream:
        rest = "".join(stream.iter_text())
    assert rest == frames[frames.index("id: 6\n") :]


def test_what_was_measured_is_thinned(counting: RunServer) -> None:
    run = counting.client.post("/api/v1/runs", json=counting.small(max_steps=60, save_steps=20)).json()
    counting.wait(run["id"], "succeeded")
    measured = counting.client.get(f"/api/v1/runs/{run['id']}/metrics", params={"points": 10}).json()
    assert measured["last_seq"] >= 60
    series = measured["series"]["loss"]
    assert len(series["steps"]) == len(series["values"]) == 10
    assert (series["steps"][0], series["steps"][-1], series["total"]) == (1, 60, 60)
    checkpoints = counting.client.get(f"/api/v1/runs/{run['id']}/checkpoints").json()
    assert [one["step"] for one in checkpoints] == [60, 40, 20]
    folder = counting.services.files.run(run["id"])
    folder.worker_log.write_text("".join(f"line {number}\n" for number in range(20_000)) + "half")
    tail = counting.client.get(f"/api/v1/runs/{run['id']}/logs", params={"lines": 3}).json()
    assert tail["lines"] == ["line 19998", "line 19999", "half"]
    assert tail["truncated"]
    folder.worker_log.write_text("one\ntwo\n")
    tail = counting.client.get(f"/api/v1/runs/{run['id']}/logs").json()
    assert (tail["lines"], tail["truncated"], tail["size"]) == (["one", "two"], False, 8)
    report = counting.client.get(f"/api/v1/runs/{run['id']}/report")
    assert report.status_code == 404
    assert "no report yet" in report.json()["detail"]


def test_the_same_key_makes_one_run(counting: RunServer) -> None:
    headers = {"idempotency-key": "one-key"}
    first = counting.client.post("/api/v1/runs", json=counting.small(max_steps=4), headers=headers)
    again = counting.client.post("/api/v1/runs", json=counting.small(max_steps=4), headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    other = counting.client.post("/api/v1/runs", json=counting.small(max_steps=4, seed=7), headers=headers)
    assert other.status_code == 409
    assert "key of its own" in other.json()["hint"]
    assert (
        counting.client.post(
            "/api/v1/runs", json=counting.small(max_steps=4), headers={"idempotency-key": "x" * 300}
        ).status_code
        == 409
    )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "typo": ({**CONFIG, "learnin_rate": 1}, "Did you mean `optimization.learning_rate`?"),
    "range": ({**CONFIG, "learning_rate": 9}, "learning_rate"),
    "pair": ({**CONFIG, "finetuning_type": "full", "load_in_4bit": True}, "quantised"),
    "path": ({**CONFIG, "dataset": "../secrets.jsonl"}, "sample:NAME"),
    "model path": ({**CONFIG, "model": "/etc"}, "starter:NAME"),
    "dots": ({**CONFIG, "model": "a/.."}, "starter:NAME"),
    "url": ({**CONFIG, "dataset": "https://example.com/x.jsonl"}, "sample:NAME"),
    "nothing": ({}, "Add `model"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("path", ["/api/v1/runs", "/api/v1/plans", "/api/start_training"])
def test_what_cannot_be_used_is_refused_with_a_way_out(counting: RunServer, path: str, name: str) -> None:
    config, words = REFUSED[name]
    answer = counting.client.post(path, json=config)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["errors"]
    assert words in json.dumps(problem, ensure_ascii=False)


def test_a_field_of_a_request_is_refused_with_what_it_was_compared_with(counting: RunServer) -> None:
    problem = counting.client.get("/api/v1/runs", params={"limit": 0}).json()
    [fault] = problem["errors"]
    assert (problem["code"], fault["kind"], fault["params"]) == ("request-not-valid", "greater_than_equal", {"ge": 1})


def test_an_error_of_the_child_process_keeps_its_class(counting: RunServer) -> None:
    answer = counting.client.post("/api/v1/plans", json={**CONFIG, "dataset": "no-such-dataset"})
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:modelforge:not-found"


def test_the_queue_is_ordered_and_emptied(counting: RunServer) -> None:
    client = counting.client
    first = client.post("/api/v1/runs", json=counting.small(max_steps=100_000)).json()["id"]
    counting.wait(first, "running")
    a, b, c = (client.post("/api/v1/runs", json=counting.small(max_steps=4)).json()["id"] for _ in range(3))
    assert [run["id"] for run in client.get("/api/v1/queue").json()] == [a, b, c]
    assert client.get("/api/v1/queue/ahead").json() == {"places": 1, "working": 1, "waiting": 3}
    client.post(f"/api/v1/runs/{c}/move", json={"priority": -1})
    assert client.get("/api/v1/queue/ahead").json()["waiting"] == 2, "what has less priority goes behind a new run"
    assert client.post(f"/api/v1/runs/{c}/move", json={"before": a}).json()["priority"] == 0
    assert client.post(f"/api/v1/runs/{b}/move", json={"priority": 9}).json()["priority"] == 9
    assert [run["id"] for run in client.get("/api/v1/queue").json()] == [b, c, a]
    assert client.post(f"/api/v1/runs/{first}/move", json={"priority": 9}).status_code == 404
    ticket = counting.services.files.run(b).read_ticket()
    assert ticket is not None
    assert ticket.priority == 9

    assert client.post(f"/api/v1/runs/{a}/stop").status_code == 202
    counting.wait(a, "stopped")
    assert client.delete(f"/api/v1/runs/{first}").status_code == 409
    stopping = client.post(f"/api/v1/runs/{first}/stop")
    assert stopping.status_code == 202
    assert stopping.json()["reason"] == "stopping"
    counting.wait(first, "stopped")
    assert client.post(f"/api/v1/runs/{first}/stop").status_code == 409
    for run in (b, c):
        counting.wait(run, "succeeded")
    assert client.post(f"/api/v1/runs/{b}/resume").status_code == 409
    assert client.post(f"/api/v1/runs/{a}/resume").json()["status"] == "queued"
    counting.wait(a, "succeeded")
    for run in (a, b, c, first):
        assert client.delete(f"/api/v1/runs/{run}").status_code == 204
        assert client.get(f"/api/v1/runs/{run}").status_code == 404
    assert client.get("/api/v1/queue/ahead").json() == {"places": 1, "working": 0, "waiting": 0}


def test_pages_and_filters(counting: RunServer) -> None:
    client = counting.client
    made = [client.post("/api/v1/runs", json=counting.small(max_steps=4)).json()["id"] for _ in range(3)]
    for run in made:
        counting.wait(run, "succeeded")
    seen: list[str] = []
    before = None
    while True:
        params = {"limit": 2, "status": "succeeded"} | ({"before": before} if before else {})
        page = client.get("/api/v1/runs", params=params).json()
        seen += [run["id"] for run in page["items"]]
        before = page["next"]
        if before is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]
    assert seen[:3] == made[::-1]
    assert client.get("/api/v1/runs", params={"status": "failed"}).json()["total"] == 0
    assert client.get("/api/v1/runs", params={"status": "dancing"}).status_code == 422
    comparison = client.get("/api/v1/runs/compare", params={"ids": made[:2]}).json()
    assert comparison["settings"] == {}
    assert client.get("/api/v1/runs/compare", params={"ids": made[:1]}).status_code == 422
    rest = client.get("/api/v1/runs/compare", params={"ids": [made[0], "gone-run", made[1]]}).json()
    assert (rest["runs"], rest["missing"]) == (made[:2], ["gone-run"])
    alone = client.get("/api/v1/runs/compare", params={"ids": [made[0], "gone-run"]}).json()
    assert (alone["runs"], alone["missing"], alone["settings"]) == (made[:1], ["gone-run"], {})
    assert client.get("/api/v1/runs/compare", params={"ids": ["gone-run", "other-run"]}).status_code == 404
    by_name = client.get("/api/v1/runs", params={"order": "name", "status": ["succeeded", "failed"]}).json()["items"]
    assert [run["name"] for run in by_name] == sorted((run["name"] for run in by_name), key=str.lower)
    assert client.get("/api/v1/runs", params={"order": "size"}).status_code == 422


def test_unknown_runs_are_not_found(counting: RunServer) -> None:
    for suffix in ("", "/events", "/metrics", "/logs", "/checkpoints", "/report"):
        for run_id in ("no-such-run", "..%2f..%2fetc", "A", "x" * 200):
            answer = counting.client.get(f"/api/v1/runs/{run_id}{suffix}")
            assert answer.status_code == 404, (run_id, suffix)


def test_recipes_there_and_back(counting: RunServer) -> None:
    client = counting.client
    schema = client.get("/api/v1/recipes/schema").json()
    assert "model" in schema["json_schema"]["properties"]
    assert "optimization.learning_rate" in schema["essential"]
    assert schema["spellings"]["lr"] == "optimization.learning_rate"
    assert schema["owners"]["strategy.packing"] == ["sft", "qlora"]
    defaults = client.get("/api/v1/recipes/defaults", params={"rows": 100}).json()
    text = client.post("/api/v1/recipes/render", json=defaults).json()["yaml"]
    parsed = client.post("/api/v1/recipes/parse", json={"yaml": text}).json()
    assert (parsed["config"], parsed["notices"], parsed["stages"]) == (defaults, [], [])
    for broken in ("a: [", "- 1", "model: x\nmodell: y", "2026-99-99: 1", "[" * 3000):
        assert client.post("/api/v1/recipes/parse", json={"yaml": broken}).status_code == 422
    assert client.get("/api/v1/recipes/defaults", params={"model": "/etc"}).status_code == 422
    gentler = client.get("/api/v1/recipes/defaults", params={"dataset": "sample:replies", "strategy": "dpo"}).json()
    assert gentler["strategy"]["name"] == "dpo"
    assert gentler["optimization"]["learning_rate"] == defaults["optimization"]["learning_rate"] / 4
    assert client.get("/api/v1/recipes/defaults", params={"strategy": "prayer"}).status_code == 422


@pytest.mark.slow
def test_a_real_run_trains_and_reports(real: RunServer, tuned: dict[str, Any]) -> None:
    assert tuned["status"] == "succeeded", tuned["error"]
    assert tuned["report"]["verdict"] in ("better", "no evidence", "worse")
    report = real.client.get(f"/api/v1/runs/{tuned['id']}/report").json()
    assert report["metrics"]["exact_match"]["n"] == 4
    series = real.client.get(f"/api/v1/runs/{tuned['id']}/metrics").json()["series"]
    assert series["loss"]["steps"] == [1, 2, 3, 4]
    assert "learning_rate" in series


def test_no_code_and_no_path_comes_in_over_the_network(counting: RunServer) -> None:
    rlhf = {"name": "rlhf", "num_generations": 4, "max_completion_length": 16}
    config = {**CONFIG, "optimization": {"per_device_train_batch_size": 4}}
    for strategy, words in (
        ({**rlhf, "rewards": [{"kind": "python"}]}, "no code comes in over the network"),
        ({**rlhf, "rewards": [{"kind": "python", "path": "/etc/passwd"}]}, "Extra inputs are not permitted"),
        ({**rlhf, "reward_model": "/srv/models/judge"}, "strategy.reward_model"),
    ):
        for path in ("/api/v1/plans", "/api/v1/runs"):
            answer = counting.client.post(path, json={**config, "strategy": strategy})
            assert answer.status_code == 422, answer.text
            assert words in answer.text


STAGES = {"stages": [{"strategy": "sft"}, {"name": "more", "strategy": "sft", "lora": {"r": 4}}]}


def test_a_recipe_with_stages_is_one_submit_of_runs_that_follow_each_other(counting: RunServer) -> None:
    recipe = {**counting.small(max_steps=4, name="two"), **STAGES}
    plan = counting.client.post("/api/v1/plans", json=recipe).json()
    assert [plan["config"]["model"], plan["later"][0]["config"]["model"]] == ["starter:chat", "stage:sft"]
    assert plan["later"][0]["preflight"]["ok"]
    headers = {"idempotency-key": "two stages"}
    answer = counting.client.post("/api/v1/runs", json=recipe, headers=headers)
    assert answer.status_code == 202, answer.text
    first = answer.json()
    assert (first["name"], first["stage"]["names"], first["stage"]["number"]) == ("two-sft", ["sft", "more"], 1)
    assert answer.headers["location"] == f"/api/v1/runs/{first['id']}" == f"/api/v1/runs/{first['stage']['runs'][0]}"
    second = counting.wait(first["stage"]["runs"][1], "succeeded")
    assert (second["config"]["model"], second["config"]["lora"]["r"]) == (first["id"], 4)
    assert second["stage"]["needs"] == [first["id"]]
    again = counting.client.post("/api/v1/runs", json=recipe, headers=headers).json()
    assert again["id"] == first["id"]
    other = counting.client.post("/api/v1/runs", json={**recipe, "name": "other"}, headers=headers)
    assert other.status_code == 409


def test_a_fault_in_a_later_stage_queues_none(counting: RunServer) -> None:
    before = counting.client.get("/api/v1/runs").json()["total"]
    recipe = counting.small(max_steps=4)
    for stages, words in (
        ([{}, {"data": {"max_length": 8}}], "Stage 2 of 2 (sft-2): The preflight refuses"),
        ([{}, {"lora": {"r": 0}}], "stages.1.lora.r"),
        ([{}, {"dataset": "/etc/passwd"}], "dataset: found '/etc/passwd'"),
        ([{}, {"model": "stage:3"}], "stages.1.model"),
        ("sft", "2 to 10 partial recipes"),
    ):
        answer = counting.client.post("/api/v1/runs", json={**recipe, "stages": stages})
        assert answer.status_code == 422, answer.text
        assert words in answer.json()["detail"]
    assert counting.client.get("/api/v1/runs").json()["total"] == before


def test_a_recipe_s_stages_are_read_for_a_form(counting: RunServer) -> None:
    text = "model: starter:chat\ndataset: sample:support\nname: two\nstages:\n- lr: 0.001\n- strategy: sft\n"
    found = counting.client.post("/api/v1/recipes/parse", json={"yaml": text}).json()
    assert [stage["name"] for stage in found["stages"]] == ["sft", "sft-2"]
    assert found["config"] == found["stages"][0]["config"]
    assert found["notices"] == ["Stage 1: `lr` was read as `optimization.learning_rate`."]
    assert [found["remarks"][notice]["code"] for notice in found["notices"]] == ["read-as-in-stage"]
