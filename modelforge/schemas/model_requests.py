"""What the model routes take and answer beside the model itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modelforge.schemas.base import NAME, Schema
from modelforge.schemas.job import BackgroundJob
from modelforge.schemas.model import ModelMode, ModelView
from modelforge.schemas.problem import Unreadable
from modelforge.schemas.remark import Remark
from modelforge.schemas.run import RunStatus

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
NEW_ID = r"^[a-z0-9][a-z0-9-]{2,63}$"


class StarterView(Schema):
    """A model that comes with the package."""

    id: str
    """As a recipe or a chat names it: `starter:chat`."""
    name: str
    kind: Literal["starter"] = "starter"
    tasks: tuple[str, ...]
    mode: ModelMode | None = None
    """How it is asked as it is; nothing where it has to be fine-tuned first."""
    architecture: str
    parameters: int
    description: str


class ModelPage(Schema):
    """One page of the models of the library, the newest first."""

    items: tuple[ModelView, ...]
    total: int
    """Models on all pages."""
    next: str | None = None
    """Pass it as `before` for the page behind this one; nothing on the last page."""
    starters: tuple[StarterView, ...] = ()
    """The bundled models, on every page."""
    unreadable: tuple[Unreadable, ...] = ()
    """Models left out because their manifest cannot be read."""


class ModelName(Schema):
    """A new name."""

    name: str = Field(min_length=1, max_length=100, pattern=NAME)


class MakingRun(Schema):
    """The run that made a model."""

    id: str
    name: str
    status: RunStatus
    dataset: str


class BaseModelRef(Schema):
    """A model that another one was made from."""

    model: str
    """`starter:NAME`, the id of a model of the library, a hub id, or a folder."""
    kind: Literal["starter", "library", "elsewhere"]
    name: str | None = None
    """Its name in the library, while it is there."""


class Lineage(Schema):
    """Where a model came from, and what came from it."""

    run: MakingRun | None = None
    """Nothing where the run has been deleted since."""
    bases: tuple[BaseModelRef, ...]
    """The model that it was made from, that one's base, and so on."""
    siblings: tuple[str, ...] = ()
    """Other models of the same run: the adapter beside its merged weights."""
    children: tuple[str, ...] = ()
    """Models that were made from this one."""


class ModelDetail(ModelView):
    """A model with its card and its lineage."""

    card: str
    """`README.md`, as Markdown that people and the hub read."""
    lineage: Lineage
    in_use_by: tuple[str, ...] = ()
    """What needs it, so that it cannot be deleted now; empty when it can."""
    remarks: dict[str, Remark] = Field(default_factory=dict)
    """Each of `in_use_by` by its name: what other languages say it by."""


class MergeRequest(Schema):
    """How an adapter is to be merged into its base."""

    dtype: Dtype = "auto"
    """The number type of the merged weights; `auto` keeps the base's."""
    new_id: str | None = Field(default=None, pattern=NEW_ID)
    """The id of the merged model. Default: the adapter's with `-merged`."""


class MergeJob(BackgroundJob):
    """A merge in the background. One that has succeeded is listed until the server ends; the model stays."""

    dtype: Dtype
    new_id: str | None = None
    result: ModelView | None = None
    """The merged model; its `merge_check` has the figures of the comparison."""
    remarks: dict[str, Remark] = Field(default_factory=dict)
    """`check` by its name: what other languages say it by."""
