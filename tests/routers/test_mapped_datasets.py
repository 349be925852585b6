"""A dataset whose columns a person mapped: every road reads it the way it was mapped, with nothing in the recipe."""

from __future__ import annotations

import json
from typing import Any

import pytest
from server_under_test import CONFIG, RunServer

from modelforge.evaluation.dataset_validator import DatasetValidator
from modelforge.schemas.evaluation import EvaluationRequest
from modelforge.training.measuring import evaluate

TABLE = "Kunde,Frage,Loesung\n" + "".join(
    f"K{n},Which number comes after {n}?,It is {n + 1} and then {n + 2}.\n" for n in range(24)
)
READING = {"shape": "input_output", "columns": {"input": "Frage", "output": "Loesung"}}


def put_mapped(server: RunServer, name: str = "faq.csv", content: str = TABLE) -> str:
    """The id of a table with columns of no known name, as mapped by a person."""
    added = server.client.post(
        "/api/v1/datasets",
        params={"name": name},
        content=content,
        headers={"content-type": "application/octet-stream"},
    ).json()
    assert added["shape"] is None
    chosen = server.client.put(f"/api/v1/datasets/{added['id']}/columns", json=READING).json()
    assert {key: chosen[key] for key in READING} == READING
    return str(added["id"])


@pytest.fixture(scope="module")
def mapped(counting: RunServer) -> str:
    return put_mapped(counting)


def test_an_array_in_a_json_file_is_looked_at_mapped_and_planned_like_a_table(counting: RunServer) -> None:
    lines = [line.split(",") for line in TABLE.splitlines()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    array = put_mapped(counting, "faq.json", json.dumps(rows, indent=2))
    looked = counting.client.post("/api/v1/datasets/inspect", json={"dataset": array, "rows": 2}).json()
    assert looked["first_rows"] == rows[:2]
    assert looked["found"] == lines[0]
    read = counting.client.get(f"/api/v1/datasets/{array}/rows").json()["rows"][0]
    assert [read[side][0]["content"] for side in ("prompt", "completion")] == [rows[0]["Frage"], rows[0]["Loesung"]]
    test_a_plan_and_its_tokens_need_no_word_in_the_recipe(counting, array)


def test_a_plan_and_its_tokens_need_no_word_in_the_recipe(counting: RunServer, mapped: str) -> None:
    config = {**CONFIG, "dataset": mapped}
    plan = counting.client.post("/api/v1/plans", json=config)
    assert plan.status_code == 200, plan.text
    assert plan.json()["preflight"]["ok"]
    assert {key: plan.json()["validation"][key] for key in READING} == READING
    tokens = counting.client.post("/api/v1/plans/tokens", params={"rows": 1}, json=config).json()
    assert "Which number comes after 0?" in "".join(token["text"] for token in tokens[0]["tokens"])


def test_it_is_looked_at_and_checked_as_it_was_mapped(counting: RunServer, mapped: str) -> None:
    def asked(road: str, **body: Any) -> dict[str, Any]:
        answer = counting.client.post(f"/api/v1/datasets/{road}", json={"dataset": mapped, **body})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    assert asked("inspect", task="text-generation")["readings"] == [READING]
    assert {key: asked("validate")[key] for key in READING} == READING
    assert asked("repeats")["rows"] == 24
    assert asked("repeats", among=mapped)["rows"] == 24
    readings = DatasetValidator(counting.services.files).readings(mapped, "text-generation")
    assert (readings.shape, readings.columns, readings.certain) == ("input_output", READING["columns"], True)


def test_a_recipe_that_says_how_to_read_it_goes_before(counting: RunServer, mapped: str) -> None:
    said = {"shape": "input_output", "columns": {"input": "Kunde", "output": "Loesung"}}
    plan = counting.client.post("/api/v1/plans", json={**CONFIG, "dataset": mapped, "data": said}).json()
    assert plan["validation"]["columns"] == said["columns"]


def test_what_the_mapping_does_not_suit_is_refused_by_its_shape(counting: RunServer, mapped: str) -> None:
    report = counting.client.post("/api/v1/datasets/validate", json={"dataset": mapped, "task": "text-classification"})
    assert {problem["kind"] for problem in report.json()["errors"]} == {"shape-not-accepted"}


def test_it_is_held_out_and_measured_on(counting: RunServer, mapped: str) -> None:
    config = {**counting.small(), "data": {"validation_dataset": mapped}}
    plan = counting.client.post("/api/v1/plans", json=config)
    assert plan.status_code == 200, plan.text
    assert plan.json()["preflight"]["validation_rows"] == 24
    quick = {"evaluation": {"max_rows": 2, "max_new_tokens": 2, "bootstrap_resamples": 100}}
    request = EvaluationRequest.model_validate({"model": "starter:chat", "dataset": mapped, "config": quick})
    assert evaluate(request, counting.services.files, evaluation_id="eval-1").rows == 2


def test_it_is_trained_on(real: RunServer) -> None:
    quick = {"evaluation": {"max_rows": 2, "max_new_tokens": 2, "bootstrap_resamples": 100}, "max_steps": 1}
    run = real.client.post("/api/v1/runs", json={**CONFIG, "dataset": put_mapped(real), **quick}).json()
    assert real.wait(run["id"], "succeeded", "failed")["status"] == "succeeded"
