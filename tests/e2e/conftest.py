"""Servers in processes of their own; the parts are those of the fault tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FAULTS = str(Path(__file__).parents[1] / "faults")
if FAULTS not in sys.path:
    sys.path.insert(0, FAULTS)


@pytest.fixture(autouse=True)
def the_server_itself(untraced: None) -> None:
    """What is timed here is the server, not the coverage of its lines: the other tests count those."""
