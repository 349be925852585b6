"""Work that goes on in the background while whoever asked looks on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from modelforge.schemas.base import Schema
from modelforge.schemas.problem import ErrorWords


class BackgroundJob(Schema):
    """One piece of work from one model.

    A job is interrupted and forgotten when the server ends, and has to be asked for anew; what it has made stays.
    """

    id: str
    model_id: str
    status: Literal["running", "succeeded", "failed", "stopped"] = "running"
    created_at: datetime
    finished_at: datetime | None = None
    check: str | None = None
    """The comparison with the model, in words."""
    error: ErrorWords | None = None
    owner: str | None = None
