"""A server whose runs count, with a page of its own, asked by strangers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

for folder in (Path(__file__).parent, Path(__file__).parents[1] / "routers"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from server_under_test import RunServer, run_server  # noqa: E402


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built page, in small."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    (folder / "assets" / "app-1a2b.js").write_text("1")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, web: Path) -> Iterator[RunServer]:
    """A server with a page, a dataset and nothing else."""
    import engines

    with run_server(tmp_path_factory.mktemp("secure"), engines.count, web=web) as found:
        found.small()
        yield found
