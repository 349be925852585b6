"""The frozen starting model that losses compare with: the trained one with its adapter switched off."""

from __future__ import annotations

from typing import Any


def switch_off_for_reference(model: Any) -> None:
    """Have a TRL trainer, just made, take `model` with its adapter switched off for its reference.

    TRL copies the adapter for that. Ours is fresh, and off is the same: without the copy TRL switches it off, and the
    reference takes no memory of its own.
    """
    model.delete_adapter("ref")
