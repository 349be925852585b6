"""A file that comes in by parts: announced, sent from where it stands, finished."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from modelforge.schemas.base import Schema


class UploadPlan(Schema):
    """A file that is going to be sent."""

    name: str = Field(min_length=1, max_length=200)
    """Its name; the ending says what it is."""
    bytes: int = Field(ge=0, le=2**62)
    """Its whole size."""
    mark: str = Field(default="", max_length=100)
    """Whatever tells the sender that a file is the same one, as the time of its last change does."""


class UploadManifest(UploadPlan):
    """What is kept beside the file while it comes in."""

    id: str
    created_at: datetime
    owner: str | None = None
    """The account that sends it; none for the owner of the home."""


class UploadView(UploadManifest):
    """An upload that is not finished."""

    received: int
    """Bytes that are here: where the next part begins."""
    expires_at: datetime
    """When it is removed, unless more of it comes before."""
