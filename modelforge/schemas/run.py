"""A run as users see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from modelforge.schemas.base import Schema
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.problem import ErrorWords

RunStatus = Literal["queued", "starting", "running", "finalizing", "paused", "succeeded", "failed", "stopped"]
EARLIER_STAGE = "earlier_stage"
"""The reason of a run that waits for an earlier stage, or was stopped because that one did not succeed."""
FOLDER_FAULT = "folder_fault"
"""The reason of a run whose folder cannot be used as it is: its `error` says why."""
FINISHED: frozenset[RunStatus] = frozenset({"succeeded", "failed", "stopped"})


class RunStage(Schema):
    """A run's place in a recipe of several stages, each of which is a run of its own."""

    number: int
    """From 1."""
    name: str
    """What the recipe calls it: `sft`."""
    runs: tuple[str, ...]
    """The runs of all stages, in order."""
    names: tuple[str, ...]
    """What the recipe calls all stages, in order."""
    needs: tuple[str, ...] = ()
    """The runs of earlier stages whose models this one loads: it waits until they have succeeded."""

    @property
    def words(self) -> str:
        """`stage 2 of 2 (dpo)`."""
        return f"stage {self.number} of {len(self.runs)} ({self.name})"

    @property
    def next(self) -> str | None:
        """The run of the stage behind this one."""
        return self.runs[self.number] if self.number < len(self.runs) else None


class RunSpec(Schema):
    """`spec.json`: all that is needed to run again, fixed before the run is accepted."""

    id: str
    name: str
    created_at: datetime
    config: TrainingConfig
    dataset_sha256: str | None
    versions: dict[str, str]
    """Package → version, of everything that decides the result."""
    owner: str | None = None
    """The account that started it; none where there are no accounts."""
    model_commit: str | None = None
    """The commit of a hub model that the run was prepared with, and that every attempt loads; nothing for a model of
    this machine, nor in runs of earlier versions."""
    model_sha256: str | None = None
    """What the model in a folder must be at every attempt, as `digest_of_folder` tells; nothing for a hub model, for
    one that an earlier stage is to make, nor in runs of earlier versions."""
    reward_sha256: str | None = None
    """What the run's `reward.py` must be, where a function of the user's is among its rewards."""
    stage: RunStage | None = None
    """Its place in a recipe of several stages; nothing for a run of its own."""

    @property
    def model_revision(self) -> str | None:
        """What the model is loaded at: the commit, where one was kept, else what the recipe says."""
        return self.model_commit or self.config.model_revision


class RunError(ErrorWords):
    """Why a run failed, and what to do."""

    type: str
    step: int | None = None


class RunExit(Schema):
    """`exit.json`: the only end of a run, written once, atomically."""

    status: Literal["succeeded", "failed", "stopped"]
    epoch: int
    finished_at: datetime
    model_id: str | None = None
    error: RunError | None = None


class RunTicket(Schema):
    """`queue.json`: a run's place in the queue of the server. Runs started in a terminal have none."""

    priority: int = 0
    """Runs of higher priority go first."""
    position: float
    """Among runs of one priority, the lowest goes first; at first the time of the submit."""
    slot: str | None = None
    """The slot that the current attempt was given: `cpu`, `cuda:0`."""
    idempotency_key: str | None = None
    fingerprint: str = ""
    """SHA-256 of what was submitted."""


class RunView(Schema):
    """A run as users see it."""

    id: str
    name: str
    status: RunStatus
    created_at: datetime
    finished_at: datetime | None = None
    config: TrainingConfig
    progress: dict[str, Any] | None = None
    """The last progress event, or nothing: progress comes from the trainer, or there is none."""
    doing: str | None = None
    """What its worker is at, as its last `stage` event names it; nothing while no worker is at it."""
    report: dict[str, Any] | None = None
    model_id: str | None = None
    error: RunError | None = None
    priority: int = 0
    """Runs of higher priority go first."""
    position: float = 0.0
    """Among waiting runs of one priority, the lowest goes first."""
    attempt: int = 0
    """The number of the current attempt, from 1; numbers may be left out."""
    slot: str | None = None
    """What it runs on, or ran on last: `cpu`, `cuda:0`."""
    reason: str | None = None
    """Why it is in its state, where that needs a word: `disk_full`, `worker_died`, `out_of_memory`; `earlier_stage`
    while it waits for an earlier stage, and where it was stopped because that one did not succeed; `folder_fault` while
    its folder cannot be used as it is, which `error` tells more of."""
    owner: str | None = None
    """The account that started it; none where there are no accounts."""
    stage: RunStage | None = None
    """Its place in a recipe of several stages; nothing for a run of its own."""
