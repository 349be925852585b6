"""Work that goes on in the background while whoever asked looks on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from modelforge.schemas.base import Schema
from modelforge.schemas.problem import ErrorWords


class BackgroundJob(Schema):
    """One piece of work from one model. What it has made stays; what came to nothing is remembered until dismissed.

    One that waits or is under way when the server ends has failed, which the next server says; it is started again by
    the same request.
    """

    id: str
    model_id: str
    status: Literal["queued", "running", "succeeded", "failed", "stopped"] = "queued"
    """`queued`: it waits for its turn; two are carried out at a time."""
    created_at: datetime
    finished_at: datetime | None = None
    check: str | None = None
    """The comparison with the model, in words."""
    error: ErrorWords | None = None
    owner: str | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or is carried out."""
        return self.status in ("queued", "running")
