"""S8: whatever the API is sent, it never answers 5xx. Every operation of the generated OpenAPI, fuzzed."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from server_under_test import RunServer, run_server

BASE = "http://127.0.0.1:8000"


class StreamsEnd:
    """An application whose endless streams end behind their first words: a fuzzer reads every answer to its end."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        told, streams = asyncio.Event(), False

        async def sending(message: Any) -> None:
            nonlocal streams
            if told.is_set():
                return
            if message["type"] == "http.response.start":
                streams = any(value.startswith(b"text/event-stream") for _, value in message["headers"])
            elif streams and message.get("body"):
                message = {**message, "more_body": False}
                told.set()
            await send(message)

        answering = asyncio.ensure_future(self.app(scope, receive, sending))
        ended = asyncio.ensure_future(told.wait())
        await asyncio.wait({answering, ended}, return_when=asyncio.FIRST_COMPLETED)
        if told.is_set():
            answering.cancel()
        ended.cancel()
        await asyncio.wait({answering})
        if not answering.cancelled() and (error := answering.exception()) is not None:
            raise error


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunServer]:
    """A server that counts no requests, with a run and a dataset to be found."""
    import engines

    with run_server(tmp_path_factory.mktemp("fuzzed"), engines.count, rate_limit="100000000/second") as server:
        server.services.datasets.process = server.services.workshop.heavy
        server.services.limits.count_sign_in = lambda *_who: None  # type: ignore[method-assign]
        run = server.client.post("/api/v1/runs", json=server.small(max_steps=4)).json()
        server.wait(run["id"], "succeeded")
        server.client._transport.app = StreamsEnd(server.client.app)  # type: ignore[attr-defined]
        yield server


def operations(server: RunServer) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_dict(server.client.app.openapi())  # type: ignore[attr-defined]
    return [found.ok() for found in schema.get_all_operations()]


def ask(server: RunServer, case: Any) -> Any:
    """Send a generated case as it is; a fault that no handler foresaw comes out of here as itself."""
    sent = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    headers = {name: value for name, value in sent.headers.items() if name.lower() != "authorization"}
    return server.client.request(str(sent.method), str(sent.url), content=sent.body, headers=headers)


def limits(examples: int, **more: Any) -> settings:
    fixed = {"derandomize": True, "database": None, "deadline": None, "phases": (Phase.generate,), **more}
    return settings(max_examples=examples, suppress_health_check=list(HealthCheck), **fixed)


def test_no_operation_answers_5xx(fuzzed: RunServer, figure: Callable[[int, int], int]) -> None:
    """Valid and broken requests, with ids that exist and ids that do not; what deletes comes last."""
    found = sorted(operations(fuzzed), key=lambda operation: operation.method.upper() == "DELETE")
    assert len(found) > 50
    ids = {
        "run_id": fuzzed.client.get("/api/v1/runs").json()["items"][0]["id"],
        "dataset_id": fuzzed.client.get("/api/v1/datasets").json()["items"][0]["id"],
    }
    faults: list[str] = []
    for operation in found:
        known = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}
        kinds = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
        if known:
            kinds.append(operation.as_strategy(path_parameters=known))

        @limits(figure(8, 200))
        @given(case=st.one_of(kinds))
        def fuzz(case: Any) -> None:
            answer = ask(fuzzed, case)
            if answer.status_code >= 500:
                faults.append(f"{case.as_curl_command()}: {answer.status_code} {answer.text[:300]}")

        fuzz()
    assert faults == []


def test_no_sequence_of_operations_ends_in_5xx(fuzzed: RunServer, figure: Callable[[int, int], int]) -> None:
    """What one operation answers is used in the next, as schemathesis links them."""
    machine = operations(fuzzed)[0].schema.as_state_machine()

    class Workflow(machine):  # type: ignore[misc, valid-type]
        def call(self, case: Any, **_: Any) -> Any:
            return Response.from_httpx(ask(fuzzed, case), verify=False)

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            assert response.status_code < 500, (case.as_curl_command(), response.text[:300])

    for number in range(figure(6, 300)):  # one by one: the server's state grows, so no sequence can be tried again
        seed(number)(Workflow)
        Workflow.run(settings=limits(1, derandomize=False, stateful_step_count=figure(6, 12)))
