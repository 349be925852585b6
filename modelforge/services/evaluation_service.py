"""Evaluations asked for over the network: each in a process of its own, its result kept in a folder of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConflictError, NotFoundError, StorageError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.evaluation import Evaluation, EvaluationJob, EvaluationProgress, EvaluationRequest
from modelforge.schemas.remark import Remark, remark
from modelforge.security.caller import HOME_OWNER, Caller
from modelforge.services.background_jobs import BackgroundJobs
from modelforge.services.heavy_process import CallHandle, Ended, HeavyProcess
from modelforge.services.references import check_config
from modelforge.services.seats import PROCESSOR, Seats, training_needs
from modelforge.services.slots import environment_on
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import read_schema
from modelforge.storage.gone import WHERE_LISTED
from modelforge.storage.job_records import JobRecords

ANY_SAMPLE = "sample:support"
"""Stands for the rows that were held out of a run."""


@dataclass
class _Seated:
    """An evaluation that waits or is under way."""

    slot: str
    handle: CallHandle
    fault: ConflictError | None = None
    """Why it was ended, where nobody has asked for that."""


class EvaluationService:
    """The evaluations of one home. One of another account is not found. Lives in the server's event loop."""

    def __init__(self, files: FileManager, heavy: HeavyProcess, seats: Seats) -> None:
        self.files = files
        self.heavy = heavy
        self.seats = seats
        self._jobs = BackgroundJobs(JobRecords(files.jobs("evaluations"), EvaluationJob))
        self._seated: dict[str, _Seated] = {}
        self._seating = threading.Lock()

    def begin(self) -> None:
        """Remember the evaluations that earlier servers did not finish; before any is started."""
        self._jobs.begin(lambda job: self.files.evaluation(job.id).is_dir())

    async def start(self, request: EvaluationRequest, caller: Caller) -> EvaluationJob:
        """Begin an evaluation.

        Raises:
            ConfigurationError: it names a path, or a key that is not for it.
            NotFoundError: it names a dataset or a model that the caller does not see.
            ConflictError: every accelerator is training.
            StorageError: it cannot be recorded.
        """
        await asyncio.to_thread(self._check, request, caller)
        job = EvaluationJob(
            id=new_evaluation_id(),
            model_id=request.model,
            created_at=datetime.now(UTC),
            request=request,
            owner=caller.owner,
        )
        seated = await asyncio.to_thread(self._seat, job.id, CallHandle(self._listener(job.id)))
        try:
            return await self._jobs.start(job, lambda handle: self._carry_out(job, seated, handle), seated.handle)
        except Exception:  # it could not be recorded, and is not carried out
            self._leave(job.id)
            raise

    def list_jobs(self, caller: Caller) -> list[EvaluationJob]:
        """What the caller may see, the newest first: at work, failed, or done at any time."""
        found = {job.id: job for job in self._jobs.seen_by(caller)}
        for folder in self.files.evaluations():
            with contextlib.suppress(StorageError):
                if folder.name not in found and caller.sees((done := _of_folder(folder)).owner):
                    found[folder.name] = done
        return sorted(found.values(), key=lambda job: job.created_at, reverse=True)

    def job(self, evaluation_id: str, caller: Caller) -> EvaluationJob:
        """One evaluation. Raises NotFoundError, StorageError."""
        if (job := self._jobs.find(evaluation_id, caller)) is not None:
            return job
        folder = self.files.evaluation(evaluation_id)
        if not folder.is_dir():
            raise NotFoundError.named("evaluation", evaluation_id, hint=WHERE_LISTED["evaluation"])
        job = _of_folder(folder)
        caller.require_sight(job.owner, "evaluation", evaluation_id)
        return job

    def stop(self, evaluation_id: str, caller: Caller) -> EvaluationJob:
        """End an evaluation where it is; nothing of it is kept. Of one that has ended, nothing changes.

        Raises:
            NotFoundError: there is none, or it belongs to another account.
        """
        return self._jobs.stop(self.job(evaluation_id, caller))

    def remove(self, evaluation_id: str, caller: Caller) -> None:
        """Delete an evaluation with what it found, or forget one that came to nothing.

        Raises:
            NotFoundError: there is none, or it belongs to another account.
            ConflictError: it is under way.
        """
        job = self.job(evaluation_id, caller)
        self._jobs.forget(job.id)
        if job.result is not None:
            self.files.delete_evaluation(job.id)

    def make_room(self, slot: str) -> None:
        """From another thread: `slot` has been given to a run. What is measured on its accelerator ends."""
        if slot == PROCESSOR:
            return
        with self._seating:
            for seated in self._seated.values():
                if seated.slot == slot:
                    seated.fault = training_needs(slot)
                    seated.handle.end()

    def measuring(self, model_id: str) -> list[Remark]:
        """Evaluations under way that load this model."""
        return [
            remark("used-by-evaluation", id=job.id)
            for job in self._jobs.under_way()
            if model_id in (job.request.model, job.request.against)
        ]

    def _check(self, request: EvaluationRequest, caller: Caller) -> None:
        for model in (request.model, request.against or request.model):
            known = {"model": model, "dataset": request.dataset or ANY_SAMPLE}
            config = parse_training_config({**request.config, **known}).config
            check_config(config, self.files, caller)

    def _listener(self, job_id: str) -> Callable[[dict[str, Any]], None]:
        """Hears in another thread how far an evaluation is."""
        loop = asyncio.get_running_loop()

        def hear(told: dict[str, Any]) -> None:
            progress = EvaluationProgress.model_validate(told)
            loop.call_soon_threadsafe(lambda: self._jobs.change(job_id, progress=progress))

        return hear

    async def _carry_out(self, job: EvaluationJob, seated: _Seated, handle: CallHandle) -> dict[str, Any]:
        asked = (self.files.home, seated.slot, job.request, job.id, job.owner)
        try:
            return {"result": await self.heavy.call(Evaluation, evaluate_in_child, *asked, handle=handle)}
        except Ended:
            if seated.fault is not None:
                raise seated.fault from None
            raise
        finally:
            self._leave(job.id)

    def _seat(self, evaluation_id: str, handle: CallHandle) -> _Seated:
        """Take a slot; a run that is given it meanwhile finds who sits there. Raises ConflictError."""
        with self._seating:
            seated = self._seated[evaluation_id] = _Seated(self.seats.free(), handle)
        return seated

    def _leave(self, evaluation_id: str) -> None:
        with self._seating:
            self._seated.pop(evaluation_id, None)


def evaluate_in_child(
    home: Path,
    slot: str,
    request: EvaluationRequest,
    evaluation_id: str,
    owner: str | None,
    tell: Callable[[Any], None],
) -> Evaluation:
    """Measure, seeing no other GPU than that of the slot, and keep the result."""
    os.environ.update(environment_on(slot, os.environ))
    from modelforge.training.measuring import evaluate

    def say(model: str, done: int, rows: int) -> None:
        tell(EvaluationProgress(model=model, rows_done=done, rows=rows))

    return evaluate(request, FileManager(home), evaluation_id=evaluation_id, owner=owner, on_progress=say)


def new_evaluation_id() -> str:
    """An id that sorts by time."""
    return f"eval-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def base_of(model_id: str, files: FileManager, caller: Caller = HOME_OWNER) -> str:
    """The model that a model of the library was trained from. Raises NotFoundError."""
    manifest = files.model(model_id).read_manifest()
    caller.require_sight(manifest.owner, "model", model_id)
    return manifest.base_model


def _of_folder(folder: Path) -> EvaluationJob:
    found = read_schema(folder / "evaluation.json", Evaluation)
    request = EvaluationRequest(model=found.model, against=found.against, dataset=found.dataset, task=found.task)
    return EvaluationJob(
        id=found.id,
        model_id=found.model,
        status="succeeded",
        created_at=found.created_at,
        finished_at=found.created_at,
        request=request,
        result=found,
        owner=found.owner,
    )
