"""A home with a supervisor over it, as a server has; all its processes are ended afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:  # worker processes import `engines` by name
    sys.path.insert(0, HERE)

from fault_home import Home  # noqa: E402


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    home.close()
