"""The official OpenAI client against a real server: whole and streamed answers, counts, ends, errors."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from model_shelf import put_adapter, put_endless, put_folder
from server_under_test import TOKEN
from threaded_server import LiveServer, live_server

from modelforge.inference.chat_engine import ChatEngine
from modelforge.schemas.sampling import Sampling
from modelforge.services.account_service import AccountService

MODEL = "starter:chat"
COPY: Any = [{"role": "user", "content": "Copy this: red apple"}]
LONG: dict[str, Any] = {"model": "endless", "messages": COPY, "max_tokens": 900_000}
"""Goes on until it is stopped."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("openai")) as server:
        put_endless(server.services, tiny_model)
        yield server


@pytest.fixture(scope="module")
def client(server: LiveServer) -> Iterator[openai.OpenAI]:
    with client_of(server) as client:
        yield client


def client_of(server: LiveServer, key: str = TOKEN, retries: int = 0) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{server.address}/v1",
        api_key=key,
        max_retries=retries,
        timeout=180,
        http_client=httpx.Client(trust_env=False, timeout=180),
    )


@pytest.fixture(scope="module")
def engine(server: LiveServer) -> ChatEngine:
    return ChatEngine.load(MODEL, server.services.files)


def test_a_conversation_is_answered_whole_with_true_counts(client: openai.OpenAI, engine: ChatEngine) -> None:
    expected = engine.stream(COPY)
    text = expected.text()
    answer = client.chat.completions.create(model=MODEL, messages=COPY)
    assert answer.object == "chat.completion"
    assert answer.model == MODEL
    assert [(choice.index, choice.message.role, choice.finish_reason) for choice in answer.choices] == [
        (0, "assistant", "stop")
    ]
    assert answer.choices[0].message.content == text
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (expected.prompt_tokens, expected.new_tokens)
    assert answer.usage.prompt_tokens == len(engine.prompt_ids(COPY))
    assert answer.usage.total_tokens == expected.prompt_tokens + expected.new_tokens


def test_a_conversation_is_answered_as_it_is_written(client: openai.OpenAI, engine: ChatEngine) -> None:
    expected = engine.stream(COPY)
    text = expected.text()
    chunks = list(client.chat.completions.create(model=MODEL, messages=COPY, stream=True))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == text
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert len(chunks) > 3
    counted = list(
        client.chat.completions.create(model=MODEL, messages=COPY, stream=True, stream_options={"include_usage": True})
    )
    assert counted[-1].choices == []
    assert counted[-1].usage is not None
    assert counted[-1].usage.completion_tokens == expected.new_tokens
    assert [chunk.usage for chunk in counted[:-1]] == [None] * (len(counted) - 1)


def test_a_bare_text_is_written_on(client: openai.OpenAI, engine: ChatEngine) -> None:
    text = engine.complete("The capital of", Sampling(max_new_tokens=16)).text()
    answer = client.completions.create(model=MODEL, prompt="The capital of")
    assert (answer.object, answer.choices[0].text) == ("text_completion", text)
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == len(engine.tokenizer("The capital of")["input_ids"])
    stream = client.completions.create(model=MODEL, prompt=["The capital of"], max_tokens=16, stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream) == text


def test_settings_reach_the_model(client: openai.OpenAI, engine: ChatEngine) -> None:
    def ask(**settings: Any) -> Any:
        return client.chat.completions.create(model=MODEL, messages=COPY, **settings)

    short = ask(max_tokens=2)
    assert short.choices[0].finish_reason == "length"
    assert short.usage.completion_tokens == 2
    assert ask(max_completion_tokens=1).usage.completion_tokens == 1
    greedy = engine.stream(COPY).text()
    for stop in ("apple", ["zzz", "apple"]):
        cut = ask(stop=stop).choices[0]
        assert (cut.message.content, cut.finish_reason) == (greedy.partition("apple")[0], "stop")
    texts = [
        ask(temperature=2, seed=seed, max_tokens=12, extra_body={"repetition_penalty": 3, "top_k": 900})
        .choices[0]
        .message.content
        for seed in (1, 1, -5, 3)
    ]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1
    assert ask(temperature=1.5, top_p=0).choices[0].message.content == greedy
    assert ask(temperature=0, n=1, presence_penalty=0, user="me", response_format={"type": "text"}).choices


def test_messages_may_have_parts_and_other_roles(client: openai.OpenAI, engine: ChatEngine) -> None:
    first = client.chat.completions.create(model=MODEL, messages=COPY).choices[0].message
    turns: list[Any] = [
        {"role": "developer", "content": "Be brief."},
        *COPY,
        first,
        {"role": "user", "content": [{"type": "text", "text": "Copy this: "}, {"type": "text", "text": "blue"}]},
    ]
    plain = [
        {"role": "system", "content": "Be brief."},
        *COPY,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": "Copy this: blue"},
    ]
    answer = client.chat.completions.create(model=MODEL, messages=turns)
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == len(engine.prompt_ids(plain))


def test_models_are_listed_and_asked_by_their_id(server: LiveServer, client: openai.OpenAI) -> None:
    adapter = put_adapter(server.services, "tuned-one", MODEL)
    put_folder(server.services, "other-task", task="text-classification")
    ids = [model.id for model in client.models.list()]
    assert ids == ["tuned-one", "endless", MODEL, "starter:seq2seq"]
    card = client.models.retrieve("tuned-one")
    assert (card.object, card.created, card.owned_by) == ("model", int(adapter.created_at.timestamp()), "modelforge")
    assert client.models.retrieve(MODEL).id == MODEL
    expected = ChatEngine.load("tuned-one", server.services.files).stream(COPY, Sampling(max_new_tokens=12)).text()
    answer = client.chat.completions.create(model="tuned-one", messages=COPY, max_tokens=12)
    assert answer.choices[0].message.content == expected
    with pytest.raises(openai.ConflictError, match="writes no answers"):
        client.chat.completions.create(model="other-task", messages=COPY)


@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_answered_is_an_error_of_the_client(client: openai.OpenAI, stream: bool) -> None:
    def ask(**change: Any) -> Any:
        return client.chat.completions.create(**{"model": MODEL, "messages": COPY, "stream": stream, **change})

    with pytest.raises(openai.NotFoundError) as missing:
        ask(model="not-there")
    assert missing.value.code == "model_not_found"
    assert "GET /api/v1/models" in missing.value.message or "models ls" in missing.value.message
    with pytest.raises(openai.BadRequestError, match="the model reads at most") as long:
        ask(messages=[{"role": "user", "content": "word " * 5000}])
    assert long.value.type == "invalid_request_error"
    refused: list[dict[str, Any]] = [
        {"n": 2},
        {"temperature": 3},
        {"tools": [{"type": "retrieval"}]},
        {"tool_choice": "required"},
        {"logprobs": True},
        {"response_format": {"type": "json_object"}},
        {"presence_penalty": 1},
        {"logit_bias": {"1": 5}},
        {"stop": ["a", "b", "c", "d", "e"]},
        {"max_tokens": 0},
        {"messages": []},
        {"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        {"extra_body": {"guided_regex": "x"}},
    ]
    for change in refused:
        with pytest.raises(openai.BadRequestError) as error:
            ask(**change)
        assert error.value.param, change
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model=MODEL, input="x")


def test_the_door_is_the_same_as_everywhere(server: LiveServer, client: openai.OpenAI) -> None:
    with client_of(server, key="wrong-token-wrong-token") as stranger:
        with pytest.raises(openai.AuthenticationError) as error:
            stranger.models.list()
        assert error.value.code == "invalid_api_key"
    answer = httpx.get(f"{server.address}/v1/models", headers={"host": "evil.example"}, trust_env=False)
    assert (answer.status_code, set(answer.json())) == (400, {"error"})
    accounts = AccountService(server.services.files)
    accounts.add("ada", "a long enough password")
    put_folder(server.services, "of-bob", owner="bob")
    with client_of(server, key=accounts.add_key("ada", "test", ("infer",))) as ada:
        with pytest.raises(openai.NotFoundError):
            ada.chat.completions.create(model="of-bob", messages=COPY)
        assert "of-bob" not in [model.id for model in ada.models.list()]
    assert "of-bob" in [model.id for model in client.models.list()]
    looker = client_of(server, key=accounts.add_key("ada", "looker", ("read",)))
    with looker, pytest.raises(openai.PermissionDeniedError):
        looker.models.list()


def test_a_client_that_leaves_stops_its_answer(server: LiveServer, client: openai.OpenAI) -> None:
    with client.chat.completions.create(stream=True, **LONG) as stream:
        next(iter(stream))
    server.wait_for("ready", seconds=60)
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=1).chat.completions.create(**LONG)
    server.wait_for("ready", seconds=60)
    assert client.chat.completions.create(model=MODEL, messages=COPY).choices


def test_a_process_that_dies_in_mid_answer_is_an_error(server: LiveServer, client: openai.OpenAI) -> None:
    with client.chat.completions.create(stream=True, **LONG) as stream:
        chunks = iter(stream)
        next(chunks)
        os.kill(server.services.workshop.playground._process.pid, signal.SIGKILL)  # type: ignore[union-attr,arg-type]
        with pytest.raises(openai.APIError, match="starts anew"):
            list(chunks)
    assert client.chat.completions.create(model=MODEL, messages=COPY).choices


def test_training_goes_first(server: LiveServer, client: openai.OpenAI) -> None:
    seats = server.services.workshop.playground.seats
    server.client.post("/api/v1/playground/unload")
    seats.slots = ("cuda:0",)
    try:
        seats.give_away("cuda:0")
        with pytest.raises(openai.ConflictError, match="Training goes first"):
            client.chat.completions.create(model=MODEL, messages=COPY)
    finally:
        seats.slots = ("cpu",)
    assert client.chat.completions.create(model=MODEL, messages=COPY).choices
