"""The secrets that this process knows of, so that nothing it writes contains one."""

from __future__ import annotations

import os
import threading

from modelforge.training.secrets import Redactor

_lock = threading.Lock()
_learnt: dict[str, str] = {}
_redactor: tuple[tuple[tuple[str, str], ...], Redactor] | None = None


def learn_secret(name: str, value: str) -> None:
    """Blot `value` out of logs and answers from now on. `name` tells one secret from another; a new value joins it."""
    with _lock:
        _learnt[f"{name.upper()}_TOKEN_{len(_learnt)}"] = value


def redactor() -> Redactor:
    """Hides the secrets of the environment and those learnt since."""
    global _redactor
    with _lock:
        known = tuple(sorted({**os.environ, **_learnt}.items()))
        if _redactor is None or _redactor[0] != known:
            _redactor = (known, Redactor(dict(known)))
        return _redactor[1]
