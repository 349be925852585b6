"""The Hugging Face hub: what is found there, and what goes there and comes from there."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from modelforge.schemas.base import Schema
from modelforge.schemas.problem import ErrorWords

RepositoryKind = Literal["model", "dataset"]
Visibility = Literal["private", "public"]
JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled", "interrupted"]
REPOSITORY = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?$"
OWN_REPOSITORY = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$"
REVISION = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$"


class HubEntry(Schema):
    """A repository that a search found."""

    id: str
    downloads: int | None = None
    """In the last 30 days."""
    likes: int | None = None
    task: str | None = None
    gated: bool = False
    """Whether its licence must be accepted before it can be downloaded."""
    private: bool = False
    last_modified: datetime | None = None


class HubModelView(HubEntry):
    """A model repository in detail."""

    commit: str | None = None
    parameters: int | None = None
    bytes: int
    """Of the files that a download takes: weights as safetensors, configuration, tokenizer."""
    has_safetensors: bool
    """Whether it can be used: pickled weights are never loaded."""
    license: str | None = None
    library: str | None = None


class DownloadRequest(Schema):
    """A repository to have on this machine."""

    repository: str = Field(pattern=REPOSITORY)
    kind: RepositoryKind = "model"
    revision: str | None = Field(default=None, pattern=REVISION)
    """Branch, tag or commit; empty: the newest."""


class PushRequest(Schema):
    """A model of the library to be sent to the hub."""

    model_id: str = Field(max_length=64)
    repository: str = Field(pattern=OWN_REPOSITORY)
    """OWNER/NAME; it is made where it does not exist."""
    visibility: Visibility
    confirmation: str = Field(max_length=250)
    """Typed by a person: `OWNER/NAME private` or `OWNER/NAME public`, as above."""


class HubToken(Schema):
    """A Hugging Face token. It is kept in the keyring of this machine, and never shown again."""

    token: SecretStr = Field(min_length=8, max_length=200)


class HubTokenView(Schema):
    """Whether there is a token, and where it comes from."""

    source: Literal["environment", "keyring", "file", "login"] | None
    """`file`: in the home, readable by its owner alone. `login`: from `hf auth login`."""


class HubJob(Schema):
    """A download or a push: work of its own, which can fail and be tried again without harm to any run."""

    id: str
    kind: Literal["download", "push"]
    repository: str
    repository_kind: RepositoryKind = "model"
    revision: str | None = None
    model_id: str | None = None
    """Of a push: the model of the library."""
    visibility: Visibility | None = None
    status: JobStatus = "queued"
    attempt: int = 1
    bytes_done: int = 0
    bytes_total: int | None = None
    created_at: datetime
    finished_at: datetime | None = None
    result: str | None = None
    """Of a download: the commit. Of a push: the address."""
    error: ErrorWords | None = None
    owner: str | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or is carried out."""
        return self.status in ("queued", "running")
