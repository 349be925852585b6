"""Servers to ask: one whose runs count, one whose runs train."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
for folder in (str(HERE), str(HERE.parent / "faults"), str(HERE.parent / "providers")):
    if folder not in sys.path:
        sys.path.insert(0, folder)

from server_under_test import CONFIG, RunServer, run_server  # noqa: E402


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunServer]:
    """A server whose runs count."""
    import engines

    with run_server(tmp_path_factory.mktemp("counting"), engines.count) as server:
        yield server


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunServer]:
    """A server whose runs train."""
    with run_server(tmp_path_factory.mktemp("real")) as server:
        yield server


@pytest.fixture(scope="session")
def tuned(real: RunServer) -> dict[str, Any]:
    """A run that has really trained the starter model for a few steps, and merged the result."""
    config = {**CONFIG, "name": "tuned", "max_steps": 4, "max_samples": 40, "logging_steps": 1}
    config |= {"evaluation": {"max_rows": 4, "max_new_tokens": 16, "bootstrap_resamples": 100}, "save_steps": 2}
    config |= {"output": {"merge": True}, "compute": {"precision": "fp32"}}  # equal figures on every processor
    run = real.client.post("/api/v1/runs", json=config).json()
    return real.wait(run["id"], "succeeded", "failed", seconds=300)
