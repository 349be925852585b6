"""What the server says about itself."""

from __future__ import annotations

from typing import Literal

from modelforge.schemas.base import Schema


class Health(Schema):
    """The server is up, its database answers, and runs are watched."""

    status: Literal["ok"] = "ok"


class VersionView(Schema):
    """Which ModelForge this is, over which libraries."""

    modelforge: str
    python: str
    libraries: dict[str, str]


class SettingsView(Schema):
    """The settings in force, without secrets."""

    home: str
    host: str
    port: int
    database: str
    """Kind of database: sqlite, postgresql."""
    log_level: str
    allowed_hosts: tuple[str, ...]
    max_upload_bytes: int
    rate_limit: str
    disable_tensorboard: bool
    accounts: bool
    """Whether people sign in by name."""


class RunningServer(Schema):
    """`server-PORT.json` of a home: where a server is, and what signs the links that let a browser in there."""

    address: str
    launch_secret: str
    """Of this server process alone; worth nothing once it has ended."""
