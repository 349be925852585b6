"""What `modelforge doctor` found."""

from __future__ import annotations

from typing import Literal

from modelforge.schemas.base import Schema
from modelforge.schemas.hardware import Hardware

Verdict = Literal["ok", "warning", "failed"]


class Check(Schema):
    """One thing that was looked at."""

    name: str
    """A stable, hyphenated name: `disk-space`."""
    verdict: Verdict
    message: str
    """What was found."""
    fix: str | None = None
    """What to do, as a command where there is one."""
    seconds: float | None = None
    """How long it took, where it did something."""


class HealthReport(Schema):
    """The machine, the libraries, and every check."""

    ok: bool
    """Whether no check failed; warnings do not count."""
    hardware: Hardware
    libraries: dict[str, str | None]
    """Package → version, or nothing where it is not installed."""
    checks: tuple[Check, ...]
