"""Every path of the product. Ids come in, paths come out; no other room joins a path."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from modelforge.exceptions import ConflictError, NotFoundError
from modelforge.schemas.base import Schema
from modelforge.schemas.run import RunSpec
from modelforge.storage.atomic import grant_rights_of, make_folder, publish_folder, storage_errors
from modelforge.storage.file_lock import FileLock
from modelforge.storage.folders import DatasetFolder, ExportFolder, ModelFolder, RunFolder
from modelforge.storage.gone import not_found, unless_gone
from modelforge.storage.run_drafts import RunDraft, abandoned, is_whole, publish_runs, reveal, write_draft
from modelforge.storage.scratch import scratch_folder, sweep_scratch
from modelforge.storage.upload_folder import UploadFolder

ID = re.compile(r"[a-z0-9][a-z0-9-]{2,63}")
MADE_HERE = re.compile(r"[a-z0-9-]+-\d{8}-\d{6}-[0-9a-f]{4}(-[a-z0-9-]+)?")
"""What ids look like that `new_run_id` has made, and those of models that were made of them."""
LONGEST_NAME_IN_ID = 40


class FileManager:
    """The home folder: `runs/`, `models/`, `datasets/`, `exports/` and `cache/`, each made when first needed.

    What is listed is complete: a run, model, dataset or export is built in a scratch folder under `cache/` and renamed
    into place. An id is checked against `ID` before it becomes part of a path, so no id leads out of the home.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.expanduser().absolute()
        self._runs, self._datasets = self.home / "runs", self.home / "datasets"
        self._models, self._exports = self.home / "models", self.home / "exports"
        self._scratch = self.home / "cache" / "scratch"

    @property
    def cache(self) -> Path:
        """What may be deleted at any time while nothing runs."""
        return make_folder(self.home / "cache")

    @property
    def supervisor_lock(self) -> Path:
        """Locked by the one process that supervises the runs of this home."""
        return make_folder(self.home) / "supervisor.lock"

    @property
    def api_token(self) -> Path:
        """The token that opens the API of this home, readable by its owner alone."""
        return make_folder(self.home) / "api-token"

    @property
    def hub_token(self) -> Path:
        """The Hugging Face token, where this machine has no keyring; readable by its owner alone."""
        return make_folder(self.home) / "hub-token"

    @property
    def accounts(self) -> Path:
        """The accounts of this home, readable by its owner alone; not there while there are none."""
        return make_folder(self.home) / "accounts.json"

    def jobs(self, kind: Literal["merges", "exports", "evaluations", "hub"]) -> Path:
        """Where the jobs of a kind are remembered, one JSON file each. See `job_records`."""
        return self.home / "jobs" / kind

    @property
    def inference_log(self) -> Path:
        """What the libraries print in the process that answers; written anew for each model."""
        return make_folder(self.home) / "inference.log"

    def scratch(self) -> AbstractContextManager[Path]:
        """A new, empty folder on the volume of the home; removed at the end of `with`, or swept after a crash."""
        return scratch_folder(self._scratch)

    def sweep(self) -> list[Path]:
        """Remove what dead processes left behind; the work of living ones stays. Returns what was removed."""
        removed = sweep_scratch(self._scratch)
        for folder in abandoned(self._run_folders()):
            with suppress(NotFoundError):  # another process sweeps as well
                self._delete("run", folder.root)
                removed.append(folder.root)
        return removed

    # Runs

    def new_run_id(self, name: str) -> str:
        """A free id that starts like `name` and sorts by time within the name: `support-20261123-231100-9f2c`."""
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_NAME_IN_ID].strip("-") or "run"
        while True:
            candidate = f"{words}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
            if not (self._runs / candidate).exists():
                return candidate

    def create_run(
        self,
        spec: RunSpec,
        prepared: Path,
        *,
        preflight: Schema | None = None,
        plan: Schema | None = None,
        ticket: Schema | None = None,
        reward_source: bytes | None = None,
    ) -> RunFolder:
        """Make the folder of a run; it appears complete and flushed to the disk, or not at all.

        Args:
            spec: written as `spec.json`, and its config as `recipe.yaml`.
            prepared: the folder of prepared rows, on the volume of the home (see `scratch`); moved in as `data/`.
            preflight: written as `preflight.json`.
            plan: written as `plan.json`.
            ticket: written as `queue.json`: the run waits in the server's queue.
            reward_source: written as `reward.py`.

        Raises:
            ConflictError: the id is taken.
            StorageError: nothing was made; the disk is full, for example.
        """
        return self.create_runs([RunDraft(spec, prepared, preflight, plan, ticket, reward_source)])[0]

    def create_runs(self, drafts: Sequence[RunDraft]) -> list[RunFolder]:
        """Make the folders of several runs; all of them appear, or none. See `create_run`."""
        with self.scratch() as workbench:
            folders = []
            for draft in drafts:
                final = self._checked("run", self._runs, draft.spec.id)
                folders.append(RunFolder(workbench / draft.spec.id))
                write_draft(draft, folders[-1], final)
            return publish_runs(folders, self._runs)

    def run(self, run_id: str) -> RunFolder:
        """The folder of a run. Raises NotFoundError."""
        return RunFolder(self._existing("run", self._runs, run_id))

    def runs(self) -> list[RunFolder]:
        """All runs, by id."""
        return [folder for folder in self._run_folders() if is_whole(folder)]

    def delete_run(self, run_id: str) -> None:
        """Delete a run that no process works on. Raises NotFoundError, ConflictError."""
        folder = self.run(run_id)
        with unless_gone("run", folder.root):
            lock = FileLock.try_take(folder.lock)
        if lock is None:
            hint = f"Stop it first: `modelforge runs stop {run_id}`."
            raise ConflictError(
                f"Run {run_id} is being worked on.", hint=hint, code="run-in-work", params={"run": run_id}
            )
        with lock:
            for other in self._run_folders():
                if other.made_with.exists() and is_whole(other):  # it may have been made with this one
                    reveal(other)
            self._delete("run", folder.root)

    # Datasets

    def dataset(self, dataset_id: str) -> DatasetFolder:
        """The folder of a dataset of the library. Raises NotFoundError."""
        return DatasetFolder(self._existing("dataset", self._datasets, dataset_id))

    def datasets(self) -> list[DatasetFolder]:
        """All complete datasets of the library, by id."""
        return [DatasetFolder(path) for path in _children(self._datasets) if DatasetFolder(path).manifest.exists()]

    def publish_dataset(self, staging: Path, dataset_id: str) -> DatasetFolder:
        """Move a finished dataset folder into the library, atomically. Raises ConflictError, StorageError."""
        folder = DatasetFolder(self._checked("dataset", self._datasets, dataset_id))
        publish_folder(staging, folder.root)
        return folder

    @contextmanager
    def held_dataset(self, dataset_id: str) -> Iterator[DatasetFolder]:
        """The folder of a dataset, while nobody else changes or deletes it. Raises NotFoundError."""
        folder = self.dataset(dataset_id)
        with unless_gone("dataset", folder.root):
            lock = FileLock.take(folder.lock)
        with lock:
            yield folder

    def delete_dataset(self, dataset_id: str) -> None:
        """Delete a dataset of the library. Raises NotFoundError."""
        self._delete("dataset", self.dataset(dataset_id).root)

    # Uploads

    def upload(self, upload_id: str) -> UploadFolder:
        """The folder of an upload, whether it is there or not. Raises NotFoundError where it is no id."""
        return UploadFolder(self._checked("upload", self.home / "uploads", upload_id))

    def uploads(self) -> list[UploadFolder]:
        """All unfinished uploads, by id."""
        return [UploadFolder(path) for path in _children(self.home / "uploads")]

    def delete_upload(self, upload_id: str) -> None:
        """Delete an upload. Raises NotFoundError."""
        self._delete("upload", self.upload(upload_id).root)

    # Models

    def model(self, model_id: str) -> ModelFolder:
        """The folder of a model of the library. Raises NotFoundError."""
        return ModelFolder(self._existing("model", self._models, model_id))

    def models(self) -> list[ModelFolder]:
        """All complete models of the library, by id."""
        return [ModelFolder(path) for path in _children(self._models) if ModelFolder(path).manifest.exists()]

    def publish_model(self, staging: Path, model_id: str) -> ModelFolder:
        """Move a finished model folder, its manifest included, into the library, atomically.

        Raises:
            ConflictError: the id is taken, or `staging` has no `manifest.json`.
            StorageError: it could not be flushed or moved; nothing is listed.
        """
        folder = ModelFolder(self._checked("model", self._models, model_id))
        if not ModelFolder(staging).manifest.exists():
            raise ConflictError(f"Model {model_id} has no manifest.json yet.", hint="Write it before publishing.")
        grant_rights_of(staging)
        publish_folder(staging, folder.root)
        return folder

    def delete_model(self, model_id: str) -> None:
        """Delete a model of the library. Raises NotFoundError."""
        self._delete("model", self.model(model_id).root)

    # Exports

    def export(self, export_id: str) -> ExportFolder:
        """The folder of an export. Raises NotFoundError."""
        return ExportFolder(self._existing("export", self._exports, export_id))

    def exports(self) -> list[ExportFolder]:
        """All complete exports, by id."""
        return [ExportFolder(path) for path in _children(self._exports) if ExportFolder(path).manifest.exists()]

    def publish_export(self, staging: Path, export_id: str) -> ExportFolder:
        """Move a finished export with its manifest to its place, atomically. Raises ConflictError, StorageError."""
        folder = ExportFolder(self._checked("export", self._exports, export_id))
        grant_rights_of(staging)
        publish_folder(staging, folder.root)
        return folder

    def delete_export(self, export_id: str) -> None:
        """Delete an export. Raises NotFoundError."""
        self._delete("export", self.export(export_id).root)

    # Evaluations

    def evaluation(self, evaluation_id: str) -> Path:
        """The folder of an evaluation, whether it is there yet or not. Raises NotFoundError where it is no id."""
        return self._checked("evaluation", self.home / "evaluations", evaluation_id)

    def evaluations(self) -> list[Path]:
        """The folders of all evaluations that are done, by id."""
        return list(_children(self.home / "evaluations"))

    def delete_evaluation(self, evaluation_id: str) -> None:
        """Delete an evaluation. Raises NotFoundError."""
        self._delete("evaluation", self.evaluation(evaluation_id))

    # Inside

    def _run_folders(self) -> list[RunFolder]:
        return [RunFolder(path) for path in _children(self._runs)]

    def _checked(self, noun: str, parent: Path, name: str) -> Path:
        if not ID.fullmatch(name):
            raise not_found(noun, name)
        return parent / name

    def _existing(self, noun: str, parent: Path, name: str) -> Path:
        path = self._checked(noun, parent, name)
        if not path.is_dir():
            raise not_found(noun, name)
        return path

    def _delete(self, noun: str, path: Path) -> None:
        """Out of sight in one rename; then the files, by this process or by the sweep after a crash.

        Raises NotFoundError where another was quicker.
        """
        with self.scratch() as bin_, unless_gone(noun, path), storage_errors("deleted", path):
            path.rename(bin_ / path.name)


def _children(parent: Path) -> Iterator[Path]:
    if parent.is_dir():
        yield from sorted(path for path in parent.iterdir() if ID.fullmatch(path.name) and path.is_dir())
