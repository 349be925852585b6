"""Uploads that survive a cut: what has come in is kept, and the sender goes on behind it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from modelforge.exceptions import ConflictError, DatasetValidationError, NotFoundError, StorageError
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.upload import UploadManifest, UploadPlan, UploadView
from modelforge.security.caller import Caller
from modelforge.services.dataset_service import DatasetService, display_name, ending_of
from modelforge.services.upload_stream import append, refuse_unfitting
from modelforge.storage.atomic import publish_folder, storage_errors, write_json
from modelforge.storage.file_lock import FileLock
from modelforge.storage.file_manager import FileManager
from modelforge.storage.gone import unless_gone
from modelforge.storage.upload_folder import UploadFolder

NOUN = "upload"
KEPT = timedelta(hours=24)
"""How long an upload stays after its last byte."""
MOST = 4
"""Unfinished uploads of one owner; another one takes the place of the one that has been silent for longest."""


class UploadService:
    """Uploads under way. None of them is a dataset, or visible as one, before it is finished and every row checked."""

    def __init__(self, files: FileManager, datasets: DatasetService, limit: int) -> None:
        """`limit`: bytes of the largest upload."""
        self.files = files
        self.datasets = datasets
        self.limit = limit

    def sweep(self) -> None:
        """Remove uploads of which nothing has come for a day, what a crash left of finished ones, and damaged ones."""
        for folder in self.files.uploads():
            file = folder.find_file()
            if file is None or _last_change(file) + KEPT < datetime.now(UTC) or folder.is_damaged():
                self._drop(folder)

    def begin(self, plan: UploadPlan, caller: Caller) -> UploadView:
        """Announce a file. Raises TooLargeError; StorageError where the disk has no room for it."""
        self.sweep()
        name = display_name(plan.name)
        manifest = UploadManifest(
            id=f"upload-{secrets.token_hex(8)}",
            created_at=datetime.now(UTC),
            owner=caller.owner,
            **plan.model_copy(update={"name": name}).model_dump(),
        )
        with self.files.scratch() as scratch:
            refuse_unfitting(plan.bytes, self.limit, scratch)
            draft = UploadFolder(scratch / manifest.id)
            with storage_errors("created", draft.source):
                draft.source.mkdir(parents=True)
                (draft.source / f"data{ending_of(name)}").touch()
            write_json(draft.manifest, manifest.model_dump(mode="json"))
            publish_folder(draft.root, self.files.upload(manifest.id).root)
        for silent in self.list_uploads(caller)[MOST:]:
            self._drop(self.files.upload(silent.id))
        return self.get(manifest.id, caller)

    def list_uploads(self, caller: Caller) -> list[UploadView]:
        """The caller's own unfinished uploads, the latest first; what cannot be read is nobody's."""
        mine = []
        for folder in self.files.uploads():
            with suppress(StorageError, FileNotFoundError):
                file, manifest = folder.find_file(), folder.read_manifest()
                if file is not None and manifest.owner == caller.owner:
                    mine.append(_view(manifest, file))
        return sorted(mine, key=lambda view: view.expires_at, reverse=True)

    def get(self, upload_id: str, caller: Caller) -> UploadView:
        """How much of an upload is here. Raises NotFoundError."""
        return self._found(upload_id, caller)[1]

    async def append(self, upload_id: str, offset: int, blocks: AsyncIterator[bytes], caller: Caller) -> UploadView:
        """Take in the part of a file that begins at `offset`; of one that breaks off, what came is kept.

        Raises:
            NotFoundError: there is no such upload, or no longer.
            ConflictError: `offset` is not where the upload stands (`details["received"]` is), or a part is coming in.
            TooLargeError: more came than was announced.
            RequestRefusedError: the sender broke off.
            StorageError: the disk is full, for example; it goes on once there is room.
        """
        with self._held(upload_id, caller) as (file, view):
            if offset != view.received:
                raise ConflictError(
                    f"The upload stands at byte {view.received:,}, not at {offset:,}.",
                    hint="Send the part that begins there.",
                    details={"received": view.received},
                    code="wrong-place-in-upload",
                    params={"received": view.received, "offset": offset},
                )
            room = view.bytes - view.received
            refuse_unfitting(room, self.limit, file.parent)
            await append(blocks, file, room)
        return self.get(upload_id, caller)

    async def finish(self, upload_id: str, caller: Caller) -> DatasetView:
        """Check every row of a file that is here whole and add it to the library.

        Raises:
            NotFoundError: there is no such upload, or no longer.
            ConflictError: it is not whole, or a part is coming in.
            DatasetValidationError: the file has errors, each named by line; nothing is kept.
        """
        with self._held(upload_id, caller) as (file, view):
            if view.received != view.bytes:
                raise ConflictError(
                    f"Of {view.bytes:,} bytes {view.received:,} are here.",
                    hint="Send the rest first.",
                    details={"received": view.received},
                    code="upload-not-whole",
                    params={"received": view.received, "all": view.bytes},
                )
            try:
                dataset = await self.datasets.admit(file, view.name, caller)
            except DatasetValidationError:
                await asyncio.to_thread(self.files.delete_upload, upload_id)
                raise
            await asyncio.to_thread(self.files.delete_upload, upload_id)
        return dataset

    def delete(self, upload_id: str, caller: Caller) -> None:
        """Give an upload up; nothing of it is kept. A damaged one says no more whose it was: anyone may clear it away.

        Raises:
            NotFoundError: there is no such upload, or no longer.
            ConflictError: a part is coming in.
        """
        if (folder := self.files.upload(upload_id)).root.is_dir() and folder.is_damaged():
            if not self._drop(folder):  # its manifest is gone because somebody else is deleting it
                raise NotFoundError.named("upload", upload_id, hint="It has just been deleted.")
            return
        with self._held(upload_id, caller):
            self.files.delete_upload(upload_id)

    # Inside

    def _found(self, upload_id: str, caller: Caller) -> tuple[Path, UploadView]:
        folder = self.files.upload(upload_id)
        file = folder.find_file()
        if file is None:
            raise NotFoundError.named("upload", upload_id, hint="It may be finished: look at the datasets.")
        with unless_gone(NOUN, folder.root), storage_errors("read", file):
            manifest = folder.read_manifest()
            caller.require_sight(manifest.owner, NOUN, upload_id)
            return file, _view(manifest, file)

    @contextmanager
    def _held(self, upload_id: str, caller: Caller) -> Iterator[tuple[Path, UploadView]]:
        """The file and how it stands, while nobody else writes to it. Raises ConflictError where somebody does."""
        self._found(upload_id, caller)
        folder = self.files.upload(upload_id)
        with unless_gone(NOUN, folder.root):
            lock = FileLock.try_take(folder.lock)
        if lock is None:
            raise ConflictError(
                "A part of this upload is coming in.",
                hint="Wait a moment, then ask where it stands.",
                code="upload-in-use",
            )
        with lock:
            yield self._found(upload_id, caller)

    def _drop(self, folder: UploadFolder) -> bool:
        """Delete it, unless a part is coming in or somebody else deletes it. Whether this call has deleted it."""
        with suppress(NotFoundError), unless_gone(NOUN, folder.root):
            lock = FileLock.try_take(folder.lock)
            if lock is not None:
                with lock:
                    self.files.delete_upload(folder.id)
                return True
        return False


def _last_change(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _view(manifest: UploadManifest, file: Path) -> UploadView:
    received, last = file.stat().st_size, _last_change(file)
    return UploadView(**manifest.model_dump(), received=received, expires_at=last + KEPT)
