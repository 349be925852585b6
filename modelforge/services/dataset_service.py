"""The datasets of the library: taken in, checked, read, renamed, deleted. What belongs to others is not found."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from modelforge.exceptions import ConflictError
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import DatasetView, RepeatsView, ValidationReport
from modelforge.schemas.dataset_requests import (
    CanonicalPage,
    CheckedUpload,
    ColumnChoice,
    DatasetPage,
    DatasetQuestion,
    InspectionView,
    RepeatsQuestion,
)
from modelforge.security.caller import Caller
from modelforge.services.heavy_process import HeavyProcess
from modelforge.services.references import check_dataset
from modelforge.services.shortening import shortened
from modelforge.services.upload_stream import Received, measured, receive, refuse_unfitting
from modelforge.starter import list_samples
from modelforge.storage.atomic import flush_path, storage_errors, write_json
from modelforge.storage.file_manager import ID, FileManager
from modelforge.storage.folders import DatasetFolder
from modelforge.storage.gone import unless_gone

if TYPE_CHECKING:
    from modelforge.database.database_manager import DatabaseManager

NOUN = "dataset"
ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}")
LONGEST_NAME = 100
UPLOADS_AT_ONCE = 8


class DatasetService:
    """Everything users may ask of datasets over the network."""

    def __init__(self, database: DatabaseManager, files: FileManager, process: HeavyProcess, limit: int) -> None:
        """`process`: where files are checked. `limit`: bytes of the largest upload."""
        self.database = database
        self.files = files
        self.process = process
        self.limit = limit
        self._uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)

    # In

    async def add(
        self, blocks: AsyncIterator[bytes], name: str, caller: Caller, announced: int | None = None
    ) -> DatasetView:
        """Take in a file, check all of it, and add it to the library; it appears complete or not at all.

        A file whose columns can be read in several ways is added without a shape; `choose` then says which.

        Args:
            blocks: the file as it arrives.
            name: its name, whose ending says what it is.
            announced: its size, where the sender says so.

        Raises:
            DatasetValidationError: the file has errors, each named by line; nothing is kept.
            TooLargeError, RequestRefusedError, StorageError: it did not come in whole; nothing is kept.
        """
        shown = display_name(name)
        with self.files.scratch() as scratch:
            refuse_unfitting(announced, self.limit, scratch)
            file = scratch / f"data{ending_of(shown)}"
            async with self._uploads:
                received = await receive(blocks, file, self.limit)
            return await self._admit(scratch, file, received, shown, caller)

    async def admit(self, file: Path, name: str, caller: Caller) -> DatasetView:
        """Add a file that is here whole, on the volume of the home; it is moved into the library, or stays.

        Raises:
            DatasetValidationError: the file has errors, each named by line.
        """
        with self.files.scratch() as scratch:
            received = await asyncio.to_thread(measured, file)
            return await self._admit(scratch, file, received, display_name(name), caller)

    async def choose(self, dataset_id: str, choice: ColumnChoice, caller: Caller) -> DatasetView:
        """Say how the columns of a dataset are to be read, and check all of it that way.

        Raises:
            NotFoundError: there is no such dataset.
            DatasetValidationError: it cannot be read that way; the dataset stays as it was.
        """
        name = self.get(dataset_id, caller).name
        folder = self.files.dataset(dataset_id)
        config = DataConfig(shape=choice.shape, columns=choice.columns)
        with self.files.scratch() as scratch:
            canonical = scratch / folder.canonical.name
            with unless_gone(NOUN, folder.root):
                checked = await self._check(_source_file(folder), name, config, canonical)
            return await asyncio.to_thread(self._replace, dataset_id, canonical, _findings(checked))

    # Out

    def list_datasets(self, caller: Caller) -> DatasetPage:
        """What this caller owns, the newest first, and what everyone has."""
        listed = self.database.list_datasets()
        seen = tuple(view for view in listed if caller.sees(view.owner))
        return DatasetPage(
            items=seen,
            total=len(seen),
            samples=tuple(f"sample:{name}" for name in list_samples()),
            unreadable=listed.unreadable if caller.is_admin else (),
        )

    def get(self, dataset_id: str, caller: Caller) -> DatasetView:
        """One dataset. Raises NotFoundError."""
        folder = self.files.dataset(dataset_id)
        with unless_gone(NOUN, folder.root):
            view = folder.read_manifest()
        caller.require_sight(view.owner, NOUN, dataset_id)
        return view

    def rows(
        self, dataset_id: str, caller: Caller, offset: int, limit: int, characters: int | None = None
    ) -> CanonicalPage:
        """Rows as they are trained on, long values cut to `characters`.

        Raises:
            NotFoundError: there is no such dataset.
            ConflictError: its columns are not chosen yet.
        """
        from modelforge.data.canonical_file import CanonicalRows

        _require_shape(self.get(dataset_id, caller))
        rows = CanonicalRows(self.files.dataset(dataset_id).canonical)
        whole = rows[offset : offset + limit]
        shown = whole if characters is None else [shortened(row, characters) for row in whole]
        cut = tuple(offset + place for place, row in enumerate(whole) if shown[place] != row)
        return CanonicalPage(rows=tuple(shown), offset=offset, total=len(rows), cut=cut)

    # Changed

    def rename(self, dataset_id: str, name: str, caller: Caller) -> DatasetView:
        """Give a dataset another name; its id stays. Raises NotFoundError."""
        self.get(dataset_id, caller)
        with self.files.held_dataset(dataset_id) as folder:
            changed = folder.read_manifest().model_copy(update={"name": name})
            self._save(folder, changed)
        return changed

    def delete(self, dataset_id: str, caller: Caller) -> None:
        """Delete a dataset with its files; runs keep the rows that they were prepared with. Raises NotFoundError."""
        self.get(dataset_id, caller)
        with self.files.held_dataset(dataset_id):
            self.files.delete_dataset(dataset_id)
            self.database.delete_dataset(dataset_id)

    # Looked at

    async def inspect(self, question: DatasetQuestion, caller: Caller) -> InspectionView:
        """What a dataset is, with its first rows. Raises ConfigurationError, NotFoundError."""
        from modelforge.services.dataset_checks import inspect

        self.require_sight(question.dataset, caller)
        return await self.process.call(InspectionView, inspect, self.files.home, question)

    async def validate(self, question: DatasetQuestion, caller: Caller) -> ValidationReport:
        """The verdict over all rows, as a task would read them. Raises ConfigurationError, NotFoundError."""
        from modelforge.services.dataset_checks import validate

        self.require_sight(question.dataset, caller)
        return await self.process.call(ValidationReport, validate, self.files.home, question)

    async def repeats(self, question: RepeatsQuestion, caller: Caller) -> RepeatsView:
        """Rows that occur again, in the dataset or in another. Raises like `rows`, and ConfigurationError."""
        from modelforge.services.dataset_checks import repeats

        for dataset in filter(None, (question.dataset, question.among)):
            check_dataset(dataset)
            if ID.fullmatch(dataset):
                _require_shape(self.get(dataset, caller))
        return await self.process.call(RepeatsView, repeats, self.files.home, question)

    def require_sight(self, dataset: str, caller: Caller) -> None:
        """Refuse a path, and a dataset of someone else. Raises ConfigurationError, NotFoundError."""
        check_dataset(dataset)
        if ID.fullmatch(dataset):
            self.get(dataset, caller)

    # Inside

    async def _admit(self, scratch: Path, file: Path, received: Received, shown: str, caller: Caller) -> DatasetView:
        draft = DatasetFolder(scratch / _new_id(shown))
        draft.source.mkdir(parents=True)
        checked = await self._check(file, shown, DataConfig(), draft.canonical)
        view = _view(draft.id, shown, received, checked, caller.owner)
        await asyncio.to_thread(self._publish, draft, file, view)
        return view

    async def _check(self, file: Path, name: str, config: DataConfig, canonical: Path) -> CheckedUpload:
        from modelforge.services.dataset_checks import check_upload

        return await self.process.call(CheckedUpload, check_upload, file, name, config, canonical)

    def _publish(self, draft: DatasetFolder, file: Path, view: DatasetView) -> None:
        file.rename(draft.source / file.name)
        write_json(draft.manifest, view.model_dump(mode="json"))
        self.files.publish_dataset(draft.root, view.id)
        self.database.save_dataset(view)

    def _replace(self, dataset_id: str, canonical: Path, findings: dict[str, Any]) -> DatasetView:
        """Rows read anew, and what was found in them, in the place of the old; all else stays as it is by now.

        A crash between leaves a dataset whose columns are to be chosen: never rows under the columns of others.
        """
        with self.files.held_dataset(dataset_id) as folder:
            changed = folder.read_manifest().model_copy(update=findings)
            reading = {"shape": changed.shape, "columns": changed.columns}
            open_details = {**changed.details, "problems": [], "readings": [reading], "found": []}
            with storage_errors("written", folder.canonical):
                flush_path(canonical)
            self._save(folder, changed.model_copy(update={"shape": None, "columns": {}, "details": open_details}))
            with storage_errors("written", folder.canonical):
                canonical.replace(folder.canonical)
                flush_path(folder.root)
            self._save(folder, changed)
        return changed

    def _save(self, folder: DatasetFolder, view: DatasetView) -> None:
        write_json(folder.manifest, view.model_dump(mode="json"))
        self.database.save_dataset(view)


def _view(dataset_id: str, name: str, received: Received, checked: CheckedUpload, owner: str | None) -> DatasetView:
    return DatasetView.model_validate(
        {
            "id": dataset_id,
            "name": name,
            "created_at": datetime.now(UTC),
            "file_format": checked.report.file_format,
            "bytes": received.bytes,
            "sha256": received.sha256,
            "owner": owner,
            **_findings(checked),
        }
    )


def _require_shape(view: DatasetView) -> None:
    if view.shape is None:
        raise ConflictError(
            f"Nobody has said yet how the columns of {view.name!r} are to be read.",
            hint=f"Choose one of its readings: PUT /api/v1/datasets/{view.id}/columns.",
            code="columns-not-chosen",
            params={"name": view.name},
        )


def _findings(checked: CheckedUpload) -> dict[str, Any]:
    report = checked.report
    details: dict[str, Any] = {
        "warnings": [problem.model_dump() for problem in report.warnings],
        "exact_duplicates": report.exact_duplicates,
    }
    if report.shape is None:
        details["problems"] = [problem.model_dump() for problem in report.errors]
        details["readings"] = [reading.model_dump() for reading in checked.readings]
        details["found"] = list(checked.found)
    return {"shape": report.shape, "columns": report.columns, "rows": report.rows, "details": details}


def display_name(name: str) -> str:
    """The last part of whatever path a browser sends, readable and on one line."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(letter for letter in last if letter.isprintable())
    return plain[-LONGEST_NAME:] or "dataset"


def ending_of(name: str) -> str:
    """The ending that says what a file is, or nothing where it is none."""
    ending = PurePath(name).suffix
    return ending.lower() if ENDING.fullmatch(ending) else ""


def _new_id(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", PurePath(name).stem.lower()).strip("-")[:40].strip("-") or NOUN
    return f"{words}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def _source_file(folder: DatasetFolder) -> Path:
    return next(path for path in sorted(folder.source.iterdir()) if not path.name.startswith("."))
