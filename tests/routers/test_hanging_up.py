"""Clients that go before their answer is there: what they asked for ends."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from server_under_test import CONFIG, TOKEN, RunServer

from modelforge.storage.file_manager import FileManager


def linger(home: Path, *_asked: Any) -> None:
    """Work of an hour."""
    with FileManager(home).scratch() as folder:
        (folder / "begun").touch()
        time.sleep(3600)


@pytest.mark.parametrize("path", ["/api/v1/plans", "/api/v1/plans/tokens"])
def test_what_nobody_waits_for_any_more_ends(path: str, counting: RunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plan_in_child", "preview_in_child"):
        monkeypatch.setattr(f"modelforge.services.run_service.{name}", linger)
    begun, said = counting.services.files.cache, []

    async def receive() -> dict[str, Any]:
        if not said:
            said.append("asked")
            return {"type": "http.request", "body": json.dumps(CONFIG).encode(), "more_body": False}
        while not list(begun.glob("scratch/*/begun")):
            await asyncio.sleep(0.02)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message.get("status", message["type"]))

    headers = {"host": "127.0.0.1:8000", "authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": raw, "root_path": ""}
    asyncio.run(asyncio.wait_for(counting.client.app(scope, receive, send), 60))
    assert said == ["asked", 499, "http.response.body"]
    assert list(begun.glob("scratch/*/*")) == []
