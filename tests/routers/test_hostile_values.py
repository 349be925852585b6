"""Values that no honest client sends: each is refused by its name, and none is a fault of the server."""

from __future__ import annotations

from typing import Any

import pytest
from server_under_test import CONFIG, RunServer

JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def run_id(counting: RunServer) -> str:
    run = counting.client.post("/api/v1/runs", json=counting.small(max_steps=2)).json()
    return str(counting.wait(run["id"], "succeeded")["id"])


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, 2**70, 2**80, -1])
def test_an_event_number_that_no_event_has_is_refused(counting: RunServer, run_id: str, number: int) -> None:
    path = f"/api/v1/runs/{run_id}/events"
    in_query = counting.client.get(path, params={"after": number}, headers=JSON)
    in_header = counting.client.get(path, headers={**JSON, "last-event-id": str(number)})

    assert (in_query.status_code, in_header.status_code) == (422, 422)
    assert [answer.json()["errors"][0]["key"] for answer in (in_query, in_header)] == [
        "query.after",
        "header.Last-Event-ID",
    ]
    assert counting.client.get(path, params={"after": 2**53}, headers=JSON).json()["items"] == []


@pytest.mark.parametrize("boundary", ["x" * 257, "x" * 5000])
def test_a_form_with_an_endless_boundary_is_refused(counting: RunServer, boundary: str) -> None:
    answer = counting.client.post(
        "/api/v1/datasets", content=b"--x", headers={"content-type": f"multipart/form-data; boundary={boundary}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "form-not-readable")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/runs?before=%00",
        "/api/v1/runs?query=a%00b",
        "/api/v1/runs/%00",
        "/api/v1/runs/compare?ids=%00&ids=x",
        "/api/v1/hub/models?query=%00",
    ],
)
def test_nul_in_an_address_is_refused(counting: RunServer, path: str) -> None:
    answer = counting.client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (422, "nul-in-address")
    assert "%00" in answer.json()["hint"]


@pytest.mark.parametrize(
    "changed", [{"name": "\0"}, {"data": {"columns": {"\0": "input"}}}, {"data": {"columns": {"input": "a\0b"}}}]
)
def test_nul_in_a_config_is_refused_wherever_one_is_read(counting: RunServer, changed: dict[str, Any]) -> None:
    for path in ("/api/v1/recipes/render", "/api/v1/plans/memory", "/api/v1/runs"):
        answer = counting.client.post(path, json={**CONFIG, **changed})

        assert answer.status_code == 422, path
        assert [fault["kind"] for fault in answer.json()["errors"]] == ["no-text"]


def test_nul_in_a_place_of_the_queue_is_refused(counting: RunServer, run_id: str) -> None:
    answer = counting.client.post(f"/api/v1/runs/{run_id}/move", json={"before": "\0"})

    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (422, "body.before")


def test_a_recipe_that_grows_is_refused_in_few_words(counting: RunServer) -> None:
    lines = ["model: m", "dataset: d", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    answer = counting.client.post("/api/v1/recipes/parse", json={"yaml": "\n".join(lines)})

    assert (answer.status_code, answer.json()["code"]) == (422, "recipe-repeats-too-much")
    assert len(answer.content) < 4000


@pytest.mark.parametrize("name", ["   ", "\u3000\u00a0", "", "a\0b", "two\nlines"])
def test_a_dataset_has_a_name_that_shows(counting: RunServer, run_id: str, name: str) -> None:
    dataset = counting.client.get("/api/v1/datasets").json()["items"][0]
    answer = counting.client.patch(f"/api/v1/datasets/{dataset['id']}", json={"name": name})

    assert (run_id, answer.status_code) == (run_id, 422)
    for good in ("x", " a name of my own ", dataset["name"]):
        renamed = counting.client.patch(f"/api/v1/datasets/{dataset['id']}", json={"name": good})
        assert (renamed.status_code, renamed.json()["name"]) == (200, good)
