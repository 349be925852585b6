"""The folders of one run, dataset, model and export: every file in them by name."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from modelforge.exceptions import ConflictError, NotFoundError, StorageError
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.export import ExportManifest
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.run import RunExit, RunSpec, RunTicket
from modelforge.storage.atomic import publish_folder, storage_errors

Shape = TypeVar("Shape", bound=BaseModel)


def read_schema(path: Path, schema: type[Shape]) -> Shape:
    """Read a JSON file as `schema`.

    Raises:
        StorageError: the file is not there, cannot be read, or does not fit.
    """
    with storage_errors("read", path):
        data = path.read_bytes()
    try:
        return schema.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StorageError(
            f"{path} is damaged: {place or 'the file'}: {first['msg']}.",
            hint="Restore it from a backup, or delete the folder it lies in.",
            code="file-damaged-at" if place else "file-damaged",
            params={"path": str(path), "place": place, "reason": first["msg"]},
        ) from error


@dataclass(frozen=True)
class Folder:
    """A folder of the home that is named after what lies in it."""

    root: Path

    @property
    def id(self) -> str:
        return self.root.name


@dataclass(frozen=True)
class LibraryFolder(Folder):
    """A folder of the library: `manifest.json` says what it is."""

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"


@dataclass(frozen=True)
class RunFolder(Folder):
    """The folder of one run: the truth about it. The database is an index over it."""

    @property
    def home(self) -> Path:
        """The home folder that the run lies in."""
        return self.root.parent.parent

    @property
    def spec(self) -> Path:
        """All that is needed to run again."""
        return self.root / "spec.json"

    @property
    def recipe(self) -> Path:
        """The configuration as a user would write it."""
        return self.root / "recipe.yaml"

    @property
    def reward_file(self) -> Path:
        """The run's own copy of the file with a Python reward; not there for a run without one."""
        return self.root / "reward.py"

    @property
    def preflight(self) -> Path:
        return self.root / "preflight.json"

    @property
    def plan(self) -> Path:
        """The memory plan."""
        return self.root / "plan.json"

    @property
    def memory(self) -> Path:
        """The memory plan against what the run then took."""
        return self.root / "memory.json"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    def events_size(self) -> int:
        """Bytes of `events.jsonl`; 0 before the first event. Raises StorageError."""
        with storage_errors("read", self.events):
            try:
                return self.events.stat().st_size
            except FileNotFoundError:
                return 0

    @property
    def worker_log(self) -> Path:
        """What the worker and its libraries printed."""
        return self.root / "worker.log"

    @property
    def lock(self) -> Path:
        """Locked by the worker as long as it lives."""
        return self.root / "lock"

    @property
    def owner(self) -> Path:
        """Which process works on the run, or did last."""
        return self.root / "owner.json"

    @property
    def ticket(self) -> Path:
        """The run's place in the server's queue; not there for a run started in a terminal."""
        return self.root / "queue.json"

    @property
    def made_with(self) -> Path:
        """There while the runs that this one is made with are not all there yet: the id of the first of them."""
        return self.root / "made-with"

    @property
    def attempt(self) -> Path:
        """The current epoch: how often the run has been started."""
        return self.root / "attempt.json"

    @property
    def exit(self) -> Path:
        """The end of the run; not there while it has none."""
        return self.root / "exit.json"

    @property
    def stop_request(self) -> Path:
        """There when a user wants the run to stop."""
        return self.root / "stop_request"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def staging(self) -> Path:
        """Where the trainer writes a checkpoint before it is published."""
        return self.root / "staging"

    @property
    def adapter_start(self) -> Path:
        """Where adapters began that do not begin at zero (`pissa`, `olora`, `loftq`)."""
        return self.root / "adapter_start.safetensors"

    @property
    def data(self) -> Path:
        """The rows as they were prepared, and the split."""
        return self.root / "data"

    @property
    def report(self) -> Path:
        return self.root / "report"

    @property
    def report_json(self) -> Path:
        return self.report / "report.json"

    @property
    def trained(self) -> Path:
        """There when training has ended: which checkpoint holds the result."""
        return self.root / "trained.json"

    def scores(self, side: Literal["base", "tuned"]) -> Path:
        """What one model scored on the held-out rows, row by row."""
        return self.report / f"{side}-scores.json"

    @property
    def tensorboard(self) -> Path:
        return self.root / "tensorboard"

    def earlier_exit(self, epoch: int) -> Path:
        """The end of an earlier attempt, kept when the run was resumed after it."""
        return self.root / f"exit-{epoch}.json"

    def earlier_spec(self, epoch: int) -> Path:
        """What the attempts up to `epoch` went by, kept when the run went on in less memory."""
        return self.root / f"spec-{epoch}.json"

    def read_spec(self) -> RunSpec:
        return read_schema(self.spec, RunSpec)

    def read_ticket(self) -> RunTicket | None:
        """The run's place in the queue, or nothing for a run started in a terminal."""
        return read_schema(self.ticket, RunTicket) if self.ticket.exists() else None

    def read_exit(self) -> RunExit | None:
        """The end of the run, or nothing while it has none."""
        return read_schema(self.exit, RunExit) if self.exit.exists() else None


@dataclass(frozen=True)
class DatasetFolder(LibraryFolder):
    """The folder of one dataset of the library."""

    @property
    def source(self) -> Path:
        """The folder with the file as it came."""
        return self.root / "source"

    @property
    def canonical(self) -> Path:
        """The rows in canonical form."""
        return self.root / "canonical.parquet"

    @property
    def lock(self) -> Path:
        """Locked while the dataset is changed or deleted."""
        return self.root / "lock"

    def read_manifest(self) -> DatasetView:
        return read_schema(self.manifest, DatasetView)


@dataclass(frozen=True)
class ModelFolder(LibraryFolder):
    """The folder of one model of the library, in the standard Hugging Face layout plus `manifest.json`."""

    @property
    def card(self) -> Path:
        """The model card."""
        return self.root / "README.md"

    @property
    def content(self) -> list[Path]:
        """Every file, by name; links are left out, wherever they lead."""
        return sorted(path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink())

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())

    def neighbour(self, place: Path) -> Path | None:
        """Where the model of the same library is that lay at `place` before the home was moved; else nothing."""
        moved = self.root.parent / place.name
        return moved if place.parent.name == self.root.parent.name and moved.is_dir() else None

    def read_manifest(self) -> ModelManifest:
        return read_schema(self.manifest, ModelManifest)


@dataclass(frozen=True)
class ExportFolder(LibraryFolder):
    """The folder of one export: the files that other programs read, beside `manifest.json`."""

    @property
    def content(self) -> list[Path]:
        """Every file but the manifest, by name."""
        return sorted(path for path in self.root.iterdir() if path.is_file() and path != self.manifest)

    def file(self, name: str) -> Path:
        """One of the files that the manifest lists, and no other. Raises NotFoundError."""
        if name not in {one.name for one in self.read_manifest().files}:
            raise NotFoundError(
                f"The export {self.id} has no file {name[:80]!r}.",
                hint="Its manifest lists them.",
                code="nothing-of-this-name",
                params={"name": name[:80]},
            )
        return self.root / name

    def copy_to(self, folder: Path) -> None:
        """Copy all into a new folder, which appears complete or not at all. Raises ConflictError, StorageError."""
        target = folder.expanduser().absolute()
        if os.path.lexists(target):
            raise ConflictError(f"{target} exists already.", hint="Name a folder that is not there yet.")
        with storage_errors("written", target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as beside:
                shutil.copytree(self.root, Path(beside) / target.name)
                publish_folder(Path(beside) / target.name, target)

    def read_manifest(self) -> ExportManifest:
        return read_schema(self.manifest, ExportManifest)
