"""Models that read, asked over HTTP with real heads in a real process: the same as `modelforge predict` says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from model_shelf import put_folder, put_reader
from threaded_server import LiveServer, live_server
from typer.testing import CliRunner

from modelforge.cli.app import app
from modelforge.services.account_service import AccountService

TEXT = "Größe first: Ada lives in Rome, and Bob lives in Oslo."
WHERE = "Where does Ada live?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    import engines

    with live_server(tmp_path_factory.mktemp("predictions"), engines.count) as server:
        put_reader(server.services, "weather", "text-classification")
        put_reader(server.services, "places", "extractive-question-answering")
        put_reader(server.services, "silent", "extractive-question-answering", spread=0)
        yield server


def ask(server: LiveServer, model: str, *inputs: dict[str, Any]) -> httpx.Response:
    return server.client.post("/api/v1/playground/predict", json={"model": model, "inputs": inputs})


def said_by_cli(server: LiveServer, monkeypatch: pytest.MonkeyPatch, *words: str) -> dict[str, Any]:
    monkeypatch.setenv("MODELFORGE_HOME", str(server.services.files.home))
    result = CliRunner().invoke(app, ["predict", *words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    # The server logs its requests into the same standard output.
    return dict(json.JSONDecoder().raw_decode(result.stdout[result.stdout.index("{\n") :])[0])


def test_a_classifier_says_every_class_and_the_same_as_the_command(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = [
        {"text": "It rained all day."},
        {"text": "It rained.", "pair": "And it was cold."},
        {"text": "word " * 900},
    ]
    answer = ask(server, "weather", *inputs).json()
    assert (answer["model"], len(answer["predictions"])) == ("weather", 3)
    for one in answer["predictions"]:
        assert (one["mode"], set(one["scores"])) == ("labels", {"cold", "hot", "wet"})
        assert list(one["scores"].values()) == sorted(one["scores"].values(), reverse=True)
        assert (sum(one["scores"].values()), one["scores"][one["label"]]) == (pytest.approx(1), one["probability"])
    assert answer["predictions"][0]["scores"] != answer["predictions"][1]["scores"]
    by_hand = said_by_cli(server, monkeypatch, "weather", "It rained.", "--pair", "And it was cold.")
    assert by_hand.pop("model") == "weather"
    assert by_hand == {**answer["predictions"][1], "scores": pytest.approx(answer["predictions"][1]["scores"])} | {
        "probability": pytest.approx(answer["predictions"][1]["probability"])
    }
    state = server.wait_for("ready")
    assert (state.model, state.base_model, state.context_length is not None) == ("weather", None, True)


def test_a_span_head_says_where_in_the_text_the_answer_stands(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = {"text": WHERE, "context": TEXT}, {"text": WHERE, "context": TEXT + " Nothing else." * 300}
    found = ask(server, "places", short, long).json()["predictions"]
    for one, context in zip(found, (short["context"], long["context"]), strict=True):
        assert one["mode"] == "span"
        assert one["answer"]
        assert context[one["answer_start"] : one["answer_end"]] == one["answer"]
        assert one["score"] > 0
        assert 0 < one["probability"] < 1
    by_hand = said_by_cli(server, monkeypatch, "places", WHERE, "--context", TEXT)
    assert (by_hand["answer"], by_hand["answer_start"]) == (found[0]["answer"], found[0]["answer_start"])
    assert by_hand["probability"] == pytest.approx(found[0]["probability"])
    (none,) = ask(server, "silent", short).json()["predictions"]
    assert (none["answer"], none["answer_start"], none["answer_end"], none["score"]) == ("", None, None, 0)


@pytest.mark.parametrize(
    ("model", "one", "word"),
    [
        ("weather", {"text": WHERE, "context": TEXT}, "answers no questions"),
        ("places", {"text": WHERE}, "about a text"),
        ("places", {"text": WHERE, "context": TEXT, "pair": "x"}, "about a text"),
        ("places", {"text": "word " * 900, "context": TEXT}, "question"),
    ],
)
def test_an_input_of_the_other_kind_is_refused_with_what_is_missing(
    server: LiveServer, model: str, one: dict[str, Any], word: str
) -> None:
    refused = ask(server, model, one)
    assert refused.status_code == 422
    assert word in refused.json()["detail"]
    assert refused.json()["hint"]
    assert server.state().status in ("ready", "answering")  # the model stays


def test_who_asks_the_wrong_way_is_led_to_the_right_route(server: LiveServer) -> None:
    writes = ask(server, "starter:chat", {"text": "Hello."})
    assert (writes.status_code, "/playground/chat" in writes.json()["hint"]) == (409, True)
    body = {"model": "weather", "messages": [{"role": "user", "content": "Hello."}]}
    for path in ("/api/v1/playground/chat", "/api/v1/playground/compare", "/v1/chat/completions"):
        reads = server.client.post(path, json=body)
        assert reads.status_code == 409
        assert "/playground/predict" in reads.text
    assert ask(server, "starter:encoder", {"text": "x"}).status_code == 409
    put_folder(server.services, "a-judge", task="reward")
    judge = ask(server, "a-judge", {"text": "x"})
    assert (judge.status_code, "cannot be asked" in judge.json()["detail"]) == (409, True)
    assert ask(server, "nowhere", {"text": "x"}).status_code == 404
    cards = [one["id"] for one in server.client.get("/v1/models").json()["data"]]
    assert "weather" not in cards


def test_how_a_model_is_asked_stands_in_its_view(server: LiveServer) -> None:
    page = server.client.get("/api/v1/models").json()
    modes = {one["id"]: one["mode"] for one in [*page["items"], *page["starters"]]}
    assert (modes["weather"], modes["places"]) == ("labels", "span")
    assert (modes["starter:chat"], modes["starter:seq2seq"], modes["starter:encoder"]) == ("chat", "text", None)
    assert server.client.get("/api/v1/models/weather").json()["mode"] == "labels"


@pytest.mark.parametrize(
    "inputs", [[], [{"text": ""}], [{"text": "x"}] * 65, [{"text": "x" * 100_001}], [{"text": "x", "more": 1}]]
)
def test_a_request_without_bounds_is_refused(server: LiveServer, inputs: list[dict[str, Any]]) -> None:
    assert ask(server, "weather", *inputs).status_code == 422


def test_a_model_of_another_account_is_not_found(server: LiveServer) -> None:
    accounts = AccountService(server.services.files)
    accounts.add("ada", "a long enough password")
    put_folder(server.services, "of-bob", task="text-classification", owner="bob")
    headers = {"authorization": f"Bearer {accounts.add_key('ada', 'test')}"}
    body = {"model": "of-bob", "inputs": [{"text": "x"}]}
    assert server.client.post("/api/v1/playground/predict", json=body, headers=headers).status_code == 404


def test_a_reader_in_memory_is_freed_as_any_other(server: LiveServer) -> None:
    assert ask(server, "weather", {"text": "x"}).status_code == 200
    refused = server.client.delete("/api/v1/models/weather")
    assert (refused.status_code, refused.json()["in_use_by"]) == (409, ["the playground"])
    assert server.client.post("/api/v1/playground/unload").json()["status"] == "empty"
    assert server.client.post("/api/v1/playground/load", json={"model": "weather"}).status_code == 202
    assert server.wait_for("ready").model == "weather"
