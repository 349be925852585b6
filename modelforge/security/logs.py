"""Structured logs: one JSON object per line, or coloured words on a terminal; no secret passes through."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

from modelforge.security.secret_registry import redactor

Event = MutableMapping[str, Any]
QUIET = ("uvicorn.access", "httpx", "httpx2", "httpcore", "httpcore2", "urllib3", "filelock", "alembic", "keyring")
"""Loggers whose every line repeats what our own log says, or what nobody asked for."""


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Send every log line of this process, of libraries too, through the redaction to `stream` (default: stderr)."""
    import structlog

    out = stream or sys.stderr
    shared: list[Callable[..., Any]] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: Callable[..., Any] = structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Blot out every known secret in a log line, its traceback included."""
    hide = redactor()
    return {key: hide.value(value if _is_json(value) else str(value)) for key, value in event.items()}


def log_level(text: str) -> str:
    """`MODELFORGE_LOG_LEVEL` as logging knows it. Raises ConfigurationError."""
    from modelforge.exceptions import ConfigurationError

    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ConfigurationError(
            f"MODELFORGE_LOG_LEVEL is {text!r}.", hint="Use DEBUG, INFO, WARNING, ERROR or CRITICAL."
        )
    return text.upper()


def quiet_libraries() -> None:
    """Keep progress bars of libraries out of the server's output."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | dict | list | tuple)
