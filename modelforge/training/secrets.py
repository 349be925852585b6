"""What a worker may know, and what must never be written down."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY|DB_URL|DATABASE_URL")
NEEDED = frozenset({"HF_TOKEN", "WANDB_API_KEY", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_PASSWORD"})
"""Secrets without which a worker could not do its work: gated models, trackers."""
SETTINGS_NAMED_LIKE_SECRETS = frozenset({"TOKENIZERS_PARALLELISM", "HF_HUB_DISABLE_IMPLICIT_TOKEN"})
SHORTEST = 6
"""A shorter value is no secret, and would blot out ordinary text."""
BLOT = "[secret]"
SAFE_PATH = ("PYTHONSAFEPATH", "1")
"""Keeps the current folder out of `sys.path`: a file there that is named like a library is not run in its place."""


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker: all but the secrets it does not need. `HUGGINGFACE_TOKEN` becomes `HF_TOKEN`.

    `SAFE_PATH` holds for the worker and for all that it starts.
    """
    passed = {name: value for name, value in environment.items() if not _is_secret(name) or name in NEEDED}
    passed.update([SAFE_PATH])
    alias = environment.get("HUGGINGFACE_TOKEN")
    if alias and not passed.get("HF_TOKEN"):
        passed["HF_TOKEN"] = alias
    return passed


class Redactor:
    """Replaces the values of the secrets in an environment wherever they appear."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        values = {value for name, value in environment.items() if _is_secret(name) and len(value) >= SHORTEST}
        longest_first = sorted(values, key=lambda value: (-len(value), value))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """The text without secrets, and without lone surrogates, which no file can hold."""
        clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
        return self._pattern.sub(BLOT, clean) if self._pattern else clean

    def value(self, value: Any) -> Any:
        """A JSON value, every string in it without secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value


class RedactingWriter(io.TextIOWrapper):
    """A text stream on which no secret comes through: the worker's standard output and error."""

    def __init__(self, buffer: Any, redact: Callable[[str], str]) -> None:
        super().__init__(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        self._redact = redact

    def write(self, text: str) -> int:
        """Write `text`, redacted; returns the length that was asked for."""
        super().write(self._redact(text))
        return len(text)


def _is_secret(name: str) -> bool:
    return bool(SECRET_NAME.search(name.upper())) and name not in SETTINGS_NAMED_LIKE_SECRETS
