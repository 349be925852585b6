"""The folder of one upload that is not finished."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelforge.exceptions import StorageError
from modelforge.schemas.upload import UploadManifest
from modelforge.storage.folders import LibraryFolder, read_schema


@dataclass(frozen=True)
class UploadFolder(LibraryFolder):
    """The folder of a file that comes in by parts."""

    @property
    def source(self) -> Path:
        """The folder with as much of the file as is here."""
        return self.root / "source"

    @property
    def lock(self) -> Path:
        """Locked while a part comes in."""
        return self.root / "lock"

    def find_file(self) -> Path | None:
        """As much of the file as is here; nothing once it has been moved into the library, or deleted."""
        try:
            return next(self.source.iterdir(), None)
        except FileNotFoundError:
            return None

    def is_damaged(self) -> bool:
        """Whether its manifest is gone or makes no sense, so that nobody can go on with it.

        One that cannot be read just now is not damaged.
        """
        try:
            self.read_manifest()
        except StorageError as error:
            return isinstance(error.__cause__, FileNotFoundError) or not isinstance(error.__cause__, OSError)
        return False

    def read_manifest(self) -> UploadManifest:
        return read_schema(self.manifest, UploadManifest)
