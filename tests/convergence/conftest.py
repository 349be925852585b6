"""`learn(recipe, *overrides)`: what came of an example recipe."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from learning import Learned, learn_in  # noqa: E402


@pytest.fixture
def learn(tmp_path: Path) -> Callable[..., Learned]:
    """`learn(recipe, *overrides)` → what came of it; all in one home."""
    return lambda recipe, *overrides: learn_in(tmp_path / "home", recipe, *overrides)


@pytest.fixture(autouse=True)
def the_training_itself(untraced: None) -> None:
    """Its lines are counted by the tests of `training`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Training takes as long as it takes on a slow or shared machine."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(1800))
